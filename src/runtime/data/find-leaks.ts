import type { DataProgram, Split } from "../../ir/program.ts";
import { coarseColumns, equalRows } from "../../sources/equal-rows.ts";
import { exampleOf, type Column, type RawData } from "../../sources/raw-data.ts";
import { sourceOf } from "../../sources/registry.ts";
import { required } from "../../support/fault.ts";
import type { Dataset, Examples } from "./dataset.ts";

/** Examples of a split that are in the train split too. */
export interface Leak {
  readonly split: Exclude<Split, "train">;
  readonly total: number;
  /** How many are equal to one of the train split in all fields that features read, and how many more nearly so. */
  readonly equal: number;
  readonly near: number;
  /** The places of the first: here, and in the train split. */
  readonly places: readonly [here: string, there: string];
}

/** What the validate and the test split have in common with the train split, in linear time; nothing of what is drawn. */
export function findLeaks(
  raw: RawData,
  { source, preparation }: Pick<DataProgram, "source" | "preparation">,
  { splits }: Pick<Dataset, "splits">,
): readonly Leak[] {
  if (raw.kind === "text" || sourceOf(source).isDrawn) return [];
  const columns = preparation.raw.map((it) => required(raw.columns.get(it.name), `a column for raw.${it.name}`));
  const [first] = columns;
  if (first === undefined) return [];
  const train = rowsOf(splits.train);
  const equal = equalTo(columns, train);
  const others = (["validate", "test"] as const).map((split) => ({ split, rows: rowsOf(splits[split]) }));
  const coarse = coarseColumns(columns, Int32Array.from([...train, ...others.flatMap(({ rows }) => [...rows])]));
  const near = coarse === undefined ? undefined : equalTo(coarse, train);
  return others.flatMap(({ split, rows }): readonly Leak[] => {
    const same = pairsOf(rows, equal);
    const close = near === undefined ? [] : pairsOf(rows, (row) => (equal(row) === undefined ? near(row) : undefined));
    const [pair] = [...same, ...close];
    if (pair === undefined) return [];
    const places = [exampleOf(first, pair[0]), exampleOf(first, pair[1])] as const;
    return [{ split, total: rows.length, equal: same.length, near: close.length, places }];
  });
}

const rowsOf = ({ count, rowOf }: Examples): Int32Array =>
  Int32Array.from({ length: count }, (_, at) => rowOf?.(at) ?? at);

/** Tells of a row the first one of others that is equal to it. */
function equalTo(columns: readonly Column[], rows: Int32Array): (row: number) => number | undefined {
  const index = equalRows(columns);
  for (const row of rows) index.add(row);
  return index.find;
}

/** The rows that have an equal, each with it, in the order of the file. */
function pairsOf(
  rows: Int32Array,
  equal: (row: number) => number | undefined,
): readonly (readonly [here: number, there: number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (const row of rows.toSorted()) {
    const other = equal(row);
    if (other !== undefined) pairs.push([row, other]);
  }
  return pairs;
}
