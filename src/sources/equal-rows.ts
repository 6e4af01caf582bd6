import { elementAt } from "../support/element-at.ts";
import { extentOf, sizeOf, type Column } from "./raw-data.ts";

/** Rows by what they hold: a row that is added is found again by any that is equal to it in all columns. */
export interface EqualRows {
  /** The first row that was added and is equal to this one; undefined where there is none. */
  readonly find: (row: number) => number | undefined;
  /** The same, and where there is none, adds it. */
  readonly add: (row: number) => number | undefined;
}

/** An index of rows by what they hold, in linear time: 0 is -0, and what is missing is equal to what is missing. */
export function equalRows(columns: readonly Column[]): EqualRows {
  const parts = columns.map((it) => ({
    data: it.integers ?? it.data,
    extent: (row: number) => extentOf(it, row),
  }));
  const rowsOf = new Map<number, number[]>();
  const word = new Float64Array(1);
  const halves = new Uint32Array(word.buffer);
  const hashOf = (row: number): number => {
    let hash = 0;
    for (const { data, extent } of parts) {
      const [from, to] = extent(row);
      for (let at = from; at < to; at++) {
        const value = Number(data[at]);
        word[0] = Number.isNaN(value) ? NaN : value + 0;
        hash = Math.imul(hash ^ elementAt(halves, 0), 0x85ebca6b);
        hash = Math.imul(hash ^ (hash >>> 13) ^ elementAt(halves, 1), 0xc2b2ae35);
        hash ^= hash >>> 16;
      }
    }
    return hash;
  };
  const isEqual = (a: number, b: number): boolean =>
    parts.every(({ data, extent }) => {
      const [[from, to], [other, end]] = [extent(a), extent(b)];
      if (to - from !== end - other) return false;
      for (let at = 0; at < to - from; at++) {
        const [left, right] = [data[from + at], data[other + at]];
        if (left !== right && !(Number.isNaN(left) && Number.isNaN(right))) return false;
      }
      return true;
    });
  return {
    find: (row) => rowsOf.get(hashOf(row))?.find((it) => isEqual(it, row)),
    add: (row) => {
      const hash = hashOf(row);
      const rows = rowsOf.get(hash);
      const earlier = rows?.find((it) => isEqual(it, row));
      if (earlier !== undefined) return earlier;
      if (rows === undefined) rowsOf.set(hash, [row]);
      else rows.push(row);
      return undefined;
    },
  };
}

/** Numbers that differ by less than this share of their column's deviation are nearly equal. */
const step = 0.001;

/**
 * The columns of a table in which nearly equal rows are equal: words without case and signs, numbers in steps of a
 * thousandth of their standard deviation, so that two on both sides of a step's end stay apart. Undefined where there is
 * no table: what lies close in images and sounds is another question.
 */
export function coarseColumns(columns: readonly Column[], rows: Int32Array): readonly Column[] | undefined {
  return columns.every((it) => it.cells !== undefined) ? columns.map((it) => coarse(it, rows)) : undefined;
}

function coarse(column: Column, rows: Int32Array): Column {
  const { dictionary, data, shape } = column;
  const { integers: _, ...rest } = column;
  if (dictionary !== undefined) {
    const numbers = new Map<string, number>();
    const coded = dictionary.map((word) => {
      const plain = word.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "");
      const number = numbers.get(plain) ?? numbers.size;
      numbers.set(plain, number);
      return number;
    });
    return { ...rest, data: Int32Array.from(data, (it) => (it < 0 ? -1 : elementAt(coded, it))) };
  }
  // What differs in length is compared as it is.
  if (column.starts !== undefined) return column;
  const size = sizeOf(shape);
  const made = new Float64Array(data.length);
  for (let element = 0; element < size; element++) {
    const { mean, deviation } = spreadOf(data, rows, size, element);
    for (const row of rows) {
      const at = row * size + element;
      made[at] = deviation === 0 ? elementAt(data, at) : Math.round((elementAt(data, at) - mean) / (step * deviation));
    }
  }
  return { ...rest, data: made };
}

/** Mean and standard deviation of what is there, of one element of some rows. */
function spreadOf(
  data: Column["data"],
  rows: Int32Array,
  size: number,
  element: number,
): { readonly mean: number; readonly deviation: number } {
  let [count, mean, squares] = [0, 0, 0];
  for (const row of rows) {
    const value = elementAt(data, row * size + element);
    if (!Number.isFinite(value)) continue;
    count += 1;
    const distance = value - mean;
    mean += distance / count;
    squares += distance * (value - mean);
  }
  return { mean, deviation: count === 0 ? 0 : Math.sqrt(squares / count) };
}
