import { asVariable } from "../../dims/dim.ts";
import type { DataProgram, RawField } from "../../ir/program.ts";
import {
  lengthOf,
  placeOf,
  problem,
  type Column,
  type DataProblem,
  type StoredColumn,
} from "../../sources/raw-data.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { elementAt } from "../../support/element-at.ts";

/**
 * An example of which two fields are of one size by name, `f32[T, 80]` and `class(9)[T]`, and of two by what they hold. The
 * columns are those of the section's raw fields, in their order.
 */
export function findUneven(
  columns: readonly (Column | StoredColumn)[],
  { preparation }: DataProgram,
  kept: Int32Array,
): DataProblem | undefined {
  const named = preparation.raw.flatMap((field, at) => {
    const [first] = field.type.shape;
    const size = first && asVariable(first);
    return size === undefined ? [] : [{ field, size, column: elementAt(columns, at) }];
  });
  for (const [at, { field, size, column }] of named.entries()) {
    const other = named.slice(0, at).find((it) => it.size === size);
    if (other === undefined || (column.starts ?? other.column.starts) === undefined) continue;
    const row = kept.find((it) => lengthOf(column, it) !== lengthOf(other.column, it));
    if (row === undefined) continue;
    return problem("MC6015", {
      place: placeOf(column, row),
      size,
      first: { field: shown(other.field), length: lengthOf(other.column, row) },
      second: { field: shown(field), length: lengthOf(column, row) },
    });
  }
  return undefined;
}

/** `raw.audio -> log_mel`: a field with what tells it from another of the same column. */
const shown = (field: RawField): string =>
  `${showField(field)}${field.reading === undefined ? "" : ` -> ${field.reading.kind}`}`;
