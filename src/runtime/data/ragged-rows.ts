import { extentOf, lengthOf, type Column } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import type { RawBatchField } from "./dataset.ts";

/** Some examples of a column whose examples are of different lengths, one behind the other. */
export function raggedRowsOf(column: Column, rows: Int32Array, indices: ArrayLike<number>): RawBatchField {
  const chosen = Array.from(indices, (it) => elementAt(rows, it));
  const extents = chosen.map((row) => extentOf(column, row));
  const size = extents.reduce((sum, [from, to]) => sum + to - from, 0);
  const data = column.data instanceof Int32Array ? new Int32Array(size) : new Float64Array(size);
  let at = 0;
  for (const [from, to] of extents) {
    data.set(column.data.subarray(from, to), at);
    at += to - from;
  }
  const lengths = Int32Array.from(chosen, (row) => lengthOf(column, row));
  const shape = [chosen.length, Math.max(0, ...lengths), ...column.shape.slice(1)];
  return { shape, data, lengths, ...(column.data instanceof Float32Array && { single: true }) };
}
