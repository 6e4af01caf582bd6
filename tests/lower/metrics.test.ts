import { describe, expect, it } from "vitest";
import { createFigureSum } from "../../src/runtime/train/figures.ts";
import { trainingOf } from "../specs/spec-testing.ts";

const source = (metric: string, functions = ""): string => `${functions}
model Net: (x: f32[B, 2]) -> logits: f32[B, 3] { x -> Dense(3) }
data Points {
  source: synthetic_blobs(count=60, classes=3, features=2, seed=1)
  split:  train 0.8, validate 0.2
  x:      f32[2]   = raw.x
  label:  class(3) = raw.label
}
train Net on Points {
  loss:      cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  metrics:   ${metric}(logits, label)
  stop:      early(validate.${metric}, patience=2)
  save:      best(validate.${metric})
}
`;

const own = (name: string, body: string): string =>
  `fn ${name}: (logits: f32[B, C], label: i32[B]) -> (f32[], f32[]) { ${body} }`;

describe("a metric's figure, and whether more of it is better", () => {
  // What 6 over 4 comes to.
  const [mean, exponential] = [1.5, Math.exp(1.5)];
  it.each([
    ["accuracy", "", mean, "higher", "max"],
    ["perplexity", "", exponential, "lower", "min"],
    ["surprise", own("surprise", "perplexity(logits, label)"), exponential, "lower", "min"],
    ["hits", own("hits", "accuracy(logits, label)"), mean, "higher", "max"],
    ["my_recall", own("my_recall", "(sum(logits), sum(logits))"), mean, "higher", "max"],
    ["my_error", own("my_error", "(sum(logits), sum(logits))"), mean, "lower", "min"],
  ])("%s", (name, functions, figure, better, mode) => {
    const program = trainingOf(source(name, functions));
    const { metrics, stop, save } = program;
    const scalar = { dtype: "f32", shape: [] };
    const accumulators = ["sum", "count"].map((it) => ({ name: it, type: scalar, merge: "sum" }));
    expect(metrics).toMatchObject([{ name, better, accumulators }]);
    const sum = createFigureSum(program);
    for (const half of [1, 2]) sum.add({ losses: [0], metrics: [[Float64Array.of(2 * half), Float64Array.of(2)]] }, 1);
    expect(sum.figures().get(name)).toBeCloseTo(figure, 12);
    expect([stop?.mode, save?.mode]).toEqual([mode, mode]);
  });

  it("has a name of its own beside the loss and the others", () => {
    const given = ["accuracy", "accuracy", "accuracy_1", "loss", "loss", "accuracy"];
    const functions = ["accuracy_1", "loss"].map((it) => own(it, "accuracy(logits, label)")).join("\n");
    const calls = given.map((it) => `${it}(logits, label)`).join(", ");
    const text = source("loss_1", functions).replace(/metrics: .*/, `metrics: ${calls}`);
    const names = ["accuracy", "accuracy_1", "accuracy_1_1", "loss_1", "loss_2", "accuracy_2"];
    expect(trainingOf(text).metrics.map((it) => it.name)).toEqual(names);
  });

  it("is none of a part of what an operator gives", () => {
    const swapped = own("swapped", "(s, n) = accuracy(logits, label)\n (n, s)");
    expect(trainingOf(source("swapped", swapped)).metrics).toMatchObject([{ name: "swapped", better: "lower" }]);
  });
});
