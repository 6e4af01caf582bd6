import { describe, expect, it } from "vitest";
import { createFigureSum } from "../../src/runtime/train/figures.ts";
import { trainingOf } from "../specs/spec-testing.ts";
import { checkFile } from "./checking.ts";

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

const share = (name: string, better: string): string =>
  `metric ${name}: (logits: f32[B, C], label: i32[B]) -> ${better} {
    total sum:   f32[] = sum(logits)
    total count: f32[] = B
    finish sum / count
  }`;
const each = "fn each: (logits: f32[B, C], label: i32[B]) -> f32[B] { sum(logits, over=C) + cast(label, f32) }";

describe("a metric's figure, and whether more of it is better", () => {
  // What 6 over 4 comes to.
  const [mean, exponential] = [1.5, Math.exp(1.5)];
  it.each([
    ["accuracy", "", mean, "higher", "max"],
    ["perplexity", "", exponential, "lower", "min"],
    ["accuracy", share("accuracy", "less"), mean, "lower", "min"],
    ["surprise", share("surprise", "more"), mean, "higher", "max"],
    // Of losses and functions less is better, whatever they are called.
    ["cross_entropy", "", mean, "lower", "min"],
    ["each", each, mean, "lower", "min"],
    ["f1", each.replace("each", "f1"), mean, "lower", "min"],
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
    const functions = ["accuracy_1", "loss"].map((it) => share(it, "more")).join("\n");
    const calls = given.map((it) => `${it}(logits, label)`).join(", ");
    const text = source("loss_1", functions).replace(/metrics: .*/, `metrics: ${calls}`);
    const names = ["accuracy", "accuracy_1", "accuracy_1_1", "loss_1", "loss_2", "accuracy_2"];
    expect(trainingOf(text).metrics.map((it) => it.name)).toEqual(names);
  });

  it("takes its hyperparameters by name and by place, and each use has its own", () => {
    const above = `metric above(limit: float, times: int = 1): (logits: f32[B, C]) -> more {
      total sum: f32[] = sum(cast(logits > limit, f32)) * times
      finish sum / times
    }`;
    const text = source("above", above)
      .replace(/metrics: .*/, "metrics: above(logits, 0.5), above(logits, limit=-1, times=3), above(logits, 0.5)")
      .replace(/stop: .*/, "");
    const { metrics } = trainingOf(text);
    const figures = metrics.map(({ finish }) => finish.body.nodes.length);
    expect(metrics.map((it) => it.name)).toEqual(["above", "above_1", "above_2"]);
    expect(figures).toEqual([figures[0], figures[1], figures[0]]);
  });
});

/** The errors of a check, or all that it says. */
function told(text: string, severity?: "warning"): readonly string[] {
  return checkFile(text)
    .filter((it) => it.severity === (severity ?? "error"))
    .map((it) => `${it.code} ${it.message}`);
}

const metric = (body: string, better = "-> more"): string =>
  `metric hits(limit: float = 0): (guess: f32[B, C], real: f32[B, C]) ${better} {\n${body}\n}\n`;
const good = "  hit = cast(guess > limit, f32)\n  total found: f32[] = sum(hit * real)\n";

describe("what is wrong with a metric is told where it is", () => {
  it.each([
    ["nothing", metric(`${good}  finish found`), []],
    [
      "a value where finish is missing",
      metric(`${good}  found / 2`),
      ["MC2046 The metric `hits` does not end in `finish`."],
    ],
    [
      "an update of an accumulator",
      metric(`${good}  found <- hit\n  finish found`),
      ["MC2020 `found` is an accumulator, which `<-` cannot change."],
    ],
    [
      "a finish of a block",
      "block X: (x: f32[B]) -> f32[B] {\n  finish x\n}\n",
      ["MC2045 `finish` stands in the body of a `metric` alone."],
    ],
    ["no finish", metric(good), ["MC2046 The metric `hits` does not end in `finish`."]],
    [
      "a value after it",
      metric(`${good}  finish found\n  hit`),
      ["MC2046 The metric `hits` goes on after its `finish`."],
    ],
    [
      "nothing gathered",
      metric("  finish 1"),
      ["MC2046 The metric `hits` gathers nothing: it needs a `total`, a `largest` or a `smallest`."],
    ],
    [
      "no direction",
      metric(`${good}  finish found`, ""),
      [
        "MC1041 The metric `hits` must say whether more or less of it is better, `-> more` or `-> less`, or the type of several numbers, such as `-> f32[C, C]`.",
      ],
    ],
    [
      "a result",
      metric(`${good}  finish found`, "-> f32[]"),
      [
        "MC1041 The metric `hits` must say whether more or less of it is better, `-> more` or `-> less`, or the type of several numbers, such as `-> f32[C, C]`; it says `-> f32[]`.",
      ],
    ],
    [
      "an accumulator of the batch's size",
      metric("  total found: f32[B] = sum(guess * real, over=C)\n  finish sum(found)"),
      ["MC3061 `total found` is f32[B], and B differs from batch to batch: what is gathered has one size for all."],
    ],
    [
      "an accumulator of integers",
      metric("  largest top: i32[] = cast(max(guess * real), i32)\n  finish top"),
      ["MC3061 `largest top` is i32[]: what is gathered is f32."],
    ],
    [
      "an accumulator before finish",
      metric(`${good}  total twice: f32[] = 2 * found\n  finish twice`),
      ["MC3060 `found` is what all examples give, which `finish` alone sees."],
    ],
    [
      "an input in finish",
      metric(`${good}  finish found / mean(real)`),
      ["MC3060 `real` is of the examples of one batch: `finish` sees what has been gathered of all of them."],
    ],
    [
      "a binding in finish",
      metric(`${good}  finish found / mean(hit)`),
      ["MC3060 `hit` is of the examples of one batch: `finish` sees what has been gathered of all of them."],
    ],
    [
      "the batch in finish",
      metric(`${good}  finish found / B`),
      ["MC3060 `B` is of the examples of one batch: `finish` sees what has been gathered of all of them."],
    ],
    [
      "what is made of the batch in finish",
      metric(`  n = 2 * B\n  each = cast(range(B), f32)\n${good}  finish found / n + sum(each)`),
      [
        "MC3060 `n` is of the examples of one batch: `finish` sees what has been gathered of all of them.",
        "MC3060 `each` is of the examples of one batch: `finish` sees what has been gathered of all of them.",
      ],
    ],
    [
      "a tensor in finish that is of no batch",
      metric(`  cost = square(cast(range(C), f32))\n  twice = 2 * cost\n${good}  finish found / sum(twice)`),
      [],
    ],
    ["what is known in finish", metric(`  n = 2 * 3\n${good}  finish found / n + limit + C`), []],
    [
      "several figures",
      metric("  total found: f32[C] = sum(guess * real, over=B)\n  finish found"),
      ["MC3062 What `finish` makes is one number, `f32[]`, and this is f32[C]."],
    ],
    [
      "a draw",
      metric(`${good}  finish found + normal_like(found)`),
      ["MC3062 What `finish` makes is one number, `f32[]`, and this draws random numbers."],
    ],
    [
      "a parameter",
      metric(`  param _scale: f32[] = ones\n${good}  finish found`),
      ["MC2023 `hits` may not hold a param: functions and metrics own nothing."],
    ],
    [
      "a capital",
      metric(`${good}  finish found`).replace("hits", "Hits"),
      ["MC2016 `Hits` should be `hits`: the name of a metric begins with a small letter."],
    ],
    [
      "gathering elsewhere",
      `fn f: (x: f32[B]) -> f32[] {\n  total sum: f32[] = sum(x)\n  smallest least: f32[] = min(x)\n  x[0]\n}\n`,
      [
        "MC2045 `total` stands in the body of a `metric` alone.",
        "MC2045 `smallest` stands in the body of a `metric` alone.",
      ],
    ],
    [
      "gathering in a branch",
      metric(`${good}  when limit > 0 {\n    total _more: f32[] = sum(hit)\n  }\n  finish found`),
      ["MC2045 `total` stands in the body of a `metric` alone."],
    ],
  ])("%s", (_, text, messages) => {
    expect(told(text)).toEqual(messages);
  });

  it("an accumulator that is not used", () => {
    const text = metric(`${good}  total rest: f32[] = sum(hit)\n  finish found`);
    expect(told(text, "warning")).toEqual(["MC2004 `rest` is never used."]);
  });

  it("a use where it is no value", () => {
    const text = `metric per_place: (x: f32[B, T]) -> less {
  total all: f32[T] = sum(x, over=B)
  finish sum(all)
}
fn used: (x: f32[B]) -> f32[] { per_place(x -> reshape([B, 1])) }
`;
    expect(told(text)).toEqual(["MC2047 `per_place` is a metric, which `metrics` alone takes."]);
  });
});

describe("labels of the library's metrics", () => {
  it.each(["accuracy", "perplexity"])("need a logit each: %s", (name) => {
    const wide = source(name);
    expect(checkFile(wide)).toEqual([]);
    const narrow = wide.replace(/metrics: .*/, `metrics: ${name}(logits[:, 0:2], label)`);
    expect(checkFile(narrow).map((it) => it.code)).toEqual(["MC3020"]);
  });

  it.each([
    ["perplexity(softmax(logits), label)", "perplexity"],
    ["binary_accuracy(sigmoid(logits), logits)", "binary_accuracy"],
  ])("are compared with logits, not with probabilities: %s", (call, name) => {
    const text = source(name).replace(/metrics: .*/, `metrics: ${call}`);
    expect(checkFile(text).map((it) => it.code)).toEqual(["MC3019"]);
  });
});

describe("the objective of a training", () => {
  it("gives the loss, then what metrics gather, and takes what these read alone", () => {
    const text = `model Net: (x: f32[B, 2]) -> (error: f32[], other: f32[B, 2]) {
  (x -> Dense(1) -> square -> mean, 2 * x)
}
data Rows { source: csv("rows.csv"), x: f32[2] = stack(raw.a, raw.b, axis=-1) }
train Net on Rows {
  loss:      error
  metrics:   mean_absolute_error(other, x)
  optimizer: sgd(lr=0.1)
}
`;
    const [{ objective, objectiveInputs }] = trainingOf(text).steps;
    expect(objective.name).toBe("objective");
    expect(objective.resultNames).toEqual([
      "loss",
      ...objective.resultNames.slice(1).map((_, at) => `metric_${at + 1}`),
    ]);
    expect(objective.resultNames.length).toBeGreaterThan(1);
    expect(objectiveInputs).toEqual([
      { from: "output", name: "error" },
      { from: "output", name: "other" },
      { from: "feature", name: "x" },
    ]);
    const [{ objectiveInputs: alone }] = trainingOf(text.replace(/ {2}metrics: .*\n/, "")).steps;
    expect(alone).toEqual([{ from: "output", name: "error" }]);
  });
});

describe("a loss with numbers for each example", () => {
  it.each([
    ["f32[B]", "sum(square(logits), over=C) + cast(label, f32)"],
    ["f32[B, C]", "square(logits) + cast(label, f32)[:, None]"],
  ])("is their mean: %s", (type, body) => {
    const each = `fn each: (logits: f32[B, C], label: i32[B]) -> ${type} { ${body} }`;
    const text = source("accuracy", each).replace("cross_entropy(logits, label)", "each(logits, label)");
    const [{ objective }] = trainingOf(text).steps;
    expect(objective.body.results[0]?.type).toEqual({ dtype: "f32", shape: [] });
    expect(objective.body.nodes.some((it) => it.kind === "operator" && it.op === "mean")).toBe(true);
  });

  it("is none without the batch", () => {
    const text = source("accuracy").replace("cross_entropy(logits, label)", "sum(square(logits), axis=0)");
    expect(checkFile(text).map((it) => it.code)).toEqual(["MC4009"]);
  });
});

describe("what stands for a metric", () => {
  it.each([
    ["label", "`label` is no metric"],
    ["3", "`3` is no metric"],
    ["logits - logits", "`logits - logits` is no metric"],
    ["argmax(logits)", "`argmax(logits)` is no metric"],
    ["accuracy", "takes 2 to 4 inputs, and 0 are given"],
  ])("%s does not", (call, message) => {
    const text = source("accuracy")
      .replace(/metrics: .*/, `metrics: ${call}`)
      .replace(/stop: .*\n/, "")
      .replace(/save: .*\n/, "");
    expect(() => trainingOf(text)).toThrow(message);
  });
});

describe("a metric of several numbers", () => {
  const table = (type: string, finish: string): string =>
    `metric table: (logits: f32[B, C], label: class(C)[B]) -> ${type} {
      total pairs: f32[C, C] = matmul(transpose(one_hot(label, C)), one_hot(argmax(logits), C))
      finish ${finish}
    }`;
  const told = (text: string): readonly string[] => checkFile(text).map((it) => `${it.code} ${it.message}`);
  const unwatched = (text: string): string => text.replace(/stop: .*\n/, "").replace(/save: .*\n/, "");

  it("says their type, and has no better and worse", () => {
    const program = trainingOf(unwatched(source("table", table("f32[C, C]", "pairs"))));
    expect(program.metrics[0]?.better).toBeUndefined();
    const given = createFigureSum(program);
    given.add({ losses: [0], metrics: [[Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)]] }, 4);
    given.add({ losses: [0], metrics: [[Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1)]] }, 2);
    expect(given.figures().get("table")).toEqual([
      [2, 2, 3],
      [4, 5, 6],
      [7, 8, 10],
    ]);
  });

  it("is a row as well", () => {
    const program = trainingOf(unwatched(source("table", table("f32[C]", "sum(pairs, axis=0)"))));
    const given = createFigureSum(program);
    given.add({ losses: [0], metrics: [[Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)]] }, 4);
    expect(given.figures().get("table")).toEqual([12, 15, 18]);
  });

  it.each([
    ["f32[]", "sum(pairs)", "MC1041 The metric `table` must say whether more or less of it is better"],
    ["(f32[C, C], f32[C])", "pairs", "MC1041"],
    ["y: f32[C, C]", "pairs", "MC1041"],
    ["most", "pairs", "MC1041"],
    ["f32[C]", "pairs", "MC3001 What `finish` makes needs f32[C], and this is f32[3, 3]."],
    ["f32[C, C]", "sum(pairs)", "MC3062 What `finish` makes is a row or a table of numbers"],
    ["f32[C, C, C]", "pairs[..., None] + pairs", "MC3062 What `finish` makes is a row or a table of numbers"],
    ["f32[C, 2]", "pairs", "MC3012 What `finish` makes is f32[3, 3]: axis 1 is 3, declared as 2."],
    ["f32[C, D]", "pairs", "MC2001"],
    ["more", "pairs", "MC3062 What `finish` makes is one number, `f32[]`, and this is f32[3, 3]."],
  ])("is refused where it is %s and gives %s", (type, finish, message) => {
    expect(told(unwatched(source("table", table(type, finish))))[0]).toMatch(
      new RegExp(`^${message.replace(/[[\]().]/g, "\\$&")}`),
    );
  });

  it("has sizes that are the same for all batches", () => {
    const each = table("f32[B]", "zeros([B]) + sum(pairs)");
    expect(told(unwatched(source("table", each)))[0]).toMatch(/^MC3060 `B` is of the examples of one batch/);
  });

  it("is nothing to watch", () => {
    expect(told(source("table", table("f32[C, C]", "pairs")))).toEqual([
      "MC4015 `validate.table` is several numbers, and what is watched is one: `loss`.",
      "MC4015 `validate.table` is several numbers, and what is watched is one: `loss`.",
    ]);
  });

  it("is nothing to expect", () => {
    const text = source("table", table("f32[C, C]", "pairs")).replace("validate 0.2", "test 0.2");
    expect(told(`${unwatched(text)}test Net { expect table >= 1 }\n`)).toEqual([
      "MC4015 `table` is several numbers, and what is watched is one: `loss`.",
    ]);
  });
});
