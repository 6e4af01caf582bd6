import { describe, expect, it } from "vitest";
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
  it.each([
    ["accuracy", "", "mean", "higher", "max"],
    ["perplexity", "", "exp_mean", "lower", "min"],
    ["surprise", own("surprise", "perplexity(logits, label)"), "exp_mean", "lower", "min"],
    ["hits", own("hits", "accuracy(logits, label)"), "mean", "higher", "max"],
    ["my_recall", own("my_recall", "(sum(logits), sum(logits))"), "mean", "higher", "max"],
    ["my_error", own("my_error", "(sum(logits), sum(logits))"), "mean", "lower", "min"],
  ])("%s", (name, functions, finish, better, mode) => {
    const { metrics, stop, save } = trainingOf(source(name, functions));
    expect(metrics).toEqual([{ name, finish, better }]);
    expect([stop?.mode, save?.mode]).toEqual([mode, mode]);
  });
});
