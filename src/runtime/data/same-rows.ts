import { isStored, sizeOf, type Column, type StoredColumn } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { fault } from "../../support/fault.ts";
import { readPieces } from "./read-pieces.ts";

/** So many rows are compared at a time: more take a pass over the columns for each so many. */
const rowsAtATime = 2 ** 22;

/** So many rows are read at a time. */
const rowsTogether = 2 ** 15;

/**
 * For each row that is equal in all columns to one before it, the first such row; in the order given. Rows are compared by 53
 * bits of a hash: of a hundred million rows two that differ may be taken for equal once in two trainings.
 */
export async function sameRows(
  columns: readonly (Column | StoredColumn)[],
  rows: Int32Array,
  atATime = rowsAtATime,
): Promise<ReadonlyMap<number, number>> {
  const same = new Map<number, number>();
  const parts = Math.max(1, Math.ceil(rows.length / atATime));
  for (let part = 0; part < parts; part++) {
    const keys: Float64Array[] = [];
    const own: Int32Array[] = [];
    for await (const batch of hashes(columns, rows)) {
      const isOwn = (_: number, at: number): boolean => elementAt(batch.keys, at) % parts === part;
      own.push(batch.rows.filter(isOwn));
      keys.push(batch.keys.filter((it) => it % parts === part));
    }
    const twice = repeated(keys);
    const first = new Map<number, number>();
    for (const [batch, some] of own.entries()) {
      for (const [at, row] of some.entries()) {
        const key = elementAt(elementAt(keys, batch), at);
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

/** Rows, some at a time, each with a number that is the same for those that hold the same. */
async function* hashes(
  columns: readonly (Column | StoredColumn)[],
  rows: Int32Array,
): AsyncGenerator<{ readonly rows: Int32Array; readonly keys: Float64Array }, void> {
  const word = new Float64Array(1);
  const halves = new Uint32Array(word.buffer);
  const longs = new BigInt64Array(word.buffer);
  for (let from = 0; from < rows.length; from += rowsTogether) {
    const some = rows.subarray(from, from + rowsTogether);
    const [high, low] = [new Int32Array(some.length).fill(0x811c9dc5), new Int32Array(some.length)];
    for (const column of columns) {
      const compared = isStored(column) ? (column.identity ?? column) : column;
      const size = sizeOf(compared.shape);
      let at = 0;
      for await (const { numbers, places } of readPieces(compared, some)) {
        for (const place of places) {
          let [a, b] = [high[at] ?? fault("no such row"), low[at] ?? fault("no such row")];
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
          at += 1;
        }
      }
    }
    const keys = Float64Array.from(
      some,
      (_, at) => (elementAt(high, at) & 0x1fffff) * 2 ** 32 + (elementAt(low, at) >>> 0),
    );
    yield { rows: some, keys };
  }
}
