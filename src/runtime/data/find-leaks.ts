import type { DataProgram, Split } from "../../ir/program.ts";
import { coarseColumns } from "../../sources/equal-rows.ts";
import { exampleOf, isStored, type RawData } from "../../sources/raw-data.ts";
import { sourceOf } from "../../sources/registry.ts";
import { required } from "../../support/fault.ts";
import type { Dataset } from "./dataset.ts";
import { findSharedRows, type SharedRows } from "./find-shared-rows.ts";
import { rowsOf } from "./rows-of.ts";
import { splitNames } from "./split-rows.ts";

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
export async function findLeaks(
  raw: RawData,
  { source, preparation }: Pick<DataProgram, "source" | "preparation">,
  { splits }: Pick<Dataset, "splits">,
): Promise<readonly Leak[]> {
  if (raw.kind === "text" || sourceOf(source).isDrawn) return [];
  const columns = preparation.raw.map((it) => required(raw.columns.get(it.name), `a column for raw.${it.name}`));
  const [first] = columns;
  if (first === undefined) return [];
  if (splits.validate.count + splits.test.count === 0) return [];
  const rows = splitNames.map((split) => [split, rowsOf(splits[split])] as const);
  const equal = ofTrain(await findSharedRows(columns, rows));
  // What is nearly equal is found among columns in memory.
  const held = columns.flatMap((it) => (isStored(it) ? [] : [it]));
  const coarse =
    held.length < columns.length
      ? undefined
      : coarseColumns(held, Int32Array.from(rows.flatMap(([, some]) => [...some])));
  const near = coarse === undefined ? undefined : ofTrain(await findSharedRows(coarse, rows));
  return (["validate", "test"] as const).flatMap((split): readonly Leak[] => {
    const same = equal.get(split) ?? [];
    const known = new Set(same.map(([row]) => row));
    const close = (near?.get(split) ?? []).filter(([row]) => !known.has(row));
    const [pair] = [...same, ...close];
    if (pair === undefined) return [];
    const places = [exampleOf(first, pair[0]), exampleOf(first, pair[1])] as const;
    return [{ split, total: splits[split].count, equal: same.length, near: close.length, places }];
  });
}

/** What splits share with the train split. */
const ofTrain = (shared: readonly SharedRows[]): ReadonlyMap<Split, SharedRows["pairs"]> =>
  new Map(shared.flatMap(({ split, as, pairs }) => (as === "train" ? [[split, pairs] as const] : [])));
