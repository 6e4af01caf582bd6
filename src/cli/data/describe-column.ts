import type { RawField, Split } from "../../ir/program.ts";
import { choiceOf } from "../../sources/read-table.ts";
import { sizeOf, type Column } from "../../sources/raw-data.ts";
import { showChoice } from "../../sources/show-raw-field.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import { associate, type Association, type Compared } from "./association.ts";
import { everySoMany, isGapIn, type Looked, type RowsBySplit } from "./sample-rows.ts";
import { describeNumbers, type NumbersFigures } from "./describe-numbers.ts";

/** How many cells are missing, of how many. */
interface Gaps {
  readonly missing: number;
  readonly of: number;
}

/** A word and how often it stands there. */
export interface WordCount {
  readonly word: string;
  readonly count: number;
}

/** Which words a column has. */
interface WordsFigures {
  /** How many there are, each as often as it is there. */
  readonly count: number;
  readonly different: number;
  readonly frequent: readonly WordCount[];
  /** How many words stand in one row alone. */
  readonly single: number;
}

/** A column that features read, as it is before anything is filled. */
export interface ColumnReport {
  readonly name: string;
  /** What its cells are read as: `numbers`, or a reading. */
  readonly reading: string;
  /** Of an example with several numbers: their shape. */
  readonly shape: readonly number[];
  /** Whether examples are of different lengths along the first axis; `shape` is that of the longest. */
  readonly varies?: true;
  readonly gaps: Readonly<Partial<Record<Split | "all", Gaps>>>;
  readonly numbers?: NumbersFigures;
  readonly words?: WordsFigures;
  /** How far it tells the label. */
  readonly label?: Association;
}

/** So many words are counted by name. */
const mostWords = 20;

/** So many columns that are read together are told one by one; more are one report, as those of an image are. */
const mostParts = 64;

/** The columns that a raw field is read from, one report each. */
export function describeColumns(field: RawField, { column, rows, label, gaps }: Looked): readonly ColumnReport[] {
  const size = sizeOf(column.shape);
  const reading = field.reading?.kind ?? (column.dictionary === undefined ? "numbers" : "words");
  const name = nameOf(field);
  if (column.parts?.length === size && size <= mostParts)
    return column.parts.map((part, at) =>
      describe({ column, at, width: 1, name: part, reading, shape: [], counted: gaps }, rows, label),
    );
  return [describe({ column, at: 0, width: size, name, reading, shape: column.shape, counted: gaps }, rows, label)];
}

/** What a column is called. */
export function nameOf(field: RawField): string {
  const choice = choiceOf(field);
  return choice.kind === "named" ? choice.name : showChoice(choice);
}

/** A column, or some of the numbers of its rows: `width` from `at` on. */
interface Part extends Pick<ColumnReport, "name" | "reading" | "shape"> {
  readonly column: Column;
  readonly at: number;
  readonly width: number;
  readonly counted: Looked["gaps"] | undefined;
}

function describe(part: Part, rows: RowsBySplit, label: Compared | undefined): ColumnReport {
  const { name, reading, shape, column } = part;
  const all = required(rows.get("all"), "all rows");
  const isGap = isGapIn(column);
  const gaps = Object.fromEntries([...rows].map(([split, some]) => [split, gapsIn(part, split, some)]));
  const common = { name, reading, shape, gaps };
  const values = valuesOf(part, all).filter((it) => !isGap(it));
  const told = shape.length === 0 && label !== undefined ? associate(comparedOf(part), label) : undefined;
  const numbers = column.dictionary === undefined ? describeNumbers(values) : undefined;
  return {
    ...common,
    ...(numbers !== undefined && { numbers }),
    ...(column.dictionary !== undefined && { words: countWords(values, column.dictionary) }),
    ...(told !== undefined && { label: told }),
  };
}

function gapsIn({ column, at, width, counted }: Part, split: Split | "all", rows: Int32Array): Gaps {
  const known = counted?.get(split);
  if (known !== undefined)
    return {
      missing: known.missing.subarray(at, at + width).reduce((sum, it) => sum + it, 0),
      of: known.rows * width,
    };
  const isGap = isGapIn(column);
  const size = sizeOf(column.shape);
  let missing = 0;
  for (const row of rows)
    for (let i = 0; i < width; i++) if (isGap(elementAt(column.data, row * size + at + i))) missing += 1;
  return { missing, of: rows.length * width };
}

/** The numbers of some rows, of very many those of every so many rows. */
function valuesOf({ column: { data, shape }, at, width }: Part, rows: Int32Array): Float64Array {
  const size = sizeOf(shape);
  const step = everySoMany(rows.length, width);
  const chosen = step === 1 ? rows : rows.filter((_, row) => row % step === 0);
  const values = new Float64Array(chosen.length * width);
  for (const [place, row] of chosen.entries())
    for (let i = 0; i < width; i++) values[place * width + i] = elementAt(data, row * size + at + i);
  return values;
}

/** A column as it is compared with the label: every row, missing ones as NaN. */
function comparedOf({ column: { data, shape, dictionary }, at }: Part): Compared {
  const size = sizeOf(shape);
  const values = Float64Array.from({ length: data.length / size }, (_, row) => {
    const value = elementAt(data, row * size + at);
    return dictionary !== undefined && value < 0 ? NaN : value;
  });
  return { kind: dictionary === undefined ? "numbers" : "groups", values };
}

/** How often the words of a column are there. */
export function countWords(values: Float64Array, dictionary: readonly string[]): WordsFigures {
  const counts = new Map<number, number>();
  for (const it of values) counts.set(it, (counts.get(it) ?? 0) + 1);
  const ordered = [...counts]
    .map(([at, count]) => ({ word: elementAt(dictionary, at), count }))
    .toSorted((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
  return {
    count: values.length,
    different: counts.size,
    frequent: ordered.slice(0, mostWords),
    single: ordered.filter((it) => it.count === 1).length,
  };
}
