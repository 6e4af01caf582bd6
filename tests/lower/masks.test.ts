import { describe, expect, it } from "vitest";
import { codesOf } from "./checking.ts";

const model = (body: string, inputs = "x: f32[B, 3], kept: bool[B, 3], n: i32[B]"): string =>
  `model M: (${inputs}) -> y: f32[] {\n  ${body}\n}\n`;

describe("masks", () => {
  it.each([
    ["mean(x, mask=kept)"],
    ["mean(x, lengths=n)"],
    ["sum(x, mask=kept, lengths=n)"],
    ["mse(x, 2 * x, mask=kept)"],
    ["huber(x, 2 * x, 0.5, mask=cast(kept, f32))"],
    ["kl_normal(x, x, mask=n > 1)"],
    ["binary_cross_entropy(x, sigmoid(x), lengths=n)"],
    ["cross_entropy(x, n, mask=n < 3)"],
    ["x -> mean(mask=kept)"],
    ["sum(mean(x, axis=-1, mask=kept), mask=n > 0)"],
  ])("fit: %s", (call) => {
    expect(codesOf(model(call)).filter((it) => it !== "MC2005" && it !== "MC3040")).toEqual([]);
  });

  it.each([
    ["mean(x, mask=n)", "MC3063"],
    ["mean(x, mask=kept[:, 0:2])", "MC3063"],
    ["mean(x, mask=x[:, :, None] > 0)", "MC3063"],
    ["mean(cast(n, f32), lengths=n)", "MC3063"],
    ["mean(x, lengths=x)", "MC3063"],
    ["mean(x, lengths=cast(n, f32))", "MC3063"],
    ["mean(x, mask=kept, mask=kept)", "MC2012"],
    ["max(x, mask=kept)", "MC2011"],
  ])("do not fit: %s", (call, code) => {
    expect(codesOf(model(call))).toContain(code);
  });

  it("that are left out are handed on", () => {
    const block = `block Pool: (x: f32[B, T, D], mask: bool[B, T]?, lengths: i32[B]?) -> f32[B, D] {
  mean(x, axis=1, mask=mask, lengths=lengths)
}
model M: (x: f32[B, 4, 2], n: i32[B]) -> y: f32[B, 2] {
  (x -> Pool) + Pool()(x, lengths=n)
}
`;
    expect(codesOf(block)).toEqual([]);
  });
});
