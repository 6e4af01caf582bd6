import { describe, expect, it } from "vitest";
import { checkFile } from "../checking.ts";

const program = (
  loss: string,
  metrics: string,
  expected: string,
): string => `model M: (x: f32[B, 2]) -> (y: f32[B, 1], logits: f32[B, 3]) {
  h = x -> Dense(4, activation=tanh)
  (h -> Dense(1), h -> Dense(3))
}
data D {
  source: synthetic_blobs(count=60, classes=3, features=2)
  split: train 0.8, test 0.2
  x: f32[2] = raw.x
  t: f32[1] = raw.x[..., :1]
  label: class(3) = raw.label
}
metric mine: (a: f32[B, 1], b: f32[B, 1]) -> more {
  total all: f32[] = sum(a * b)
  finish all
}
metric accuracy_of_mine: (a: f32[B, 1], b: f32[B, 1]) -> more {
  total all: f32[] = sum(a * b)
  finish all
}
fn off: (a: f32[B, 1], b: f32[B, 1]) -> f32[] {
  mean(abs(a - b) * 3)
}
train M on D {
  loss: ${loss}
  optimizer: adam
  metrics: ${metrics}
}
test M { expect ${expected} }
`;

const plain = "cross_entropy(logits, label) + mse(y, t)";
const measured =
  "accuracy(logits, label), perplexity(logits, label), r2(y, t), matthews(logits, label), mine(y, t), mse(y, t), off(y, t), mean_of(y)";

/** What is said of one expectation, and what it is offered to be. */
function told(expected: string, loss = plain): readonly string[] {
  return checkFile(program(loss, measured, expected))
    .filter((it) => it.severity === "error")
    .map(({ code, message, fix }) => `${code} ${message}${fix === undefined ? "" : ` -> ${fix.edits[0]?.text ?? ""}`}`);
}

describe("an expectation beyond what a figure can be", () => {
  it.each([
    ["accuracy > 90", "`accuracy` lies from 0 to 1: `> 90` never holds. -> 0.9"],
    ["accuracy >= 97.5", "`accuracy` lies from 0 to 1: `>= 97.5` never holds. -> 0.975"],
    ["90 < accuracy", "`accuracy` lies from 0 to 1: `> 90` never holds. -> 0.9"],
    ["accuracy < 90", "`accuracy` lies from 0 to 1: `< 90` always holds. -> 0.9"],
    ["accuracy > 1", "`accuracy` lies from 0 to 1: `> 1` never holds."],
    ["accuracy < 0", "`accuracy` lies from 0 to 1: `< 0` never holds."],
    ["accuracy == 2", "`accuracy` lies from 0 to 1: `== 2` never holds. -> 0.02"],
    ["accuracy != -2", "`accuracy` lies from 0 to 1: `!= -2` always holds."],
    ["accuracy > 1000", "`accuracy` lies from 0 to 1: `> 1000` never holds."],
    ["matthews < -1", "`matthews` lies from -1 to 1: `< -1` never holds."],
    ["perplexity < 1", "`perplexity` is 1 at least: `< 1` never holds."],
    ["perplexity > 0.5", "`perplexity` is 1 at least: `> 0.5` always holds."],
    ["r2 > 1", "`r2` is 1 at most: `> 1` never holds."],
    ["loss < 0", "`loss` is 0 at least: `< 0` never holds."],
    ["loss <= -0.5", "`loss` is 0 at least: `<= -0.5` never holds."],
    ["mse < 0", "`mse` is 0 at least: `< 0` never holds."],
    ["off < 0", "`off` is 0 at least: `< 0` never holds."],
  ])("is told: %s", (expected, message) => {
    expect(told(expected)).toEqual([`MC4088 ${message}`]);
  });

  it.each([
    "accuracy >= 0.9",
    "accuracy >= 0",
    "accuracy <= 1",
    "accuracy == 1",
    "perplexity <= 1",
    "perplexity >= 1",
    "r2 < -3",
    "loss >= 0",
    "loss <= 0",
    "mine > 90",
    "mean_of < -3",
    "matthews > -0.5",
  ])("is not what lies in it: %s", (expected) => {
    expect(told(expected)).toEqual([]);
  });

  it.each([
    ["mean(square(y - t)) + 0.01 * mean(abs(y))", true],
    ["mae(y, t) / 3", true],
    ["huber(y, t) * 2", true],
    ["mean((y - t) * (y - t))", false],
    ["mean(relu(1 - y * t))", true],
    ["hinge(y, t)", true],
    ["mean(maximum(y, 0))", true],
    ["mean(where(y > 0, y * 0 + 1, 2))", false],
    ["off(y, t)", true],
    ["mean(y)", false],
    ["mse(y, t) - 1", false],
    ["-mse(y, t)", false],
    ["mean(log(abs(y) + 1))", false],
    ["cross_entropy(logits, label) + mean(y)", false],
  ])("goes by what a loss is made of: %s", (loss, never) => {
    const found = told("loss < 0", loss).filter((it) => it.startsWith("MC4088"));
    expect(found).toHaveLength(never ? 1 : 0);
  });

  it("goes by the metric that a name means", () => {
    const own = program(plain, "accuracy(y, t)", "accuracy > 90").replace("accuracy_of_mine", "accuracy");
    expect(checkFile(own).filter((it) => it.severity === "error")).toEqual([]);
  });
});
