import type { Split } from "../../ir/program.ts";
import { equalRows } from "../../sources/equal-rows.ts";
import { isStored, type Column, type StoredColumn } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import { sameRows } from "./same-rows.ts";

/** Rows of a split that are equal to one of an earlier split. */
export interface SharedRows {
  readonly split: Split;
  /** The split that has them too. */
  readonly as: Split;
  /** Each with the first that it is equal to, in the order of the file: one at least. */
  readonly pairs: readonly RowPair[];
}

type RowPair = readonly [here: number, there: number];

/**
 * Which rows of splits are equal, in all of some columns, to one of an earlier split, in linear time. Splits are looked at
 * in the order given: a row counts for the first one that has it.
 */
export async function findSharedRows(
  columns: readonly (Column | StoredColumn)[],
  splits: readonly (readonly [Split, Int32Array])[],
): Promise<readonly SharedRows[]> {
  const sorted = splits.map(([split, rows]) => [split, isSorted(rows) ? rows : rows.toSorted()] as const);
  const likeOf = await earlierRows(columns, sorted);
  const splitOf = splitsByRow(sorted);
  return sorted.flatMap(([split, rows]) => {
    const found = new Map<Split, RowPair[]>();
    for (const row of rows) {
      const like = likeOf(row);
      if (like === undefined) continue;
      const as = splitOf(like);
      if (as === split) continue;
      const pairs = found.get(as) ?? [];
      found.set(as, pairs);
      pairs.push([row, like]);
    }
    return [...found].map(([as, pairs]): SharedRows => ({ split, as, pairs }));
  });
}

/** What tells of each row, in the order of the splits, the first one that is equal to it. */
async function earlierRows(
  columns: readonly (Column | StoredColumn)[],
  splits: readonly (readonly [Split, Int32Array])[],
): Promise<(row: number) => number | undefined> {
  const compared = columns.map((it) => (isStored(it) ? it.identity : it));
  const held = compared.filter((it) => it !== undefined);
  if (held.length === compared.length) {
    const earlier = equalRows(held);
    return (row) => earlier.add(row);
  }
  const same = await sameRows(
    columns,
    splits.map(([, rows]) => rows),
  );
  return (row) => same.get(row);
}

const isSorted = (rows: Int32Array): boolean => rows.every((row, at) => at === 0 || elementAt(rows, at - 1) < row);

/** The split of each row. */
function splitsByRow(splits: readonly (readonly [Split, Int32Array])[]): (row: number) => Split {
  const most = splits.reduce((most, [, rows]) => Math.max(most, (rows.at(-1) ?? -1) + 1), 0);
  const numbers = new Uint8Array(most);
  for (const [at, [, rows]] of splits.entries()) for (const row of rows) numbers[row] = at + 1;
  return (row) => required(splits[elementAt(numbers, row) - 1]?.[0], `the split of row ${row}`);
}
