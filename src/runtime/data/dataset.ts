import { elementAt } from "../../support/element-at.ts";
import type { DataProgram, RawField, Split } from "../../ir/program.ts";
import { asNumber } from "../../dims/dim.ts";
import { hasSplit } from "../../ir/has-split.ts";
import { cleanedRows, type CleanColumn } from "../../sources/clean-steps.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { required } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { problem, sizeOf, type Column, type DataProblem, type RawData } from "../../sources/raw-data.ts";
import { findUnsuitable } from "./find-unsuitable.ts";
import { numberWords, type Vocabularies } from "./number-words.ts";
import { shuffled } from "./shuffle.ts";
import { splitByFolders } from "./split-by-folders.ts";

/** One raw field of a batch: the first axis counts the examples. */
export interface RawBatchField {
  readonly shape: readonly number[];
  /** Real numbers in double precision, integers exactly. */
  readonly data: Float64Array | Int32Array | BigInt64Array;
  /** Whether the source holds them in single precision. */
  readonly single?: boolean;
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
  /** Raw fields of some examples. `round` moves the windows of a text, so that epochs see different cuts. */
  gather(indices: ArrayLike<number>, round?: number): RawBatch;
  /** Where an example stands in the source, whatever was cleaned and shuffled; itself where that is left out. */
  rowOf?(index: number): number;
}

export interface Dataset {
  readonly splits: Readonly<Record<Split, Examples>>;
  /** Where the data came from, for messages. */
  readonly from: string;
  readonly vocabularies: Vocabularies;
}

/** Cleans and splits raw data as the section says. Words have the numbers of those that are `known`, of a training before. */
export function createDataset(raw: RawData, data: DataProgram, known: Vocabularies = {}): Result<Dataset, DataProblem> {
  return raw.kind === "text" ? splitText(raw, data) : splitColumns(raw, data, known);
}

const splitNames: readonly Split[] = ["train", "validate", "test"];

/** Bounds of the splits over `count` things; what the fractions leave over belongs to none. */
function boundsOf(count: number, data: DataProgram): Readonly<Record<Split, readonly [number, number]>> {
  let sum = 0;
  const bound = (name: Split): readonly [number, number] => {
    const from = Math.round(sum * count);
    sum += data.split.fractions[name] ?? 0;
    return [from, Math.round(Math.min(1, sum) * count)];
  };
  return { train: bound("train"), validate: bound("validate"), test: bound("test") };
}

function splitColumns(
  raw: Extract<RawData, { kind: "columns" }>,
  data: DataProgram,
  known: Vocabularies,
): Result<Dataset, DataProblem> {
  const fields = data.preparation.raw;
  // That a source has the fields is checked with the file; that a table has the columns, when it is read.
  const read = fields.map(({ name, missing }): CleanColumn => ({
    ...required(raw.columns.get(name), `a column for raw.${name}`),
    filled: missing !== undefined,
  }));
  const from = read[0]?.from ?? data.source.kind;
  const whole = Int32Array.from({ length: raw.count }, (_, row) => row).filter((row) =>
    read.every((it) => it.absent?.[row] !== 1),
  );
  const kept = cleanedRows(whole, read, data.clean);
  const order = data.split.by === "seed" ? shuffled(kept.length, data.split.seed, 0, "split") : undefined;
  const bounds = boundsOf(kept.length, data);
  const parts = raw.folders && splitByFolders(kept, raw.folders, data.split);
  const rowsFor = (name: Split): Int32Array => {
    if (parts !== undefined) return parts[name];
    const [start, end] = bounds[name];
    return Int32Array.from({ length: end - start }, (_, i) => elementAt(kept, order?.[start + i] ?? start + i));
  };
  const rows = { train: rowsFor("train"), validate: rowsFor("validate"), test: rowsFor("test") };
  const vocabularies: Record<string, readonly string[]> = {};
  const columns: Column[] = [];
  for (const [at, field] of fields.entries()) {
    const column = elementAt(read, at);
    if (column.dictionary === undefined) columns.push(field.missing === undefined ? column : filledWith(column, 0));
    else {
      const numbered = numberWords(
        column,
        field,
        { kept, train: rows.train },
        { known: known[field.name], filled: filledWords(field, data) },
      );
      if (!numbered.ok) return numbered;
      vocabularies[field.name] = numbered.value.words;
      columns.push(numbered.value.column);
    }
  }
  const unsuitable = findUnsuitable(columns, data, kept) ?? findUnfillable(raw, data, rows.train);
  if (unsuitable !== undefined) return failure(unsuitable);
  const examplesOf = (name: Split): Examples => ({
    count: rows[name].length,
    rowOf: (index) => rows[name][index] ?? index,
    gather: (indices) =>
      new Map(columns.map((column, at) => [column.name, rowsOf(column, fields[at], rows[name], indices)])),
  });
  const splits = { train: examplesOf("train"), validate: examplesOf("validate"), test: examplesOf("test") };
  return requireExamples({ splits, from, vocabularies }, data);
}

/** The words that features give to the missing cells of a field. */
const filledWords = ({ name }: RawField, { preparation }: DataProgram): readonly string[] =>
  preparation.statistics.flatMap((it) =>
    it.kind === "fill" && it.field === name && typeof it.by === "object" ? [it.by.word] : [],
  );

/** A column with a number in place of what is missing, where features fill it themselves. */
function filledWith(column: Column, number: number): Column {
  return column.data.some((it) => Number.isNaN(it))
    ? { ...column, data: column.data.map((it) => (Number.isNaN(it) ? number : it)) }
    : column;
}

/** A column that is to be filled by what the train split has of it, and has nothing there. */
function findUnfillable(
  raw: Extract<RawData, { kind: "columns" }>,
  { preparation }: DataProgram,
  train: Int32Array,
): DataProblem | undefined {
  for (const statistic of preparation.statistics) {
    if (statistic.kind !== "fill" || typeof statistic.by === "object") continue;
    const field = required(
      preparation.raw.find((it) => it.name === statistic.field),
      statistic.field,
    );
    const mask = required(raw.columns.get(required(field.missing, "a mask")), "a mask");
    const size = sizeOf(mask.shape);
    for (let element = 0; element < size; element++) {
      if (train.length === 0 || train.some((row) => mask.data[row * size + element] === 0)) continue;
      return problem("MC6014", { path: mask.from, field: showField(field), rule: statistic.by });
    }
  }
  return undefined;
}

function rowsOf(
  column: Column,
  field: RawField | undefined,
  rows: Int32Array,
  indices: ArrayLike<number>,
): RawBatchField {
  const size = sizeOf(column.shape);
  const length = indices.length * size;
  const shape = [indices.length, ...column.shape];
  /** Calls with the first place of an example in the batch and its first in the column. */
  const each = (copy: (to: number, from: number) => void): void => {
    for (let i = 0; i < indices.length; i++) copy(i * size, elementAt(rows, elementAt(indices, i)) * size);
  };
  if (field?.type.dtype === "i64") {
    const data = new BigInt64Array(length);
    const integers = column.integers ?? BigInt64Array.from(column.data, (it) => BigInt(it));
    each((to, from) => data.set(integers.subarray(from, from + size), to));
    return { shape, data };
  }
  const data = field?.type.dtype === "i32" ? new Int32Array(length) : new Float64Array(length);
  each((to, from) => data.set(column.data.subarray(from, from + size), to));
  return { shape, data, ...(column.data instanceof Float32Array && { single: true }) };
}

/** Splits a text by position; each split is cut into windows side by side. */
function splitText(raw: Extract<RawData, { kind: "text" }>, data: DataProgram): Result<Dataset, DataProblem> {
  const { tokens, from, vocabulary } = raw;
  const fields = data.preparation.raw;
  const sizes = fields.map((it) => it.window?.size ?? 1);
  const stride = Math.max(1, ...sizes);
  const span = Math.max(1, ...fields.map((it) => (it.window?.size ?? 1) + (it.window?.shift ?? 0)));
  const bounds = boundsOf(tokens.length, data);
  const examplesOf = (name: Split): Examples => {
    const [start, end] = bounds[name];
    const count = Math.max(0, Math.floor((end - start - span) / stride) + (end - start >= span ? 1 : 0));
    const slack = Math.max(0, end - start - span - (count - 1) * stride);
    return {
      count,
      rowOf: (index) => index,
      gather: (indices, round = 0) => {
        const shift = name === "train" ? (round * 37) % (Math.min(stride - 1, slack) + 1) : 0;
        return new Map(fields.map((field) => [field.name, windowsOf(field, tokens, start + shift, stride, indices)]));
      },
    };
  };
  const splits = { train: examplesOf("train"), validate: examplesOf("validate"), test: examplesOf("test") };
  return requireExamples({ splits, from, vocabularies: { text: vocabulary } }, data);
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

function requireExamples(dataset: Dataset, data: DataProgram): Result<Dataset, DataProblem> {
  for (const name of splitNames) {
    if (hasSplit(data.split, name) && dataset.splits[name].count === 0)
      return failure(problem("MC6006", { path: dataset.from, split: name }));
  }
  return success(dataset);
}

/** The order in which an epoch visits the examples of the train split. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  return shuffled(count, seed, epoch, "epoch");
}
