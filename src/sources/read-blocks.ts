import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import type { NumberArray, NumberFile, Room } from "./number-file.ts";

/** So many blocks of a file are kept. */
const kept = 40;

/** How rows lie in a file of numbers. */
interface Rows {
  /** The numbers of a row. */
  readonly size: number;
  readonly count: number;
  /** How many rows are read at once. */
  readonly atOnce: number;
}

/** How numbers of a kind are made room for, and how the first of them are taken. */
interface Making<T> {
  readonly create: (length: number) => T;
  readonly cut: (numbers: T, length: number) => T;
}

/** What reads rows of a file of numbers in any order: in blocks, of which those that were read last are kept. */
export function blockReader<N extends number | bigint, T extends NumberArray<N>>(
  file: NumberFile<T>,
  { size, count, atOnce }: Rows,
  { create, cut }: Making<T>,
): (rows: Int32Array, room?: Room) => Promise<T> {
  const blocks = new Map<number, Promise<T>>();
  const blockOf = (block: number): Promise<T> => {
    const known = blocks.get(block);
    const from = block * atOnce;
    const found = known ?? file.read(from * size, Math.min(atOnce, count - from) * size);
    // The first of a map is what was asked for longest ago.
    blocks.delete(block);
    blocks.set(block, found);
    const [oldest] = blocks.keys();
    if (blocks.size > kept && oldest !== undefined) blocks.delete(oldest);
    return found;
  };
  return async (rows, room) => {
    if (areDense(rows)) {
      const first = elementAt(rows, 0);
      const numbers = await file.read(first * size, (elementAt(rows, rows.length - 1) - first + 1) * size, room);
      // Those that are wanted are moved together.
      for (const [at, row] of rows.entries())
        if (row - first !== at) copy<N>(numbers, at * size, numbers, (row - first) * size, size);
      return cut(numbers, rows.length * size);
    }
    const wanted = [...new Set(rows.map((row) => Math.floor(row / atOnce)))];
    const read = new Map(await Promise.all(wanted.map(async (it) => [it, await blockOf(it)] as const)));
    const numbers = create(rows.length * size);
    for (let at = 0; at < rows.length;) {
      const row = elementAt(rows, at);
      const block = Math.floor(row / atOnce);
      const own = required(read.get(block), "a block that was read");
      // Rows that follow on each other are copied together.
      let run = 1;
      const most = Math.min(rows.length - at, (block + 1) * atOnce - row);
      while (run < most && rows[at + run] === row + run) run += 1;
      const from = (row - block * atOnce) * size;
      copy<N>(numbers, at * size, own, from, run * size);
      at += run;
    }
    return numbers;
  };
}

/** So many rows that lie close together are read as they lie, past the blocks. */
const few = 64;

/** Whether most of the rows between the first and the last are wanted, in their order. */
const areDense = (rows: Int32Array): boolean =>
  rows.length >= few &&
  elementAt(rows, rows.length - 1) - elementAt(rows, 0) < 1.25 * rows.length &&
  rows.every((row, at) => at === 0 || elementAt(rows, at - 1) < row);

/** Copies numbers: few of them one by one, which is quicker. */
function copy<N extends number | bigint>(
  numbers: NumberArray<N>,
  to: number,
  own: NumberArray<N>,
  from: number,
  length: number,
): void {
  if (length > 8) numbers.set(own.subarray(from, from + length), to);
  else for (let i = 0; i < length; i++) numbers[to + i] = elementAt(own, from + i);
}
