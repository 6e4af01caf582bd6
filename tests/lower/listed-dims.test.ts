import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { required } from "../../src/support/fault.ts";
import { relativeError } from "../ops/relative-error.ts";
import { codesOf, onlyFinding } from "./checking.ts";
import { runText } from "./run-text.ts";

/** A convolution over as many axes as its kernel has. */
const up = `block Up(filters: int, kernel: [int]): (x: f32[B, ...S, C]) {
  param weights as kernel: f32[...kernel, C, filters] = glorot_uniform
  conv(x, weights)
}
`;

describe("dims that a hyperparameter lists", () => {
  it("stand in the type of a parameter, of any rank", () => {
    const body = "(image -> Up(3, [3, 2]), sound -> Up(4, [5]))";
    const results = "(y: f32[B, 6, 6, 3], z: f32[B, 5, 4])";
    const model = `model M: (image: f32[B, 8, 7, 2], sound: f32[B, 9, 2]) -> ${results} {\n  ${body}\n}\n`;
    expect(codesOf(up + model)).toEqual([]);
  });

  it("are built on both targets", async () => {
    const model = "block M: (x: f32[1, 5, 4, 2], z: f32[1, 6, 2]) {\n  (x -> Up(3, [3, 2]), z -> Up(4, [5]))\n}\n";
    const fill = (_: string, it: NdArray): NdArray => ({ ...it, data: it.data.map((__, at) => Math.sin(at)) });
    const { reference, runtimes } = required(await runText(up + model, fill), "results");
    for (const found of Object.values(runtimes)) {
      reference.forEach((it, at) => expect(relativeError(required(found[at], "result"), it)).toBeLessThan(1e-5));
    }
  });

  it("are at least 1 each", () => {
    const { code, message } = onlyFinding(`${up}block M: (x: f32[B, 8, 2]) {\n  x -> Up(3, [0])\n}\n`);
    expect([code, message]).toEqual(["MC3033", "A dimension is 0, and every dimension is at least 1."]);
  });

  const scale = "block Scale(sizes: [int]): (x: f32[B], z: f32[...sizes]) -> f32[B] {\n  x * sum(z)\n}\n";
  const use = (sizes: string): string => `${scale}block M: (x: f32[B], z: f32[3, 2]) {\n  Scale(${sizes})(x, z)\n}\n`;

  it("are those that an input must have", () => {
    expect(codesOf(use("[3, 2]"))).toEqual([]);
    const { code, message } = onlyFinding(use("[3, 5]"));
    expect([code, message]).toEqual(["MC3031", "`z` of `Scale` has `...sizes` = [3, 5] where this has [3, 2]."]);
  });

  it("are no other hyperparameter", () => {
    const text = "block M(act: fn = relu): (x: f32[B]) {\n  param w: f32[...act] = ones\n  act(x) * sum(w)\n}\n";
    expect(onlyFinding(text).code).toBe("MC2010");
  });
});
