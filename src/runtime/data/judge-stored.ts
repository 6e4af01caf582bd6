import type { CleanSpec } from "../../ir/program.ts";
import type { CleanColumn, Reason } from "../../sources/clean-steps.ts";
import { isStored, type StoredColumn } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { sameRows } from "./same-rows.ts";
import { findNumber } from "./find-number.ts";

/** A column that does not lie in memory as cleaning sees it. */
export type StoredCleanColumn = StoredColumn & Pick<CleanColumn, "filled" | "shown">;

/** What a step judges rows by where not all columns lie in memory. */
interface StoredData {
  /** The columns that features read. */
  readonly read: readonly (CleanColumn | StoredCleanColumn)[];
  /** Those and the one that the split goes by. */
  readonly needed: readonly (CleanColumn | StoredCleanColumn)[];
  readonly rows: Int32Array;
}

/**
 * Tells of each row why a step of cleaning leaves it out, where the step looks at columns that do not lie in memory; undefined
 * where it looks at none.
 */
export async function judgeStored(
  { kind }: CleanSpec,
  { read, needed, rows }: StoredData,
): Promise<((row: number) => Reason | undefined) | undefined> {
  if (kind === "drop_missing" && needed.some(isStored)) return judgeGaps(needed, rows);
  if (kind !== "drop_duplicates" || !read.some(isStored)) return undefined;
  const earlier = await sameRows(read, [rows]);
  return (row) => {
    const like = earlier.get(row);
    return like === undefined ? undefined : { why: "equal to an earlier one", like };
  };
}

/** Finds the first column of each row that has a gap which no feature fills. */
async function judgeGaps(needed: StoredData["needed"], rows: Int32Array): Promise<(row: number) => Reason | undefined> {
  // 0 is none, then the columns are counted from 1.
  const gaps = new Uint16Array(rows.reduce((most, it) => Math.max(most, it + 1), 0));
  for (const [at, column] of needed.entries()) {
    if (column.filled === true || (isStored(column) && column.holds === "bytes")) continue;
    const isGap = column.dictionary === undefined ? Number.isNaN : (it: number): boolean => it < 0;
    await findNumber(column, rows, (value, _, row) => {
      if (isGap(value) && gaps[row] === 0) gaps[row] = at + 1;
      return false;
    });
  }
  return (row) => {
    const at = elementAt(gaps, row);
    return at === 0 ? undefined : { why: `${elementAt(needed, at - 1).shown} is missing` };
  };
}
