import { describe, expect, it } from "vitest";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { literalShape } from "../../src/ops/define/shape-rules.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { required } from "../../src/support/fault.ts";
import { lower } from "../lower/checking.ts";

const shape = [60, 30, 8] as const;
const [examples, places, channels] = shape;

/** What a layer makes of ones in training, by example, place and channel. */
function trained(layer: string, filled = 1): readonly number[] {
  const text = `block M: (x: f32[${shape.join(", ")}]) {\n  x -> ${layer}\n}\n`;
  const graph = flatten(lower(text, "M"), { mode: "training", features: "plain" });
  const inputs = graph.inputs.map(({ name, value: { type } }): [string, NdArray] => {
    const sizes = required(literalShape(type.shape), name);
    const data = new Float64Array(sizes.reduce((a, b) => a * b, 1)).fill(name === "x" ? filled : 7);
    return [name, { dtype: type.dtype, shape: sizes, data }];
  });
  return [...required([...interpretGraph(graph, new Map(inputs)).values()][0], "a result").data];
}

const mean = (of: readonly number[]): number => of.reduce((sum, it) => sum + it, 0) / of.length;
function variance(of: readonly number[]): number {
  const middle = mean(of);
  return mean(of.map((it) => (it - middle) ** 2));
}
const distinct = (of: readonly number[]): number => new Set(of).size;

describe("noise in training", () => {
  it("SpatialDropout drops channels of examples as a whole", () => {
    const y = trained("SpatialDropout(0.4)");
    expect([...new Set(y)].sort()).toEqual([0, 1 / 0.6]);
    for (let example = 0; example < examples; example++) {
      for (let channel = 0; channel < channels; channel++) {
        const line = Array.from({ length: places }, (_, at) => y[(example * places + at) * channels + channel] ?? NaN);
        expect(distinct(line)).toBe(1);
      }
    }
    expect(distinct(y.slice(0, channels))).toBe(2);
    expect(Math.abs(mean(y) - 1)).toBeLessThan(0.15);
  });

  it("StochasticDepth drops examples as a whole", () => {
    const y = trained("StochasticDepth(0.25)");
    const first = Array.from({ length: examples }, (_, at) => y[at * places * channels] ?? NaN);
    expect([...new Set(first)].sort()).toEqual([0, 1 / 0.75]);
    first.forEach((it, at) => {
      expect(new Set(y.slice(at * places * channels, (at + 1) * places * channels))).toEqual(new Set([it]));
    });
  });

  it("GaussianNoise adds, GaussianDropout multiplies", () => {
    const [noisy, scaled] = [trained("GaussianNoise(0.5)", 3), trained("GaussianDropout(0.2)", 3)];
    expect(mean(noisy)).toBeCloseTo(3, 1);
    expect(variance(noisy)).toBeCloseTo(0.25, 1);
    expect(mean(scaled)).toBeCloseTo(3, 1);
    // rate / (1 - rate), times the square of what there was.
    expect(variance(scaled) / 9).toBeCloseTo(0.25, 1);
  });

  it("AlphaDropout keeps the mean and the variance of normal numbers", () => {
    const y = trained("GaussianNoise(1) -> AlphaDropout(0.3)", 0);
    expect(mean(y)).toBeCloseTo(0, 1);
    expect(variance(y)).toBeCloseTo(1, 1);
    // As `torch.nn.functional.alpha_dropout` makes of zeros.
    const zeros = trained("AlphaDropout(0.3)", 0).map((it) => it.toFixed(4));
    expect([...new Set(zeros)].sort()).toEqual(["-1.0595", "0.4541"]);
    expect(mean(zeros.map((it) => (it === "0.4541" ? 1 : 0)))).toBeCloseTo(0.7, 1);
  });
});
