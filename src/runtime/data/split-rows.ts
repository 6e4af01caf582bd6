import type { DataProgram, RowColumn, Split, SplitSpec } from "../../ir/program.ts";
import { isMissing } from "../../sources/clean-steps.ts";
import { equalRows } from "../../sources/equal-rows.ts";
import {
  countOf,
  exampleOf,
  extentOf,
  placeOf,
  problem,
  type Column,
  type DataProblem,
  type RawData,
} from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { showName } from "../../support/show-text.ts";
import { filterRows } from "./filter-rows.ts";
import { heldColumn } from "./held-column.ts";
import { shuffled } from "./shuffle.ts";
import { splitByFolders } from "./split-by-folders.ts";

/** The splits, in the order in which their shares are taken. */
export const splitNames: readonly Split[] = ["train", "validate", "test"];

/** The rows of each split, in the order in which they are addressed. */
export type SplitRows = Readonly<Record<Split, Int32Array>>;

/** A stretch of the rows: a split, one of several folds, or what the shares leave over, which is of no split. */
interface Part {
  readonly split: Split | undefined;
  readonly size: number;
}

/** The rows that cleaning has kept, each in one split or in none. */
export function splitRows(
  kept: Int32Array,
  raw: Extract<RawData, { kind: "columns" }>,
  { split }: Pick<DataProgram, "split">,
): Result<SplitRows, DataProblem> {
  const { folders } = raw;
  if (folders !== undefined && split.folders !== undefined) return success(splitByFolders(kept, folders, split));
  const goesBy = split.column && {
    ...split.column,
    column: heldColumn(raw, split.column.field.name),
  };
  const gap = goesBy && kept.find((row) => isMissing(goesBy.column, row));
  if (goesBy !== undefined && gap !== undefined) {
    const parameters = { place: placeOf(goesBy.column, gap), field: goesBy.text };
    const help = "The split goes by it: leave such examples out with `clean: drop_missing`.";
    return failure(problem("MC6009", parameters, help));
  }
  const parts = partsOf(kept.length, split);
  const isShuffled = split.by === "seed" || split.by === "classes" || split.by === "groups";
  const rows = isShuffled ? shuffled(kept.length, split.seed, 0, "split") : kept;
  // In the place of the order, so that a long table is not there twice.
  if (isShuffled) for (const [at, place] of rows.entries()) rows[at] = elementAt(kept, place);
  switch (split.by) {
    case "seed":
    case "position":
      return success(stretches(rows, parts));
    case "order":
      return success(inOrder(rows, parts, required(goesBy, "the column of an order").column));
    case "classes": {
      const found = inShares(rows, parts, required(goesBy, "the column of classes"));
      return found.ok ? success(gathered(rows, found.value)) : found;
    }
    case "groups":
      return success(gathered(rows, byGroups(rows, parts, required(goesBy, "the column of groups").column)));
    case "column": {
      const found = asSaid(rows, required(goesBy, "the column of splits"));
      return found.ok ? success(gathered(rows, found.value)) : found;
    }
  }
}

/** Bounds of the splits over `count` things side by side; what the fractions leave over belongs to none. */
export function boundsOf(count: number, split: SplitSpec): Readonly<Record<Split, readonly [number, number]>> {
  let start = 0;
  const bounds = partsOf(count, { ...split, folds: undefined }).map(({ split: name, size }) => {
    start += size;
    return [name, [start - size, start]] as const;
  });
  const boundOf = (name: Split): readonly [number, number] => bounds.find(([of]) => of === name)?.[1] ?? [0, 0];
  return { train: boundOf("train"), validate: boundOf("validate"), test: boundOf("test") };
}

/** The parts of so many rows, which add up to all of them. */
function partsOf(
  count: number,
  { fractions, folds }: Pick<SplitSpec, "fractions"> & { readonly folds?: SplitSpec["folds"] | undefined },
): readonly Part[] {
  const { test = 0 } = fractions;
  const shares =
    folds === undefined
      ? splitNames.map((split) => ({ split, share: fractions[split] ?? 0 }))
      : [
          ...Array.from({ length: folds.count }, (_, at) => ({
            split: at + 1 === folds.validate ? ("validate" as const) : ("train" as const),
            share: (1 - test) / folds.count,
          })),
          { split: "test" as const, share: test },
        ];
  let sum = 0;
  const parts = shares.flatMap(({ split, share }): Part[] => {
    const from = Math.round(sum * count);
    sum += share;
    return share === 0 ? [] : [{ split, size: Math.round(Math.min(1, sum) * count) - from }];
  });
  const rest = count - parts.reduce((total, it) => total + it.size, 0);
  return rest === 0 ? parts : [...parts, { split: undefined, size: rest }];
}

/** Parts that lie side by side. */
function stretches(rows: Int32Array, parts: readonly Part[]): SplitRows {
  let end = 0;
  const cut = parts.map(({ split, size }) => {
    end += size;
    return { split, rows: rows.subarray(end - size, end) };
  });
  const rowsOf = (name: Split): Int32Array => joined(cut.filter((it) => it.split === name).map((it) => it.rows));
  return { train: rowsOf("train"), validate: rowsOf("validate"), test: rowsOf("test") };
}

/** Numbers of several arrays as one: of one, itself. */
function joined(arrays: readonly Int32Array[]): Int32Array {
  const [only, ...others] = arrays;
  if (only !== undefined && others.length === 0) return only;
  const all = new Int32Array(arrays.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const it of arrays) {
    all.set(it, at);
    at += it.length;
  }
  return all;
}

/** The rows of each split, of those that are said row by row. */
function gathered(rows: Int32Array, splits: readonly (Split | undefined)[]): SplitRows {
  const rowsOf = (name: Split): Int32Array => filterRows(rows, (_, at) => splits[at] === name);
  return { train: rowsOf("train"), validate: rowsOf("validate"), test: rowsOf("test") };
}

/**
 * Parts in the order of a number, the least of it in the train split. Rows of one number lie in one part: an end among
 * them moves to the nearer end of theirs.
 */
function inOrder(rows: Int32Array, parts: readonly Part[], { data }: Column): SplitRows {
  const sorted = rows.toSorted((a, b) => elementAt(data, a) - elementAt(data, b) || a - b);
  const isWithin = (at: number): boolean =>
    at > 0 && at < sorted.length && data[elementAt(sorted, at - 1)] === data[elementAt(sorted, at)];
  const moved = (end: number): number => {
    for (let distance = 0; ; distance++) {
      if (!isWithin(end - distance)) return end - distance;
      if (!isWithin(end + distance)) return end + distance;
    }
  };
  let [end, from] = [0, 0];
  const sizes = parts.map(({ split, size }) => {
    end += size;
    const start = from;
    from = Math.max(start, moved(end));
    return { split, size: from - start };
  });
  return stretches(sorted, sizes);
}

/** A column that a split goes by, as it is written. */
type GoesBy = RowColumn & { readonly column: Column };

/** What the rows hold, each numbered from 0 as it is met. */
interface Alike {
  /** The number of what a row holds, by row. */
  readonly numbers: Int32Array;
  /** How many rows hold each, and the first of them. */
  readonly counts: readonly number[];
  readonly firsts: readonly number[];
}

function alike(rows: Int32Array, column: Column): Alike {
  const earlier = equalRows([column]);
  const numbers = new Int32Array(countOf(column));
  const counts: number[] = [];
  const firsts: number[] = [];
  for (const row of rows) {
    const first = earlier.add(row);
    const number = first === undefined ? counts.length : elementAt(numbers, first);
    if (first === undefined) firsts.push(row);
    numbers[row] = number;
    counts[number] = (counts[number] ?? 0) + 1;
  }
  return { numbers, counts, firsts };
}

/** What a row holds of a column, for messages. */
function wordAt(column: Column, row: number): string {
  const { data, dictionary } = column;
  const values = [...data.subarray(...extentOf(column, row))];
  return showName(values.map((it) => (dictionary === undefined ? String(it) : (dictionary[it] ?? ""))).join(" "));
}

/**
 * Parts in which classes have the shares that they have among all rows, as near as whole rows allow: each part takes of
 * what the parts before have left, by the largest remainder, as scikit-learn's stratified splits do.
 */
function inShares(
  rows: Int32Array,
  parts: readonly Part[],
  { column, text }: GoesBy,
): Result<readonly (Split | undefined)[], DataProblem> {
  // Classes are counted in the order of the file, whatever the seed.
  const { numbers, counts, firsts } = alike(rows.toSorted(), column);
  const left = [...counts];
  const least = parts.filter((it) => it.split !== undefined).length;
  const rare = left.findIndex((it) => it < least);
  if (rare >= 0) {
    const row = elementAt(firsts, rare);
    const parameters = {
      place: exampleOf(column, row),
      word: wordAt(column, row),
      column: text,
      count: elementAt(left, rare),
      parts: least,
    };
    const help = "Leave it out with `clean`, or split without regard to it.";
    return failure(problem("MC6060", parameters, help));
  }
  const taken = parts.map(({ size }) => {
    const own = apportioned(left, size);
    own.forEach((it, at) => (left[at] = elementAt(left, at) - it));
    return own;
  });
  return success(
    Array.from(rows, (row) => {
      const number = elementAt(numbers, row);
      const at = taken.findIndex((it) => elementAt(it, number) > 0);
      const own = required(taken[at], "a part with room for a row");
      own[number] = elementAt(own, number) - 1;
      return parts[at]?.split;
    }),
  );
}

/** So many things shared out by counts: the whole parts of what is due to each, and one more by the largest remainder. */
function apportioned(counts: readonly number[], size: number): number[] {
  const total = counts.reduce((sum, it) => sum + it, 0);
  const due = counts.map((it) => (total === 0 ? 0 : (it / total) * size));
  const own = due.map(Math.floor);
  const remainder = (at: number): number => elementAt(due, at) - elementAt(own, at);
  const order = counts.map((_, at) => at).sort((a, b) => remainder(b) - remainder(a) || a - b);
  const missing = size - own.reduce((sum, it) => sum + it, 0);
  const more = new Set(order.slice(0, missing));
  return own.map((it, at) => it + (more.has(at) ? 1 : 0));
}

/** Whole groups in the order of the seed, each in the part that lacks most rows then. */
function byGroups(rows: Int32Array, parts: readonly Part[], column: Column): readonly (Split | undefined)[] {
  const { numbers, counts } = alike(rows, column);
  const lacks = parts.map((it) => it.size);
  const partOf = counts.map((size) => {
    const part = lacks.indexOf(Math.max(...lacks));
    lacks[part] = elementAt(lacks, part) - size;
    return part;
  });
  return Array.from(rows, (row) => parts[elementAt(partOf, elementAt(numbers, row))]?.split);
}

/** The words that a column has for the splits, in letters of any case. */
const words: ReadonlyMap<string, Split> = new Map([
  ...(["train", "training"] as const).map((it) => [it, "train"] as const),
  ...(["validate", "validation", "valid", "val", "dev"] as const).map((it) => [it, "validate"] as const),
  ...(["test", "testing"] as const).map((it) => [it, "test"] as const),
]);

const helpOfSplits =
  "A row says `train`, `validate` or `test`; `clean: keep_words` leaves out those that say something else.";

/** The split that a column says of each row. */
function asSaid(rows: Int32Array, { column, text }: GoesBy): Result<readonly Split[], DataProblem> {
  const splits: Split[] = [];
  for (const row of rows) {
    const word = wordAt(column, row);
    const split = words.get(word.toLowerCase());
    if (split === undefined)
      return failure(problem("MC6061", { place: placeOf(column, row), column: text, word }, helpOfSplits));
    splits.push(split);
  }
  return success(splits);
}
