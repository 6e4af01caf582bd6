import type { Split } from "../../ir/program.ts";
import { equalRows } from "../../sources/equal-rows.ts";
import type { Column } from "../../sources/raw-data.ts";
import { required } from "../../support/fault.ts";

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
export function findSharedRows(
  columns: readonly Column[],
  splits: Iterable<readonly [Split, Int32Array]>,
): readonly SharedRows[] {
  const earlier = equalRows(columns);
  const splitOf = new Map<number, Split>();
  return [...splits].flatMap(([split, rows]) => {
    const found = new Map<Split, RowPair[]>();
    for (const row of rows.toSorted()) {
      const like = earlier.add(row);
      if (like === undefined) {
        splitOf.set(row, split);
        continue;
      }
      const as = required(splitOf.get(like), `the split of row ${like}`);
      if (as === split) continue;
      const pairs = found.get(as) ?? [];
      found.set(as, pairs);
      pairs.push([row, like]);
    }
    return [...found].map(([as, pairs]): SharedRows => ({ split, as, pairs }));
  });
}
