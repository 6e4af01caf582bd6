import { elementAt } from "../../support/element-at.ts";
import type { DataProgram, RawField, Split } from "../../ir/program.ts";
import { asNumber } from "../../dims/dim.ts";
import { cleanedRows } from "../../sources/clean-steps.ts";
import { showRawField } from "../../sources/show-raw-field.ts";
import { required } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import type { DType } from "../../ir/types.ts";
import { findMisfit } from "./find-misfit.ts";
import { placeOf, problem, sizeOf, type Column, type DataProblem, type RawData } from "../../sources/raw-data.ts";
import { shuffled } from "./shuffle.ts";

/** One raw field of a batch: the first axis counts the examples. */
export interface RawBatchField {
  readonly shape: readonly number[];
  /** Real numbers in double precision, integers exactly. */
  readonly data: Float64Array | Int32Array | BigInt64Array;
  /** Whether the source holds them in single precision. */
  readonly single?: boolean;
}

export type RawBatch = ReadonlyMap<string, RawBatchField>;

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
  // That a source has the fields is checked with the file; that a table has the columns, when it is read.
  const columns = fields.map(({ name }) => required(raw.columns.get(name), `a column for raw.${name}`));
  const from = columns[0]?.from ?? data.source.kind;
  const kept = cleanedRows(raw.count, columns, data.clean);
  const unsuitable = findUnsuitable(columns, data, kept);
  if (unsuitable !== undefined) return failure(unsuitable);
  const order = data.split.by === "seed" ? shuffled(kept.length, data.split.seed, 0, "split") : undefined;
  const bounds = boundsOf(kept.length, data);
  const examplesOf = (name: Split): Examples => {
    const [start, end] = bounds[name];
    const rows = Int32Array.from({ length: end - start }, (_, i) => elementAt(kept, order?.[start + i] ?? start + i));
    return {
      count: rows.length,
      rowOf: (index) => rows[index] ?? index,
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

/** A raw number that no feature can hold as it wants it: nothing is guessed or rounded in its place. */
function findUnsuitable(columns: readonly Column[], data: DataProgram, kept: Int32Array): DataProblem | undefined {
  for (const [at, column] of columns.entries()) {
    const takers = takersOf(column.name, data.preparation.raw[at], data);
    // 32-bit integers need no second look where every taker holds them all.
    if (column.data instanceof Int32Array && takers.every((it) => roomy.has(it.dtype))) continue;
    const size = sizeOf(column.shape);
    for (const row of kept) {
      for (let i = row * size; i < (row + 1) * size; i++) {
        const value = elementAt(column.data, i);
        const exact = isExact(column, i);
        const found =
          judge(column, row, value, exact, takers) ?? (exact === false ? lost(column, row, value) : undefined);
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

const roomy: ReadonlySet<DType> = new Set(["i32", "i64", "f32", "f64", "bf16"]);

/** Who takes the numbers of a raw field, as they are unless it computes, with the element type that must hold them. */
interface Taker {
  readonly name: string;
  readonly dtype: DType;
  readonly computes?: true;
}

function takersOf(name: string, field: RawField | undefined, { features }: DataProgram): readonly Taker[] {
  const direct = features.filter((it) => it.direct?.includes(name) === true);
  const dtype = field?.type.dtype ?? "f32";
  const computing = features.filter((it) => it.computes?.includes(name) === true);
  return [
    ...direct.map((it) => ({ name: it.name, dtype: it.type.dtype })),
    ...computing.map((it) => ({ name: it.name, dtype: "f64", computes: true }) as const),
    ...(dtype === "f32" ? [] : [{ name: "it", dtype }]),
  ];
}

function judge(
  column: Column,
  row: number,
  value: number,
  exact: boolean | undefined,
  takers: readonly Taker[],
): DataProblem | undefined {
  const field = showRawField(column.name);
  if (Number.isNaN(value)) {
    const help = "Leave such examples out with `clean: drop_missing`.";
    return problem("MC6009", { place: placeOf(column, row), field }, help);
  }
  if (!Number.isFinite(value)) return problem("MC6021", { place: placeOf(column, row), what: field, value });
  for (const { name, dtype, computes } of takers) {
    // The number beside the integer may have been rounded out of its range.
    if (dtype === "i64" && exact === true) continue;
    const isBlurred = computes === true && Number.isInteger(value) && !Number.isSafeInteger(value);
    const blurred = { kind: "range", limits: "integers of -2^53 + 1 to 2^53 - 1 exactly" } as const;
    const misfit = isBlurred ? blurred : findMisfit(dtype, value);
    if (misfit === undefined) continue;
    const taker =
      name === "it" ? "it is read as" : `the feature ${name} is${computes === true ? " computed from it in" : ""}`;
    const parameters = { place: placeOf(column, row), what: field, value: numberText(value), taker, dtype };
    if (misfit.kind === "fraction") return problem("MC6010", parameters);
    return problem("MC6020", { ...parameters, limits: misfit.limits });
  }
  return undefined;
}

/** Whether a 64-bit integer was read exactly; undefined where none is wanted. */
function isExact({ integers, data }: Column, at: number): boolean | undefined {
  return integers === undefined ? undefined : Number(integers[at]) === data[at];
}

/** A cell of a 64-bit integer whose number is one, and which is none itself: a fraction that no double keeps, or just below the range. */
function lost(column: Column, row: number, value: number): DataProblem {
  const parameters = {
    place: placeOf(column, row),
    what: showRawField(column.name),
    value: numberText(value),
    taker: "it is read as",
    dtype: "i64",
  };
  return value === -(2 ** 63)
    ? problem("MC6020", { ...parameters, limits: "-2^63 to 2^63 - 1" })
    : problem("MC6010", { ...parameters, value: `${parameters.value} and a fraction` });
}

/** A number in full where it is whole: JavaScript rounds those of more than 17 digits once more. */
function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(BigInt(value)) : String(value);
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
    const at = start + elementAt(indices, i) * stride + shift;
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
