import { describe, expect, it } from "vitest";
import { cutBatch } from "../../../src/runtime/train/cut-batch.ts";
import { findNonFinite } from "../../../src/runtime/train/find-non-finite.ts";
import { settledWeights } from "../../../src/runtime/train/settled-weights.ts";
import type { Tensor, Tensors } from "../../../src/runtime/tensor.ts";

const numbers = (shape: readonly number[], ...data: readonly number[]): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(data),
});

describe("a batch in parts", () => {
  const batch: Tensors = new Map([
    ["x", numbers([5, 2], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)],
    ["y", numbers([5], 10, 11, 12, 13, 14)],
  ]);

  it("has its examples in order, as many as are asked for, and fewer in the last", () => {
    const parts = cutBatch(batch, 2);
    expect(parts.map(({ from, examples }) => [from, examples])).toEqual([
      [0, 2],
      [2, 2],
      [4, 1],
    ]);
    expect(parts.map(({ features }) => features.get("x"))).toEqual([
      numbers([2, 2], 0, 1, 2, 3),
      numbers([2, 2], 4, 5, 6, 7),
      numbers([1, 2], 8, 9),
    ]);
    expect(parts.map(({ features }) => features.get("y"))).toEqual([
      numbers([2], 10, 11),
      numbers([2], 12, 13),
      numbers([1], 14),
    ]);
  });

  it("is views of the batch, one where all fits, and none of no examples", () => {
    const [whole, ...others] = cutBatch(batch, 5);
    expect(others).toEqual([]);
    expect(whole?.features.get("x")?.data.buffer).toBe(batch.get("x")?.data.buffer);
    expect(cutBatch(batch, 9)).toHaveLength(1);
    expect(cutBatch(new Map([["x", numbers([0, 2])]]), 2)).toEqual([]);
    expect(cutBatch(new Map(), 2)).toEqual([]);
  });
});

describe("the first element that is not finite", () => {
  it("is named by its tensor and its place", () => {
    expect(findNonFinite(new Map([["a", numbers([2], 0, 1)]]))).toBeUndefined();
    const tensors: Tensors = new Map([
      ["a", numbers([2], 0, 1)],
      ["b", numbers([2, 3], 0, 1, 2, 3, -Infinity, NaN)],
      ["c", numbers([1], NaN)],
    ]);
    expect(findNonFinite(tensors)).toEqual({ name: "b", index: [1, 1], value: -Infinity });
  });
});

describe("weights where nothing is trained", () => {
  it("are averages, where there are, and have nothing that optimizers remember", () => {
    const tensors = new Map([
      ["a.kernel", 1],
      ["a.bias", 2],
      ["opt/average/a.kernel", 3],
      ["opt/m/a.bias", 4],
      ["statistic/x.mean", 5],
    ]);
    expect([...settledWeights(tensors)]).toEqual([
      ["a.kernel", 3],
      ["a.bias", 2],
      ["statistic/x.mean", 5],
    ]);
  });
});
