import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Metric } from "../../../src/ir/program.ts";
import { sumGradients } from "../../../src/runtime/onnx/sum-gradients.ts";
import type { Tensor } from "../../../src/runtime/tensor.ts";
import { cutBatch } from "../../../src/runtime/train/cut-batch.ts";
import { joinResults } from "../../../src/runtime/train/join-results.ts";
import { metricOf } from "../../autodiff/program-testing.ts";

const numbers = (...data: number[]): Tensor => ({ dtype: "f32", shape: [data.length], data: Float32Array.from(data) });

describe("a batch in parts", () => {
  it("has all of its examples in order, the last part being what is left", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), (count, size) => {
        const rows = Float32Array.from({ length: 3 * count }, (_, i) => i);
        const features = new Map<string, Tensor>([
          ["x", { dtype: "f32", shape: [count, 3], data: rows }],
          ["label", { dtype: "i32", shape: [count], data: Int32Array.from({ length: count }, (_, i) => i) }],
        ]);
        const parts = cutBatch(features, size);
        expect(parts).toHaveLength(Math.ceil(count / size));
        expect(parts.map((it) => it.from)).toEqual(parts.map((_, i) => i * size));
        expect(parts.slice(0, -1).every(({ examples }) => examples === size)).toBe(true);
        expect(parts.reduce((sum, { examples }) => sum + examples, 0)).toBe(count);
        for (const [name, whole] of features) {
          const cut = parts.map((it) => it.features.get(name));
          expect(cut.map((it) => it?.shape)).toEqual(parts.map(({ examples }) => [examples, ...whole.shape.slice(1)]));
          expect(cut.flatMap((it) => [...(it?.data ?? [])])).toEqual([...whole.data]);
          expect(cut.every((it) => it?.dtype === whole.dtype)).toBe(true);
        }
      }),
    );
  });

  it("has none where there are no examples", () => {
    const empty: Tensor = { dtype: "f32", shape: [0, 2], data: new Float32Array(0) };
    expect(cutBatch(new Map([["x", empty]]), 4)).toEqual([]);
    expect(cutBatch(new Map(), 4)).toEqual([]);
  });
});

describe("what a step found on parts", () => {
  const gathered: Metric = metricOf(
    "spread",
    [
      { name: "sum", type: { dtype: "f32", shape: [] }, merge: "sum" },
      { name: "most", type: { dtype: "f32", shape: [] }, merge: "max" },
      { name: "least", type: { dtype: "f32", shape: [] }, merge: "min" },
    ],
    (b, [sum, most, least]) => b.add(sum ?? b.scalar(0), b.sub(most ?? b.scalar(0), least ?? b.scalar(0))),
  );
  const of = (...values: number[]) => values.map((it) => Float64Array.of(it));

  it("is the mean loss over all examples, and what is gathered merged", () => {
    const parts = [
      { result: { loss: 2, metrics: [of(3, 5, -1)] }, examples: 3 },
      { result: { loss: 6, metrics: [of(4, 1, -7)] }, examples: 1 },
    ];
    expect(joinResults(parts, [gathered])).toEqual({ loss: 3, metrics: [of(7, 5, -7)] });
  });
});

describe("a sum of gradients", () => {
  it("is their mean over all examples, in the elements' own type", () => {
    const sum = sumGradients();
    sum.add(
      new Map([
        ["grad/kernel", numbers(1, 2)],
        ["loss", numbers(9)],
      ]),
      3,
    );
    sum.add(new Map([["grad/kernel", numbers(5, -2)]]), 1);
    expect([...sum.mean()]).toEqual([["grad/kernel", numbers(2, 1)]]);
  });
});
