import type { Split } from "../../ir/program.ts";
import { sizeOf, type Column } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { hashText } from "../../support/hash-text.ts";
import type { RowsBySplit } from "./describe-column.ts";

/** Rows of one split that are equal to a row of another one. */
export interface SharedRows {
  /** The split that has them too. */
  readonly as: Split;
  readonly split: Split;
  readonly count: number;
  /** One of them, and the row that it is equal to. */
  readonly example: readonly [row: number, like: number];
}

/** Rows beyond so many characters are compared by their fingerprints. */
const longest = 64;

/** Which rows of a later split are equal, in all fields that are read, to one of an earlier split. */
export function findSharedRows(columns: readonly Column[], rows: RowsBySplit): readonly SharedRows[] {
  const seen = new Map<string, { readonly split: Split; readonly row: number }>();
  const found = new Map<string, SharedRows>();
  for (const [split, some] of rows) {
    if (split === "all") continue;
    for (const row of some) {
      const key = keyOf(columns, row);
      const earlier = seen.get(key);
      if (earlier === undefined) seen.set(key, { split, row });
      else if (earlier.split !== split) {
        const pair = `${earlier.split} ${split}`;
        const known = found.get(pair) ?? { as: earlier.split, split, count: 0, example: [row, earlier.row] as const };
        found.set(pair, { ...known, count: known.count + 1 });
      }
    }
  }
  return [...found.values()];
}

function keyOf(columns: readonly Column[], row: number): string {
  const key = columns
    .map(({ data, integers, shape }) => {
      const size = sizeOf(shape);
      if (size === 1) return String(integers === undefined ? elementAt(data, row) : integers[row]);
      return (integers ?? data).subarray(row * size, (row + 1) * size).join();
    })
    .join(";");
  return key.length > longest ? hashText(key) : key;
}
