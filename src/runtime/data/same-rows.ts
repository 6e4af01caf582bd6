import { isStored, sizeOf, type Column, type StoredColumn } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { fault } from "../../support/fault.ts";
import { filterRows } from "./filter-rows.ts";
import { createNumberFiles } from "./number-files.ts";
import { readPieces } from "./read-pieces.ts";

/** So many rows are compared at a time: of more, those whose hashes fall together. */
const rowsAtATime = 2 ** 21;

/** So many numbers of a column are read at a time, and so many hashes. */
const numbersTogether = 2 ** 17;
const rowsTogether = 2 ** 16;

/**
 * For each row that is equal in all columns to one before it, the first such row; in the order given. Rows are compared by 53
 * bits of a hash: of a hundred million rows two that differ may be taken for equal once in two trainings.
 */
export async function sameRows(
  columns: readonly (Column | StoredColumn)[],
  rows: readonly Int32Array[],
  atATime = rowsAtATime,
): Promise<ReadonlyMap<number, number>> {
  const file = createNumberFiles().doubles();
  let count = 0;
  for (const some of rows) {
    for await (const keys of hashes(columns, some)) {
      await file.add(keys);
      count += keys.length;
    }
  }
  const same = new Map<number, number>();
  const parts = Math.max(1, Math.ceil(count / atATime));
  for (let part = 0; part < parts; part++) {
    const own: { readonly rows: Int32Array; readonly keys: Float64Array }[] = [];
    const room = {};
    let from = 0;
    for (const some of rows) {
      for (let at = 0; at < some.length; at += rowsTogether) {
        const batch = some.subarray(at, at + rowsTogether);
        const keys = await file.read(from, batch.length, room);
        from += batch.length;
        const isOwn = (it: number): boolean => it % parts === part;
        own.push({ rows: filterRows(batch, (_, place) => isOwn(elementAt(keys, place))), keys: keys.filter(isOwn) });
      }
    }
    const twice = repeated(own.map((it) => it.keys));
    const first = new Map<number, number>();
    for (const batch of own) {
      for (const [at, row] of batch.rows.entries()) {
        const key = elementAt(batch.keys, at);
        if (!twice.has(key)) continue;
        const like = first.get(key);
        if (like === undefined) first.set(key, row);
        else same.set(row, like);
      }
    }
  }
  return same;
}

/** The numbers that are there more than once. */
function repeated(keys: readonly Float64Array[]): ReadonlySet<number> {
  const sorted = new Float64Array(keys.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const it of keys) {
    sorted.set(it, at);
    at += it.length;
  }
  sorted.sort();
  const found = new Set<number>();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) found.add(elementAt(sorted, i));
  return found;
}

/** For rows, some at a time, numbers that are the same for those that hold the same. */
async function* hashes(
  columns: readonly (Column | StoredColumn)[],
  rows: Int32Array,
): AsyncGenerator<Float64Array, void> {
  const word = new Float64Array(1);
  const halves = new Uint32Array(word.buffer);
  const longs = new BigInt64Array(word.buffer);
  const compared = columns.map((it) => (isStored(it) ? (it.identity ?? it) : it));
  const length = Math.max(1, Math.floor(numbersTogether / Math.max(1, ...compared.map(({ shape }) => sizeOf(shape)))));
  const pieces = compared.map((it) => ({ size: sizeOf(it.shape), each: readPieces(it, rows, length) }));
  for (let from = 0; from < rows.length; from += length) {
    const count = Math.min(length, rows.length - from);
    const [high, low] = [new Int32Array(count).fill(0x811c9dc5), new Int32Array(count)];
    for (const { size, each } of pieces) {
      const piece = await each.next();
      if (piece.done === true) return fault("a column ends before another");
      const { numbers, places } = piece.value;
      for (const [at, place] of places.entries()) {
        let [a, b] = [elementAt(high, at), elementAt(low, at)];
        for (let i = place * size; i < (place + 1) * size; i++) {
          // 0 is -0, and what is missing is equal to what is missing.
          const value = elementAt(numbers.data, i);
          if (numbers.integers === undefined || Number.isNaN(value)) word[0] = Number.isNaN(value) ? NaN : value + 0;
          else longs[0] = elementAt(numbers.integers, i);
          a = Math.imul(a ^ elementAt(halves, 0), 0x85ebca6b);
          a = Math.imul(a ^ (a >>> 13) ^ elementAt(halves, 1), 0xc2b2ae35);
          a ^= a >>> 16;
          b = Math.imul(b ^ a, 0x27d4eb2f) + (b >>> 15);
        }
        high[at] = a;
        low[at] = b;
      }
    }
    yield Float64Array.from(high, (it, at) => (it & 0x1fffff) * 2 ** 32 + (elementAt(low, at) >>> 0));
  }
}
