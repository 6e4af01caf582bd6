import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import { check } from "./checking.ts";

/** A model whose loss takes `expression` as logits; p and q are probabilities, x and z are not. */
const withLogits = (expression: string): string =>
  `fn soft: (x: f32[B, C]) -> f32[B, C] {
  e = exp(x - max(x, axis=-1, keep=true))
  e / sum(e, axis=-1, keep=true)
}

model M: (x: f32[B, 4], z: f32[B, 4], c: bool[B, 4], label: class(4)[B]) -> (loss: f32[], rest: f32[B, 4]) {
  p = softmax(x)
  q = sigmoid(z)
  e = exp(x)
  given = ${expression}
  (cross_entropy(given, label), where(c, p + q, x + z + e))
}
`;

const codes = (expression: string): readonly string[] => check(withLogits(expression)).map((it) => it.code);

describe("a probability stays one", () => {
  it.each([
    "where(c, p, q)",
    "where(c, p, 0)",
    "where(c, 1, p)",
    "maximum(p, q)",
    "maximum(p, 1e-7)",
    "minimum(1, p)",
    "clip(p, min=1e-7, max=0.9999)",
    "0.3 * p + 0.7 * q",
    "p * 0.25 + q / 2 + 0.25 * softmax(z)",
    "(p + q) / 2",
    "0.5 * (p + q)",
    "q * p + (1 - q) * softmax(z)",
    "(1 - q) * p + softmax(z) * q",
    "1 - q",
    "concat(p[:, 0:2], q[:, 0:2], axis=-1)",
    "mean(stack(p, q, axis=0), axis=0)",
    "reshape(where(c, p, q), [B, 4])",
  ])("%s", (expression) => {
    expect(codes(expression)).toEqual(["MC3019"]);
  });
});

describe("a softmax or sigmoid that is written out gives a probability", () => {
  it.each([
    "e / sum(e, axis=-1, keep=true)",
    "e / sum(e, axis=0)",
    "e / sum(e, axis=1)[:, None]",
    "e / sum(e)",
    "soft(x)",
    "1 / (1 + exp(-x))",
    "e / (e + 1)",
  ])("%s", (expression) => {
    expect(codes(expression)).toEqual(["MC3019"]);
  });
});

describe("nothing is said of what is not proved to be a probability", () => {
  it.each([
    "where(c, p, x)",
    "where(c, p, -1e9)",
    "maximum(p, x)",
    "maximum(p, 2)",
    "clip(p, min=2, max=3)",
    "p + q",
    "0.5 * p",
    "0.3 * p + 0.6 * q",
    "2 * p - q",
    "1.5 * p + -0.5 * q",
    "x * p + (1 - x) * q",
    "q * p + (1 - softmax(z)) * q",
    "q * x + (1 - q) * p",
    "q * p + (2 - q) * p",
    "q * p + (1 - q) * p * 0.5",
    "2 - q",
    "x - p",
    "p / q",
    "1 / q",
    "e",
    "e / sum(x, axis=-1, keep=true)",
    "x / sum(x, axis=-1, keep=true)",
    "e / sum(exp(x), axis=-1, keep=true)",
    "e / sum(e * e, axis=-1, keep=true)",
    "e / mean(e, axis=-1, keep=true)",
    "e / (2 + exp(z))",
    "e / (1 + exp(z))",
    "e / (1 + x)",
    "log(p)",
    "concat(p[:, 0:2], x[:, 0:2], axis=-1)",
    "sum(stack(p, q, axis=0), axis=0)",
  ])("%s", (expression) => {
    expect(codes(expression)).toEqual([]);
  });

  it("sums that meet other lines than their own", () => {
    const square = `model M: (x: f32[N, N], label: class(4)[N]) -> loss: f32[] where N == 4 {
  e = exp(x)
  cross_entropy(e / sum(e, axis=1), label)
}
`;
    expect(check(square).map((it) => it.code)).toEqual([]);
    expect(check(square.replace("axis=1", "axis=1, keep=true")).map((it) => it.code)).toEqual(["MC3019"]);
  });
});

it("the place where a mean became a probability is that of its first part", () => {
  const [finding] = check(withLogits("0.3 * p + 0.7 * q"));
  expect(finding?.labels.map(({ span }) => textOf(span))).toContain("softmax(x)");
});
