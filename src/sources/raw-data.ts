import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import type { ParametersOf } from "../diagnostics/catalog.ts";
import type { dataCatalog } from "../diagnostics/catalog/data.ts";
import type { Collector } from "../diagnostics/collector.ts";
import type { Span } from "../support/source.ts";
import type { Room } from "./number-file.ts";
import type { TextUnit } from "./number-text.ts";

/** What is known of one field of a data source, wherever its numbers are. */
interface ColumnFacts {
  readonly name: string;
  /** Shape of one example; a scalar has none. */
  readonly shape: readonly number[];
  /** The words that its numbers stand for, counted from 0: -1 is none. Otherwise NaN is what is missing. */
  readonly dictionary?: readonly string[];
  /** The names of the columns of a table that stand side by side in it, where these are its shape. */
  readonly parts?: readonly string[];
  /** Whether the words keep these numbers, whichever of them are in the train split: folders of classes do. */
  readonly isNumbered?: true;
  /** The file or generator that it came from, for messages. */
  readonly from: string;
  /** Where it stands in a text file. */
  readonly cells?: CellPlace;
  /** The file of each example, where each has one of its own. */
  readonly files?: readonly string[];
  /** The files that its examples come from, where they come from several that have many each. */
  readonly shards?: readonly Shard[];
}

/** Where a column stands in a text file: the line of each example, and the numbers of its cells in them, from 1; none where a line has no cells. */
export interface CellPlace {
  readonly lines: Pick<Int32Array, "at">;
  readonly columns: readonly number[];
}

/** One of several files whose examples follow on each other. */
export interface Shard {
  readonly from: string;
  /** How many examples stand in the files before it. */
  readonly start: number;
  /** Where the column stands in it, if it is a text. */
  readonly cells?: CellPlace;
}

/** Where an example stands: its file, its number in it, from 0, and the lines and cells there. */
export function standingOf(
  { from, cells, shards }: Pick<Column, "from" | "cells" | "shards">,
  example: number,
): { readonly from: string; readonly example: number; readonly cells: CellPlace | undefined } {
  const shard = shards?.findLast((it) => it.start <= example);
  return shard === undefined
    ? { from, example, cells }
    : { from: shard.from, example: example - shard.start, cells: shard.cells };
}

/** The numbers of a field. */
export interface ColumnNumbers {
  /** Row-major, the example being the outermost axis. */
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
  /** The same as 64-bit integers, where a feature takes them as such; 0 where `data` is no integer that they hold. */
  readonly integers?: BigInt64Array;
}

/** One field of a data source for all examples, whose numbers lie in memory. */
export interface Column extends ColumnFacts, ColumnNumbers {
  /**
   * Where each example begins in `data`, and where the last one ends, where they are of different lengths along their first
   * axis. Then `shape` is that of the longest.
   */
  readonly starts?: Int32Array;
  /** 1 for each row that is no example, as something is not there that it needs: rows before it. */
  readonly absent?: Uint8Array;
}

/** One field of a data source for all examples, whose numbers are read as they are asked for. */
export interface StoredColumn extends ColumnFacts {
  /** All examples are of one length. */
  readonly starts?: undefined;
  /** How many examples it has. */
  readonly count: number;
  /** What its numbers are: 0 to 255, integers of 32 bits, or any. */
  readonly holds: "bytes" | "integers" | "numbers";
  /** The numbers of some rows, in their order, in the room given, if any; throws {@link DataFault} where they cannot be read. */
  readonly read: (rows: Int32Array, room?: Room) => Promise<ColumnNumbers>;
  /** A fingerprint of all that it holds. */
  readonly content: string;
  /** How many rows that follow on each other are read at once, where that is quicker than to read each by itself. */
  readonly rowsAtOnce?: number;
  /** Numbers in memory that are equal for rows that hold the same, where there are such. */
  readonly identity?: Column;
}

/** Whether the numbers of a column are read as they are asked for. */
export const isStored = (column: Column | StoredColumn): column is StoredColumn => "read" in column;

/** The place of one example of a column, or of one of its elements, for messages: `houses.csv:4:2`, or `labels.idx, example 2`. */
export function placeOf(
  column: Pick<Column, "from" | "cells" | "files" | "shards">,
  example: number,
  element = 0,
): string {
  const { cells } = standingOf(column, example);
  const at = cells?.columns[element % cells.columns.length];
  return `${exampleOf(column, example)}${at === undefined ? "" : `:${at}`}`;
}

/** The line that an example stands in. */
export const lineAt = ({ lines }: Pick<CellPlace, "lines">, example: number): number =>
  required(lines.at(example), `the line of example ${example}`);

/** The place of one example, whichever of its fields is meant: `houses.csv:4`, or `labels.idx, example 2`. */
export function exampleOf(column: Pick<Column, "from" | "cells" | "files" | "shards">, example: number): string {
  if (column.files !== undefined) return elementAt(column.files, example);
  const { from, example: at, cells } = standingOf(column, example);
  return cells === undefined ? `${from}, example ${at}` : `${from}:${lineAt(cells, at)}`;
}

/** From where to where the elements of one example lie in the data of a column. */
export function extentOf(
  { shape, starts }: Pick<Column | StoredColumn, "shape" | "starts">,
  example: number,
): readonly [from: number, to: number] {
  if (starts !== undefined) return [elementAt(starts, example), elementAt(starts, example + 1)];
  const size = sizeOf(shape);
  return [example * size, (example + 1) * size];
}

/** The length of one example along its first axis; 1 where it is one number. */
export function lengthOf(column: Pick<Column | StoredColumn, "shape" | "starts">, example: number): number {
  const [from, to] = extentOf(column, example);
  return (to - from) / sizeOf(column.shape.slice(1));
}

/** How many examples a column has. */
export function countOf(column: Column | StoredColumn): number {
  if (isStored(column)) return column.count;
  const { data, shape, starts } = column;
  if (starts !== undefined) return starts.length - 1;
  return data.length === 0 ? 0 : data.length / sizeOf(shape);
}

/** A cell of a table: a text, or a value that the file has a type for; undefined where it is missing. */
export type Cell = string | number | bigint | boolean | undefined;

/** A column of a table as it lies there. */
export interface CellColumn {
  readonly name: string;
  readonly cells: readonly Cell[];
  /** Where it stands in a text file. */
  readonly place?: CellPlace;
  /** Where it stands in each of several files. */
  readonly shards?: readonly Shard[];
}

/** A table as it lies in a file, of which fields are read. */
export interface CellTable {
  readonly kind: "table";
  /** The names of all columns, in the order of the file; the empty name is that of any number of columns. */
  readonly names: readonly string[];
  /** Those that fields may be read from. */
  readonly columns: readonly CellColumn[];
  readonly count: number;
  readonly from: string;
  /** The file of each row, where each has one of its own. */
  readonly files?: readonly string[];
  /** The line of each row, where rows have lines and cells have no places of their own in them. */
  readonly lines?: Int32Array;
  /** The line that names the columns, in a text file that has one. */
  readonly header?: number;
  /** The folder of each row, or its file, where splits are made of these. */
  readonly folders?: readonly string[];
}

/** One long text from which windows are cut. */
interface RawText {
  readonly kind: "text";
  readonly unit: TextUnit;
  readonly tokens: Int32Array;
  readonly vocabulary: readonly string[];
  readonly from: string;
}

/** What a source has read or drawn: columns of equally many examples, which is checked after it, a table, or a text. */
export type SourceData =
  | {
      readonly kind: "columns";
      readonly columns: readonly (Column | StoredColumn)[];
      /** What is said of the same examples in cells: fields that are none of the columns are read from these. */
      readonly table?: CellTable;
      /** The folder of each example, where splits are made of these. */
      readonly folders?: readonly string[];
    }
  | CellTable
  | RawText;

/** The data of a section: columns of equally many examples, each in the shape that features read it in, or a text. */
export type RawData =
  | {
      readonly kind: "columns";
      readonly count: number;
      readonly columns: ReadonlyMap<string, Column | StoredColumn>;
      readonly folders?: readonly string[];
    }
  | RawText;

export type DataCode = keyof typeof dataCatalog;

/** A failure of data: it knows its code and reports itself at the place of the spec that asked for the data. */
export interface DataProblem {
  readonly code: DataCode;
  reportTo(collector: Collector, span: Span): void;
}

/** Thrown where data that were found right cannot be read later on: a file that is damaged, or gone. */
export class DataFault extends Error {
  override readonly name = "DataFault";
  readonly problem: DataProblem;

  constructor(found: DataProblem) {
    super(`data cannot be read (${found.code})`);
    this.problem = found;
  }
}

/** A {@link DataProblem} of the catalog, with what to do about it where that is not the same always. */
export function problem<C extends DataCode>(code: C, parameters: ParametersOf<C>, help?: string): DataProblem {
  return {
    code,
    reportTo: (collector, span) => collector.report(code, span, parameters, help === undefined ? {} : { help }),
  };
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
