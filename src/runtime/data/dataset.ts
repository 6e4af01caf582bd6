import type { DataProgram, RawField, Split } from "../../ir/program.ts";
import { asNumber } from "../../dims/dim.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { problem, sizeOf, type Column, type DataProblem, type RawData } from "./raw-data.ts";
import { shuffled } from "./shuffle.ts";

/** One raw field of a batch: the first axis counts the examples. */
export interface RawBatchField {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export type RawBatch = ReadonlyMap<string, RawBatchField>;

/** The examples of one split, addressed by number. */
export interface Examples {
  readonly count: number;
  /** Raw fields of some examples. `round` moves the windows of a text, so that epochs see different cuts. */
  gather(indices: ArrayLike<number>, round?: number): RawBatch;
}

export interface Dataset {
  readonly splits: Readonly<Record<Split, Examples>>;
  /** Where the data came from, for messages. */
  readonly from: string;
  /** Distinct characters of a text source. */
  readonly vocabulary?: readonly string[];
}

/** Cleans and splits raw data as the section says. */
export function createDataset(raw: RawData, data: DataProgram): Result<Dataset, DataProblem> {
  return raw.kind === "text" ? splitText(raw, data) : splitColumns(raw, data);
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

function splitColumns(raw: Extract<RawData, { kind: "columns" }>, data: DataProgram): Result<Dataset, DataProblem> {
  const fields = data.preparation.raw;
  const columns: Column[] = [];
  for (const field of fields) {
    const column = raw.columns.get(field.name);
    if (column === undefined) return failure(problem("MC6007", { path: data.source.kind, column: field.name }));
    columns.push(column);
  }
  const from = columns[0]?.from ?? data.source.kind;
  const kept = cleaned(raw.count, columns, data.clean);
  const unsuitable = findUnsuitable(columns, fields, kept);
  if (unsuitable !== undefined) return failure(unsuitable);
  const order = data.split.by === "seed" ? shuffled(kept.length, data.split.seed, 0, "split") : undefined;
  const bounds = boundsOf(kept.length, data);
  const examplesOf = (name: Split): Examples => {
    const [start, end] = bounds[name];
    const rows = Int32Array.from({ length: end - start }, (_, i) => kept[order?.[start + i] ?? start + i] ?? 0);
    return {
      count: rows.length,
      gather: (indices) =>
        new Map(columns.map((column, at) => [column.name, rowsOf(column, fields[at], rows, indices)])),
    };
  };
  const splits = { train: examplesOf("train"), validate: examplesOf("validate"), test: examplesOf("test") };
  return requireExamples({ splits, from }, data);
}

function rowsOf(
  column: Column,
  field: RawField | undefined,
  rows: Int32Array,
  indices: ArrayLike<number>,
): RawBatchField {
  const size = sizeOf(column.shape);
  const length = indices.length * size;
  const asFloat = field?.type.dtype === "f32";
  const data = asFloat ? new Float32Array(length) : new Int32Array(length);
  for (let i = 0; i < indices.length; i++) {
    const row = rows[indices[i] ?? 0] ?? 0;
    data.set(column.data.subarray(row * size, (row + 1) * size), i * size);
  }
  return { shape: [indices.length, ...column.shape], data };
}

/** A value that is missing, or that no integer is where a feature wants integers: nothing is guessed in its place. */
function findUnsuitable(
  columns: readonly Column[],
  fields: readonly RawField[],
  kept: Int32Array,
): DataProblem | undefined {
  for (const [at, { name, data, shape, from }] of columns.entries()) {
    if (data instanceof Int32Array) continue;
    const whole = fields[at]?.type.dtype === "i32";
    const size = sizeOf(shape);
    for (const row of kept) {
      for (let i = row * size; i < (row + 1) * size; i++) {
        const value = data[i] ?? NaN;
        if (Number.isNaN(value)) return problem("MC6009", { path: from, field: `raw.${name}`, example: row });
        if (whole && !(Number.isInteger(value) && Math.abs(value) < 2 ** 31)) {
          return problem("MC6010", { path: from, field: `raw.${name}`, example: row, value });
        }
      }
    }
  }
  return undefined;
}

/** The rows that `clean` keeps, in order. */
function cleaned(count: number, columns: readonly Column[], steps: readonly string[]): Int32Array {
  let kept = Int32Array.from({ length: count }, (_, i) => i);
  const elements = (row: number): (number | undefined)[] =>
    columns.flatMap(({ data, shape }) => [...data.subarray(row * sizeOf(shape), (row + 1) * sizeOf(shape))]);
  if (steps.includes("drop_missing")) kept = kept.filter((row) => !elements(row).some((it) => Number.isNaN(it)));
  if (steps.includes("drop_duplicates")) {
    const seen = new Set<string>();
    kept = kept.filter((row) => {
      const key = elements(row).join();
      const fresh = !seen.has(key);
      seen.add(key);
      return fresh;
    });
  }
  return kept;
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
      gather: (indices, round = 0) => {
        const shift = name === "train" ? (round * 37) % (Math.min(stride - 1, slack) + 1) : 0;
        return new Map(fields.map((field) => [field.name, windowsOf(field, tokens, start + shift, stride, indices)]));
      },
    };
  };
  const splits = { train: examplesOf("train"), validate: examplesOf("validate"), test: examplesOf("test") };
  return requireExamples({ splits, from, vocabulary }, data);
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
    const at = start + (indices[i] ?? 0) * stride + shift;
    data.set(tokens.subarray(at, at + size), i * size);
  }
  return { shape: [indices.length, size], data };
}

function requireExamples(dataset: Dataset, data: DataProgram): Result<Dataset, DataProblem> {
  for (const name of splitNames) {
    const wanted = (data.split.fractions[name] ?? 0) > 0;
    if (wanted && dataset.splits[name].count === 0)
      return failure(problem("MC6006", { path: dataset.from, split: name }));
  }
  return success(dataset);
}

/** The order in which an epoch visits the examples of the train split. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  return shuffled(count, seed, epoch, "epoch");
}
