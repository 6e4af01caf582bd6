import type { Examples } from "../../runtime/data/dataset.ts";

const size = 512;

/** The examples of a split, some hundred at a time: where each batch begins, and the numbers of its examples. */
export function* batchesOf({ count }: Examples): Generator<{ readonly from: number; readonly indices: Int32Array }> {
  for (let from = 0; from < count; from += size)
    yield { from, indices: Int32Array.from({ length: Math.min(size, count - from) }, (_, at) => from + at) };
}
