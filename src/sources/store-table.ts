import type { RawField } from "../ir/program.ts";
import { success, type Result } from "../support/result.ts";
import { fault, required } from "../support/fault.ts";
import { createLineRuns, type LineRuns } from "./line-runs.ts";
import type { NumberFiles } from "./number-file.ts";
import {
  sizeOf,
  type CellColumn,
  type CellTable,
  type Column,
  type ColumnNumbers,
  type DataProblem,
  type Shard,
  type StoredColumn,
} from "./raw-data.ts";
import { blockReader } from "./read-blocks.ts";
import { readTable } from "./read-table.ts";

/** How fields of a table are kept. */
interface Keeping {
  readonly fields: readonly RawField[];
  /** Those that lie in memory; all others lie in files. */
  readonly judged: ReadonlySet<string>;
  readonly numbers: NumberFiles;
  readonly isNumeric?: (column: CellColumn) => boolean;
  /** What the files are together, for messages. */
  readonly from: string;
}

/** So many bytes of a table are read at once. */
const bytesAtOnce = 2 ** 19;

/**
 * The fields of a table that is read piece by piece: what `readTable` makes of the whole, but that its numbers lie in files
 * unless they are wanted in memory.
 */
export async function storeTable(
  pieces: AsyncIterable<Result<CellTable, DataProblem>>,
  { fields, judged, numbers, isNumeric, from }: Keeping,
): Promise<Result<readonly (Column | StoredColumn)[], DataProblem>> {
  let keepers: readonly Keeper[] | undefined;
  const files: KeptFile[] = [];
  let count = 0;
  for await (const piece of pieces) {
    if (!piece.ok) return piece;
    const read = readTable(piece.value, fields, isNumeric);
    if (!read.ok) return read;
    const isOther = files.at(-1)?.from !== piece.value.from;
    if (isOther) files.push({ from: piece.value.from, start: count, lines: createLineRuns() });
    keepers ??= read.value.map((it) => (judged.has(it.name) ? keepInMemory(it) : keepInFiles(it, numbers)));
    for (const [at, column] of read.value.entries()) await keepers[at]?.add(column, isOther);
    const own = piece.value.columns[0]?.place?.lines;
    const lines = required(files.at(-1), "a file").lines;
    for (let row = 0; row < piece.value.count; row++) lines.add(required(own?.at(row), "the line of a row"));
    count += piece.value.count;
  }
  const all = keepers ?? [];
  const bytes = all.reduce((sum, it) => sum + it.rowBytes, 0);
  const rowsAtOnce = Math.max(1, Math.floor(bytesAtOnce / Math.max(1, bytes)));
  return success(all.map((it) => it.column({ count, rowsAtOnce, files, from })));
}

/** A file that was read: how many rows stand before it, and the lines of its own. */
interface KeptFile {
  readonly from: string;
  readonly start: number;
  readonly lines: LineRuns;
}

/** What is known of a table once all of it was read. */
interface Whole {
  readonly count: number;
  readonly rowsAtOnce: number;
  readonly files: readonly KeptFile[];
  readonly from: string;
}

/** Puts the pieces of a column together. */
interface Keeper {
  /** Takes the next piece, of the same file or of another one. */
  readonly add: (piece: Column, isOther: boolean) => Promise<void>;
  /** The bytes of a row that lie in files. */
  readonly rowBytes: number;
  readonly column: (whole: Whole) => Column | StoredColumn;
}

/** The facts of a column by its first piece, and the words that all pieces have. */
function factsOf({
  data: _data,
  integers: _integers,
  absent: _absent,
  starts: _starts,
  dictionary,
  cells: _cells,
  ...facts
}: Column) {
  /** Where the column stands in each file. */
  const places: (readonly number[] | undefined)[] = [];
  const words = new Map<string, number>();
  const numberOf = (word: string): number => {
    const number = words.get(word) ?? words.size;
    words.set(word, number);
    return number;
  };
  return {
    /** Numbers of words as those of the whole column. */
    recoded(piece: Column, isOther: boolean): ColumnNumbers["data"] {
      if (isOther) places.push(piece.cells?.columns);
      if (piece.dictionary === undefined) return piece.data;
      const numbers = piece.dictionary.map(numberOf);
      return piece.data.map((it) => (it < 0 ? -1 : required(numbers[it], "the number of a word")));
    },
    of({ files, from }: Whole) {
      const shards = files.map((it, at): Shard => {
        const columns = places[at];
        return {
          from: it.from,
          start: it.start,
          ...(columns !== undefined && { cells: { lines: it.lines, columns } }),
        };
      });
      const [only, ...others] = shards;
      return {
        ...facts,
        ...(dictionary !== undefined && { dictionary: [...words.keys()] }),
        ...(only !== undefined && others.length === 0
          ? { from: only.from, ...(only.cells !== undefined && { cells: only.cells }) }
          : { from, shards }),
      };
    },
  };
}

function keepInMemory(first: Column): Keeper {
  const facts = factsOf(first);
  const parts: ColumnNumbers[] = [];
  return {
    add(piece, isOther) {
      parts.push({
        data: facts.recoded(piece, isOther),
        ...(piece.integers !== undefined && { integers: piece.integers }),
      });
      return Promise.resolve();
    },
    rowBytes: 0,
    column(whole) {
      const length = whole.count * sizeOf(first.shape);
      const data = first.data instanceof Float64Array ? new Float64Array(length) : new Int32Array(length);
      const integers = first.integers === undefined ? undefined : new BigInt64Array(length);
      let at = 0;
      for (const part of parts) {
        data.set(part.data, at);
        integers?.set(part.integers ?? [], at);
        at += part.data.length;
      }
      return { ...facts.of(whole), data, ...(integers !== undefined && { integers }) };
    },
  };
}

/** How numbers of each kind are made room for and cut. */
const making = {
  doubles: {
    create: (length: number) => new Float64Array(length),
    cut: (it: Float64Array, length: number) => it.subarray(0, length),
  },
  integers: {
    create: (length: number) => new Int32Array(length),
    cut: (it: Int32Array, length: number) => it.subarray(0, length),
  },
  longs: {
    create: (length: number) => new BigInt64Array(length),
    cut: (it: BigInt64Array, length: number) => it.subarray(0, length),
  },
} as const;

function keepInFiles(first: Column, numbers: NumberFiles): Keeper {
  const facts = factsOf(first);
  const size = sizeOf(first.shape);
  const isDouble = first.data instanceof Float64Array;
  const doubles = isDouble ? numbers.doubles() : undefined;
  const integers = isDouble ? undefined : numbers.integers();
  const longs = first.integers === undefined ? undefined : numbers.longs();
  return {
    async add(piece, isOther) {
      const data = facts.recoded(piece, isOther);
      if (data instanceof Float64Array) await required(doubles, "a file of doubles").add(data);
      else if (data instanceof Int32Array) await required(integers, "a file of integers").add(data);
      else fault("a column of a table holds other numbers");
      if (piece.integers !== undefined) await longs?.add(piece.integers);
    },
    rowBytes: size * ((isDouble ? 8 : 4) + (longs === undefined ? 0 : 8)),
    column(whole) {
      const { count, rowsAtOnce } = whole;
      const rows = { size, count, atOnce: rowsAtOnce };
      const readDoubles = doubles && blockReader<number, Float64Array>(doubles, rows, making.doubles);
      const readIntegers = integers && blockReader<number, Int32Array>(integers, rows, making.integers);
      const readLongs = longs && blockReader<bigint, BigInt64Array>(longs, rows, making.longs);
      return {
        ...facts.of(whole),
        count,
        holds: isDouble ? "numbers" : "integers",
        content: [doubles, integers, longs].map((it) => it?.content() ?? "").join("-"),
        rowsAtOnce,
        async read(some, room) {
          const data = await (readDoubles ?? readIntegers)?.(some, room);
          if (data === undefined) return fault("a column without numbers");
          const whole = await readLongs?.(some);
          return { data, ...(whole !== undefined && { integers: whole }) };
        },
      };
    },
  };
}
