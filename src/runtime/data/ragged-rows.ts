import { asVariable } from "../../dims/dim.ts";
import type { RawField } from "../../ir/program.ts";
import { extentOf, lengthOf, type Column, type StoredColumn } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import type { RawBatchField } from "./dataset.ts";

/** Some examples of a column whose examples are of different lengths, one behind the other. */
export function raggedRowsOf(column: Column, rows: Int32Array): RawBatchField {
  const extents = Array.from(rows, (row) => extentOf(column, row));
  const size = extents.reduce((sum, [from, to]) => sum + to - from, 0);
  const data = column.data instanceof Int32Array ? new Int32Array(size) : new Float64Array(size);
  let at = 0;
  for (const [from, to] of extents) {
    data.set(column.data.subarray(from, to), at);
    at += to - from;
  }
  const lengths = Int32Array.from(rows, (row) => lengthOf(column, row));
  const shape = [rows.length, Math.max(0, ...lengths), ...column.shape.slice(1)];
  return { shape, data, lengths, ...(column.data instanceof Float32Array && { single: true }) };
}

/** The lengths of some rows along each size that varies, by its name. */
export function lengthsBySize(
  columns: readonly (Column | StoredColumn)[],
  fields: readonly RawField[],
  rows: Int32Array,
): ReadonlyMap<string, Int32Array> {
  return new Map(
    columns.flatMap((column, at): (readonly [string, Int32Array])[] => {
      const [first] = elementAt(fields, at).type.shape;
      const size = first && asVariable(first);
      if (size === undefined || column.starts === undefined) return [];
      return [[size, Int32Array.from(rows, (row) => lengthOf(column, row))]];
    }),
  );
}
