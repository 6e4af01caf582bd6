import { elementAt } from "../../support/element-at.ts";
import type { DataProgram, RawField, Split } from "../../ir/program.ts";
import { asNumber } from "../../dims/dim.ts";
import { hasSplit } from "../../ir/has-split.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { required } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import {
  DataFault,
  isStored,
  problem,
  sizeOf,
  type Column,
  type ColumnNumbers,
  type DataProblem,
  type RawData,
  type StoredColumn,
} from "../../sources/raw-data.ts";
import { blockOrder, type ExampleOrder } from "./block-order.ts";
import { cleanRows, type CleanReport } from "./clean-rows.ts";
import { findNumber } from "./find-number.ts";
import { mapColumn } from "./map-column.ts";
import { columnsRead } from "./known-columns.ts";
import { findSeveral } from "./find-several.ts";
import { findUnsuitable } from "./find-unsuitable.ts";
import { findUneven } from "./find-uneven.ts";
import { lengthsBySize, raggedRowsOf } from "./ragged-rows.ts";
import { numberWords, type Vocabularies } from "./number-words.ts";
import { shuffled } from "./shuffle.ts";
import { boundsOf, splitNames, splitRows, type SplitRows } from "./split-rows.ts";

/** One raw field of a batch: the first axis counts the examples. */
export interface RawBatchField {
  readonly shape: readonly number[];
  /** Real numbers in double precision, integers exactly. */
  readonly data: Float64Array | Int32Array | BigInt64Array;
  /** Whether the source holds them in single precision. */
  readonly single?: boolean;
  /**
   * The length of each example along its first axis, where these differ: examples then lie one behind the other without
   * anything between them, and `shape` is that of the longest.
   */
  readonly lengths?: Int32Array;
}

export type RawBatch = ReadonlyMap<string, RawBatchField>;

/** How many examples a batch has. */
export function examplesIn(raw: RawBatch): number {
  const [first] = raw.values();
  return first === undefined ? 0 : elementAt(first.shape, 0);
}

/** The examples of one split, addressed by number. */
export interface Examples {
  readonly count: number;
  /** Raw fields of some examples, all or those named. `round` moves the windows of a text, so that epochs see different cuts. */
  gather(indices: ArrayLike<number>, round?: number, only?: ReadonlySet<string>): Promise<RawBatch>;
  /** The lengths of the examples along the sizes that vary by example, by the names of these. */
  readonly lengths?: ReadonlyMap<string, Int32Array>;
  /** The order in which an epoch visits them; any order where it is left out. */
  order?(seed: number, epoch: number): ExampleOrder;
  /** Where an example stands in the source, whatever was cleaned and shuffled; itself where that is left out. */
  rowOf?(index: number): number;
  /** How many are to be read together at most, where they do not lie in memory. */
  readonly most?: number;
  /** Where all of them stand, where that is known of each. */
  readonly rows?: Int32Array;
}

export interface Dataset {
  readonly splits: Readonly<Record<Split, Examples>>;
  /** Where the data came from, for messages. */
  readonly from: string;
  readonly vocabularies: Vocabularies;
  /** What each step of cleaning has left out. */
  readonly cleaning: readonly CleanReport[];
}

/**
 * Cleans and splits raw data as the section says. Words have the numbers of those that are `known`: then what is fitted was
 * fitted by a training before, and nothing of these data need be.
 */
export async function createDataset(
  raw: RawData,
  data: DataProgram,
  known?: Vocabularies,
): Promise<Result<Dataset, DataProblem>> {
  if (raw.kind === "text") return splitText(raw, data);
  try {
    return await splitColumns(raw, data, known);
  } catch (error) {
    if (error instanceof DataFault) return failure(error.problem);
    throw error;
  }
}

async function splitColumns(
  raw: Extract<RawData, { kind: "columns" }>,
  data: DataProgram,
  known: Vocabularies | undefined,
): Promise<Result<Dataset, DataProblem>> {
  const fields = data.preparation.raw;
  // That a source has the fields is checked with the file; that a table has the columns, when it is read.
  const read = fields.map(({ name }) => required(raw.columns.get(name), `a column for raw.${name}`));
  const from = read[0]?.from ?? data.source.kind;
  const several = findSeveral(raw, data);
  if (several !== undefined) return failure(several);
  const { kept, reports: cleaning } = await cleanRows(raw, data);
  const split = splitRows(kept, raw, data);
  if (!split.ok) return split;
  const atOnce = rowsAtOnce(read);
  // What lies on a disk is read in its order.
  const rows = atOnce === undefined ? split.value : inOrderOfRows(split.value);
  const counts = { train: rows.train.length, validate: rows.validate.length, test: rows.test.length };
  const unfit =
    lackOfExamples(counts, { from, cleaning, rows: kept.length }, data) ??
    (known === undefined ? await findUnfillable(raw, data, rows.train) : undefined);
  if (unfit !== undefined) return failure(unfit);
  const vocabularies: Record<string, readonly string[]> = {};
  const columns: (Column | StoredColumn)[] = [];
  for (const [at, field] of fields.entries()) {
    const column = elementAt(read, at);
    Object.assign(vocabularies, columnsRead(field, column));
    if (column.dictionary === undefined)
      columns.push(field.missing === undefined ? column : mapColumn(column, withoutGaps));
    else {
      const numbered = await numberWords(
        column,
        field,
        { kept, train: rows.train },
        { known: known?.[field.name], filled: filledWords(field, data) },
      );
      if (!numbered.ok) return numbered;
      vocabularies[field.name] = numbered.value.words;
      columns.push(numbered.value.column);
    }
  }
  const unsuitable = (await findUnsuitable(columns, data, kept)) ?? findUneven(columns, data, kept);
  if (unsuitable !== undefined) return failure(unsuitable);
  const most = mostTogether(columns);
  const examplesOf = (name: Split): Examples => ({
    count: rows[name].length,
    rows: rows[name],
    ...(most !== undefined && { most }),
    rowOf: (index) => rows[name][index] ?? index,
    lengths: lengthsBySize(columns, fields, rows[name]),
    ...(atOnce !== undefined && {
      order: (seed, epoch) => blockOrder(rows[name].length, atOnce, seed, epoch),
    }),
    gather: async (indices, _, only) => {
      const own = Int32Array.from(indices, (index) => elementAt(rows[name], index));
      const gathered = await Promise.all(
        columns.flatMap((column, at) =>
          only === undefined || only.has(column.name)
            ? [rowsOf(column, fields[at], own).then((field) => [column.name, field] as const)]
            : [],
        ),
      );
      return new Map(gathered);
    },
  });
  const splits = { train: examplesOf("train"), validate: examplesOf("validate"), test: examplesOf("test") };
  return success({ splits, from, vocabularies, cleaning });
}

/** The words that features give to the missing cells of a field. */
const filledWords = ({ name }: RawField, { preparation }: DataProgram): readonly string[] =>
  preparation.statistics.flatMap((it) =>
    it.kind === "fill" && it.field === name && typeof it.by === "object" ? [it.by.word] : [],
  );

/** Numbers with 0 in place of what is missing, where features fill it themselves. */
const withoutGaps = (data: ColumnNumbers["data"]): ColumnNumbers["data"] =>
  data.some((it) => Number.isNaN(it)) ? data.map((it) => (Number.isNaN(it) ? 0 : it)) : data;

/** How many rows are read at once, where some lie on a disk in their order. */
const rowsAtOnce = (columns: readonly (Column | StoredColumn)[]): number | undefined =>
  columns.flatMap((it) => (isStored(it) ? (it.rowsAtOnce ?? []) : []))[0];

/** So many numbers of examples that do not lie in memory are read together. */
const numbersTogether = 2 ** 21;

/** How many examples are to be read together at most, where some of their numbers do not lie in memory. */
const mostTogether = (columns: readonly (Column | StoredColumn)[]): number | undefined =>
  columns.some(isStored)
    ? Math.max(1, Math.floor(numbersTogether / columns.reduce((sum, it) => sum + sizeOf(it.shape), 0)))
    : undefined;

/** Sorts the rows of each split where they are: they are no one else's. */
const inOrderOfRows = ({ train, validate, test }: SplitRows): SplitRows => ({
  train: train.sort(),
  validate: validate.sort(),
  test: test.sort(),
});

/** A column that is to be filled by what the train split has of it, and has nothing there. */
async function findUnfillable(
  raw: Extract<RawData, { kind: "columns" }>,
  { preparation }: DataProgram,
  train: Int32Array,
): Promise<DataProblem | undefined> {
  for (const statistic of preparation.statistics) {
    if (statistic.kind !== "fill" || typeof statistic.by === "object" || train.length === 0) continue;
    const field = required(
      preparation.raw.find((it) => it.name === statistic.field),
      statistic.field,
    );
    // Where the field is read without being filled as well, nothing of it may be missing.
    if (field.missing === undefined) continue;
    const mask = required(raw.columns.get(field.missing), "a mask");
    const columns = sizeOf(mask.shape.slice(field.rows === undefined ? 0 : 1));
    const there = new Set<number>();
    await findNumber(mask, train, (isGone, element) => {
      if (isGone === 0) there.add(element % columns);
      return there.size === columns;
    });
    if (there.size < columns)
      return problem("MC6014", { path: mask.from, field: showField(field), rule: statistic.by });
  }
  return undefined;
}

/** Some rows of a column as a field of a batch. */
async function rowsOf(
  column: Column | StoredColumn,
  field: RawField | undefined,
  rows: Int32Array,
): Promise<RawBatchField> {
  if (!isStored(column) && column.starts !== undefined) return raggedRowsOf(column, rows);
  const size = sizeOf(column.shape);
  const length = rows.length * size;
  const shape = [rows.length, ...column.shape];
  const { data: numbers, integers } = isStored(column) ? await column.read(rows) : column;
  // What was read is these rows, and no one else's.
  if (isStored(column) && numbers instanceof Float64Array && field?.type.dtype !== "i32" && field?.type.dtype !== "i64")
    return { shape, data: numbers };
  /** Calls with the first place of an example in the batch and its first among the numbers. */
  const each = (copy: (to: number, from: number) => void): void => {
    for (const [at, row] of rows.entries()) copy(at * size, (isStored(column) ? at : row) * size);
  };
  if (field?.type.dtype === "i64") {
    const data = new BigInt64Array(length);
    const whole = integers ?? BigInt64Array.from(numbers, (it) => BigInt(it));
    each((to, from) => data.set(whole.subarray(from, from + size), to));
    return { shape, data };
  }
  const data = field?.type.dtype === "i32" ? new Int32Array(length) : new Float64Array(length);
  each((to, from) => data.set(numbers.subarray(from, from + size), to));
  return { shape, data, ...(numbers instanceof Float32Array && { single: true }) };
}

/** Splits a text by position; each split is cut into windows side by side. */
function splitText(raw: Extract<RawData, { kind: "text" }>, data: DataProgram): Result<Dataset, DataProblem> {
  const { tokens, from, vocabulary } = raw;
  const fields = data.preparation.raw;
  const sizes = fields.map((it) => it.window?.size ?? 1);
  const stride = Math.max(1, ...sizes);
  const span = Math.max(1, ...fields.map((it) => (it.window?.size ?? 1) + (it.window?.shift ?? 0)));
  const bounds = boundsOf(tokens.length, data.split);
  const examplesOf = (name: Split): Examples => {
    const [start, end] = bounds[name];
    const count = Math.max(0, Math.floor((end - start - span) / stride) + (end - start >= span ? 1 : 0));
    const slack = Math.max(0, end - start - span - (count - 1) * stride);
    return {
      count,
      rowOf: (index) => index,
      gather: (indices, round = 0, only) => {
        const shift = name === "train" ? (round * 37) % (Math.min(stride - 1, slack) + 1) : 0;
        const windows = fields
          .filter((field) => only === undefined || only.has(field.name))
          .map((field) => [field.name, windowsOf(field, tokens, start + shift, stride, indices)] as const);
        return Promise.resolve(new Map(windows));
      },
    };
  };
  const splits = { train: examplesOf("train"), validate: examplesOf("validate"), test: examplesOf("test") };
  const counts = { train: splits.train.count, validate: splits.validate.count, test: splits.test.count };
  const lack = lackOfExamples(counts, { from, cleaning: [] }, data);
  return lack === undefined
    ? success({ splits, from, vocabularies: { text: vocabulary }, cleaning: [] })
    : failure(lack);
}

function windowsOf(
  field: RawField,
  tokens: Int32Array,
  start: number,
  stride: number,
  indices: ArrayLike<number>,
): RawBatchField {
  const { size, shift } = field.window ?? {
    size: asNumber(field.type.shape[0] ?? { kind: "dim", terms: [] }) ?? 1,
    shift: 0,
  };
  const data = new Int32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const at = start + elementAt(indices, i) * stride + shift;
    data.set(tokens.subarray(at, at + size), i * size);
  }
  return { shape: [indices.length, size], data };
}

/** What there was to split. */
interface Whole {
  readonly from: string;
  readonly cleaning: readonly CleanReport[];
  /** How many rows were left; a text has none. */
  readonly rows?: number;
}

/** A split without the examples that it must have. */
function lackOfExamples(
  counts: Readonly<Record<Split, number>>,
  whole: Whole,
  data: DataProgram,
): DataProblem | undefined {
  const name = splitNames.find((it) => hasSplit(data.split, it) && mustHave(data, it) && counts[it] === 0);
  return name && problem("MC6006", { path: whole.from, split: name }, helpOfNone(whole, data));
}

/** Whether a split is nothing without examples: a column that says row by row which is of which may have none of one but for training. */
const mustHave = ({ split: { by } }: DataProgram, name: Split): boolean => by !== "column" || name === "train";

/** What has left a split without examples. */
function helpOfNone({ cleaning, rows }: Whole, { split, preparation }: DataProgram): string | undefined {
  const last = cleaning.at(-1);
  if (last !== undefined && last.rows === last.leftOut) {
    const emptied = cleaning.find((it) => it.rows === it.leftOut) ?? last;
    return `\`${emptied.step}\` leaves out all ${emptied.rows} rows that it is given.`;
  }
  const reach = Math.max(0, ...preparation.raw.map((it) => (it.rows ? it.rows.size + it.rows.horizon - 1 : 0)));
  if (rows === 0 && reach > 0) return `A window takes ${reach} rows before its own, and no row has as many.`;
  const { text = "" } = split.column ?? {};
  switch (split.by) {
    case "groups":
      return `All rows of a group lie in one split, and those of \`${text}\` are too large or too few.`;
    case "order":
      return `Rows that are alike in \`${text}\` lie in one split, and there are too many of them.`;
    case "column":
      return `No row of it says \`train\` in \`${text}\`.`;
    default:
      return rows === undefined || rows === 0
        ? undefined
        : `There ${rows === 1 ? "is 1 example" : `are ${rows} examples`} to split.`;
  }
}

/** The order in which an epoch visits the examples of the train split. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  return shuffled(count, seed, epoch, "epoch");
}
