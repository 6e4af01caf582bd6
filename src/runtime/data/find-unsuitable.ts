import type { DataProgram, RawField } from "../../ir/program.ts";
import type { DType } from "../../ir/types.ts";
import {
  extentOf,
  isStored,
  lengthOf,
  placeOf,
  problem,
  sizeOf,
  type Column,
  type ColumnNumbers,
  type DataProblem,
  type StoredColumn,
} from "../../sources/raw-data.ts";
import { sourceOf } from "../../sources/registry.ts";
import { readingOf } from "../../sources/readings.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { elementAt } from "../../support/element-at.ts";
import { findMisfit } from "./find-misfit.ts";
import { readPieces } from "./read-pieces.ts";

/** A raw number that no feature can hold as it wants it: nothing is guessed or rounded in its place. */
export async function findUnsuitable(
  columns: readonly (Column | StoredColumn)[],
  data: DataProgram,
  kept: Int32Array,
): Promise<DataProblem | undefined> {
  const isTable = sourceOf(data.source).isTable;
  for (const [at, column] of columns.entries()) {
    const field = elementAt(data.preparation.raw, at);
    const takers = takersOf(field, data);
    const empty = column.starts === undefined ? -1 : kept.findIndex((it) => lengthOf(column, it) === 0);
    if (empty >= 0) return missingValue(placeOf(column, elementAt(kept, empty)), field, isTable);
    // Integers need no second look where every taker holds them all.
    const roomy = roomFor(column);
    if (roomy !== undefined && takers.every((it) => roomy.has(it.dtype))) continue;
    const size = sizeOf(column.shape);
    const judged = { field, takers, isTable, shown: showField(field) };
    const isRoomy = takers.every((it) => roomForIntegers.has(it.dtype) && it.dtype !== "i32" && it.dtype !== "i64");
    for await (const { numbers, rows, places } of readPieces(column, kept)) {
      for (const [index, row] of rows.entries()) {
        const place = elementAt(places, index);
        const [from, to] = isStored(column) ? [place * size, (place + 1) * size] : extentOf(column, place);
        for (let i = 0; i < to - from; i++) {
          // Most numbers are such as any real number may be.
          if (isRoomy && numbers.integers === undefined && Math.abs(numbers.data[from + i] ?? NaN) < 2 ** 53) continue;
          const found = findIn(numbers, from + i, () => placeOf(column, row, i), judged);
          if (found !== undefined) return found;
        }
      }
    }
  }
  return undefined;
}

/** By what a number of a column is judged. */
interface Judged {
  readonly field: RawField;
  /** The field as messages call it. */
  readonly shown: string;
  readonly takers: readonly Taker[];
  readonly isTable: boolean;
}

/** What is wrong with one number of a column. */
function findIn(
  numbers: ColumnNumbers,
  at: number,
  place: () => string,
  { field, shown, takers, isTable }: Judged,
): DataProblem | undefined {
  const value = elementAt(numbers.data, at);
  const exact = isExact(numbers, at);
  if (Number.isNaN(value)) return missingValue(place(), field, isTable);
  const found = judge(place, shown, value, exact, takers);
  return found ?? (exact === false ? lost(place(), shown, value) : undefined);
}

/** The types that hold all numbers of a column, whatever they are; undefined where these may be any. */
function roomFor(column: Column | StoredColumn): ReadonlySet<DType> | undefined {
  if (isStored(column)) return { bytes: roomForBytes, integers: roomForIntegers, numbers: undefined }[column.holds];
  if (column.data instanceof Uint8Array) return roomForBytes;
  return column.data instanceof Int32Array ? roomForIntegers : undefined;
}

const roomForIntegers: ReadonlySet<DType> = new Set(["i32", "i64", "f32", "f64", "bf16"]);
const roomForBytes: ReadonlySet<DType> = new Set([...roomForIntegers, "u8", "u32", "f16"]);

/** Who takes the numbers of a raw field, as they are unless it computes, with the element type that must hold them. */
interface Taker {
  readonly name: string;
  readonly dtype: DType;
  readonly computes?: true;
}

function takersOf({ name, type: { dtype } }: RawField, { features }: DataProgram): readonly Taker[] {
  const direct = features.filter((it) => it.direct?.includes(name) === true);
  const computing = features.filter((it) => it.computes?.includes(name) === true);
  return [
    ...direct.map((it) => ({ name: it.name, dtype: it.type.dtype })),
    ...computing.map((it) => ({ name: it.name, dtype: "f64", computes: true }) as const),
    ...(dtype === "f32" ? [] : [{ name: "it", dtype }]),
  ];
}

/** A value that is missing, and that no feature fills. */
export function missingValue(place: string, field: RawField, isTable: boolean): DataProblem {
  const shown = showField(field);
  if (field.carried === true) {
    const help = "No row before it has one either: leave such examples out with `clean: drop_missing`.";
    return problem("MC6009", { place, field: shown }, help);
  }
  if (readingOf(field.reading).kind === "sequence")
    return problem("MC6009", { place, field: shown }, "Leave such examples out with `clean: drop_missing`.");
  const rule = field.reading?.kind === "categories" ? "mode" : "median";
  const others = isTable
    ? `, fill them with \`${shown} -> impute(${rule})\`, or ask for them with \`missing(${shown})\``
    : "";
  return problem("MC6009", { place, field: shown }, `Leave such examples out with \`clean: drop_missing\`${others}.`);
}

function judge(
  place: () => string,
  what: string,
  value: number,
  exact: boolean | undefined,
  takers: readonly Taker[],
): DataProblem | undefined {
  if (!Number.isFinite(value)) return problem("MC6021", { place: place(), what, value });
  for (const { name, dtype, computes } of takers) {
    // The number beside the integer may have been rounded out of its range.
    if (dtype === "i64" && exact === true) continue;
    const isBlurred = computes === true && Number.isInteger(value) && !Number.isSafeInteger(value);
    const blurred = { kind: "range", limits: "integers of -2^53 + 1 to 2^53 - 1 exactly" } as const;
    const misfit = isBlurred ? blurred : findMisfit(dtype, value);
    if (misfit === undefined) continue;
    const taker =
      name === "it" ? "it is read as" : `the feature ${name} is${computes === true ? " computed from it in" : ""}`;
    const parameters = { place: place(), what, value: numberText(value), taker, dtype };
    if (misfit.kind === "fraction") return problem("MC6010", parameters);
    return problem("MC6020", { ...parameters, limits: misfit.limits });
  }
  return undefined;
}

/** Whether a 64-bit integer was read exactly; undefined where none is wanted. */
function isExact({ integers, data }: ColumnNumbers, at: number): boolean | undefined {
  return integers === undefined ? undefined : Number(integers[at]) === data[at];
}

/** A cell of a 64-bit integer whose number is one, and which is none itself: a fraction that no double keeps, or just below the range. */
function lost(place: string, what: string, value: number): DataProblem {
  const parameters = { place, what, value: numberText(value), taker: "it is read as", dtype: "i64" };
  return value === -(2 ** 63)
    ? problem("MC6020", { ...parameters, limits: "-2^63 to 2^63 - 1" })
    : problem("MC6010", { ...parameters, value: `${parameters.value} and a fraction` });
}

/** A number in full where it is whole: JavaScript rounds those of more than 17 digits once more. */
function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(BigInt(value)) : String(value);
}
