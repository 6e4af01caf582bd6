import { expect, it } from "vitest";
import { readBatches } from "../../../src/runtime/data/read-batches.ts";
import { evaluationBatches } from "../../../src/runtime/train/epoch-batches.ts";

const examples = (count: number, most?: number) => ({
  count,
  ...(most !== undefined && { most }),
  gather: (indices: ArrayLike<number>) =>
    Promise.resolve(new Map([["x", { shape: [indices.length], data: Float64Array.from(indices) }]])),
});

it("all examples are read in their order, no more together than may be", async () => {
  for (const [most, sizes] of [
    [undefined, [4, 4, 2]],
    [9, [4, 4, 2]],
    [3, [3, 3, 3, 1]],
  ] as const) {
    const found: number[][] = [];
    for await (const { from, indices, raw } of readBatches(examples(10, most), 4)) {
      expect(indices[0]).toBe(from);
      found.push([...(raw.get("x")?.data ?? [])].map(Number));
    }
    expect(found.flat()).toEqual([...Array(10).keys()]);
    expect(found.map((it) => it.length)).toEqual(sizes);
  }
  expect(evaluationBatches(examples(600, 250)).map((it) => it.length)).toEqual([250, 250, 100]);
});
