import type { Split } from "../../ir/program.ts";
import { isStored, sizeOf, type Column, type StoredColumn } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import { findNumber } from "../../runtime/data/find-number.ts";
import type { Compared } from "./association.ts";

/** The rows of the source that are looked at: of each split, or all. */
export type RowsBySplit = ReadonlyMap<Split | "all", Int32Array>;

/** A column in memory, the rows of it that are looked at, and what its rows are compared with. */
export interface Looked {
  readonly column: Column;
  readonly rows: RowsBySplit;
  readonly label: Compared | undefined;
  /** Where not all rows are looked at: of how many what is missing was counted, and how often it is at each place of a row. */
  readonly gaps?: ReadonlyMap<Split | "all", { readonly rows: number; readonly missing: Float64Array }>;
}

/** Whether a number of a column stands for what is missing. */
export const isGapIn = ({ dictionary }: Pick<Column, "dictionary">): ((it: number) => boolean) =>
  dictionary === undefined ? Number.isNaN : (it) => it < 0;

/** So many numbers of a column are looked at: of more, those of some rows. */
export const mostNumbers = 2e6;

/** Every so many rows, so that no more numbers are looked at. */
export const everySoMany = (rows: number, width: number): number => Math.ceil((rows * width) / mostNumbers) || 1;

/** A column as it is looked at: itself, or of one that does not lie in memory some rows; what is missing is counted in all. */
export async function sampleRows(
  column: Column | StoredColumn,
  rows: RowsBySplit,
  label: Compared | undefined,
): Promise<Looked> {
  if (!isStored(column)) return { column, rows, label };
  const all = required(rows.get("all"), "all rows").toSorted();
  const step = everySoMany(all.length, sizeOf(column.shape));
  const chosen = all.filter((_, at) => at % step === 0);
  const places = new Map(Array.from(chosen, (row, place) => [row, place] as const));
  const placesOf = (some: Int32Array): Int32Array =>
    some.filter((row) => places.has(row)).map((row) => required(places.get(row), "the place of a row"));
  const gaps: [Split | "all", { readonly rows: number; readonly missing: Float64Array }][] = [];
  for (const [split, some] of rows) {
    const missing = new Float64Array(sizeOf(column.shape));
    if (column.holds !== "bytes") {
      const isGap = isGapIn(column);
      await findNumber(column, some.toSorted(), (it, element) => {
        if (isGap(it)) missing[element] = elementAt(missing, element) + 1;
        return false;
      });
    }
    gaps.push([split, { rows: some.length, missing }]);
  }
  const {
    count: _count,
    holds: _holds,
    read,
    content: _content,
    identity: _identity,
    starts: _starts,
    ...facts
  } = column;
  return {
    column: { ...facts, ...(await read(chosen)) },
    rows: new Map([...rows].map(([split, some]) => [split, placesOf(some)])),
    label: label && { ...label, values: Float64Array.from(chosen, (row) => elementAt(label.values, row)) },
    gaps: new Map(gaps),
  };
}
