import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import type { NumberArray, NumberFile } from "./number-file.ts";

/** So many blocks of a file are kept. */
const kept = 64;

/** How rows lie in a file of numbers. */
interface Rows {
  /** The numbers of a row. */
  readonly size: number;
  readonly count: number;
  /** How many rows are read at once. */
  readonly atOnce: number;
}

/** What reads rows of a file of numbers in any order: in blocks, of which those that were read last are kept. */
export function blockReader<N extends number | bigint, T extends NumberArray<N>>(
  file: NumberFile<T>,
  { size, count, atOnce }: Rows,
  create: (length: number) => T,
): (rows: Int32Array) => Promise<T> {
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
  return async (rows) => {
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
