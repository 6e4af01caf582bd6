import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import { checkFile } from "./checking.ts";

/** Two networks of one input, a training of them by `entries`, and data with a class and a number. */
const trained = (
  entries: string,
): string => `model Pair: (x: f32[B, 2]) -> (a: f32[B, 3], b: f32[B, 3], same: f32[B, 2]) {
  one = Dense(3)
  two = Dense(3)
  (one(x), two(x), x)
}

data D {
  source: csv("d.csv")
  x: f32[2] = stack(raw.u, raw.v, axis=-1)
  t: f32[3] = stack(raw.p, raw.q, raw.r, axis=-1)
  c: class(3) = raw.c
}

train Pair on D {
  ${entries}
  optimizer: sgd(lr=0.1)
}
`;

const found = (entries: string): readonly string[] =>
  checkFile(trained(entries)).map(({ code, span, message }) => `${code} at ${textOf(span)}: ${message}`);

describe("a loss from which nothing is learned", () => {
  it.each([
    ["is of features alone", "mean(abs(t))", "it is made of no parameter"],
    ["is of what passes through the model unchanged", "mean(abs(same))", "it is made of no parameter"],
    ["is a number", "mean(zeros_like(a))", "it is made of no parameter"],
    ["counts", "mean(cast(argmax(a, axis=-1) == c, f32))", "no gradient goes through `argmax`"],
    ["compares", "mean(cast(a > 0.5, f32))", "no gradient goes through `greater`"],
    ["stops its gradient", "mse(stop_gradient(a), t)", "no gradient goes through `stop_gradient`"],
    ["rounds", "mse(round(a), floor(b))", "no gradient goes through `round`, `floor`"],
  ])("%s", (_, loss, why) => {
    expect(found(`loss: ${loss}`)).toEqual([`MC4086 at ${loss}: Nothing is learned from this loss of Pair: ${why}.`]);
  });

  it("reaches what is frozen alone", () => {
    expect(found('loss: mse(a, t)\n  freeze "one.**"')).toEqual([
      "MC4086 at mse(a, t): Nothing is learned from this loss of Pair: its gradient reaches `one.kernel`, `one.bias` alone, which are frozen or not updated.",
    ]);
  });

  it("reaches what is frozen alone at some time", () => {
    expect(found('loss: mse(a, t)\n  epochs: 9\n  freeze "one.**": from epoch 3, until epoch 5')).toEqual([
      "MC4086 at mse(a, t): Nothing is learned from this loss of Pair at epoch 3: its gradient reaches `one.kernel`, `one.bias` alone, which are frozen or not updated.",
    ]);
  });

  it("is a step's that updates other parameters", () => {
    const step = (name: string, loss: string, update: string): string =>
      `step ${name} {\n    loss: mse(${loss}, t)\n    update: "${update}"\n  }`;
    const why = "its gradient reaches `two.kernel`, `two.bias` alone, which are frozen or not updated";
    const steps = `${step("first", "a", "one.**")}\n  ${step("second", "b", "one.kernel")}`;
    expect(found(steps)).toEqual([`MC4086 at mse(b, t): Nothing is learned from this loss of Pair: ${why}.`]);
  });
});

describe("a loss from which something is learned", () => {
  it.each([
    ["one that reaches some of the parameters", "loss: mse(a, t)"],
    ["one with parts that have no gradient", "loss: mse(a, t) + mean(abs(t)) + mean(round(b))"],
    ["one whose labels are the model's own", "loss: cross_entropy(a, argmax(b, axis=-1))"],
    ["one that stops the gradient of one side", "loss: mse(a, stop_gradient(b))"],
    [
      "that of a step which rests for a time",
      `epochs: 9
  step first { loss: mse(a, t), update: "one.**" }
  step second { loss: mse(b, t), update: "two.**" }
  freeze "one.**": until epoch 3`,
    ],
  ])("%s is none of its business", (_, entries) => {
    // What else stays as it begins is a warning of its own.
    expect(found(entries).filter((it) => !it.startsWith("MC4204"))).toEqual([]);
  });
});
