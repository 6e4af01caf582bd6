import { elementAt } from "../support/element-at.ts";
import type { ParametersOf } from "../diagnostics/catalog.ts";
import type { dataCatalog } from "../diagnostics/catalog/data.ts";
import type { Collector } from "../diagnostics/collector.ts";
import type { Span } from "../support/source.ts";

/** One field of a data source for all examples: row-major, the example being the outermost axis. */
export interface Column {
  readonly name: string;
  /** Shape of one example; a scalar has none. */
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
  /**
   * Where each example begins in `data`, and where the last one ends, where they are of different lengths along their first
   * axis. Then `shape` is that of the longest.
   */
  readonly starts?: Int32Array;
  /** The same as 64-bit integers, where a feature takes them as such; 0 where `data` is no integer that they hold. */
  readonly integers?: BigInt64Array;
  /** The words that its numbers stand for, counted from 0: -1 is none. Otherwise NaN is what is missing. */
  readonly dictionary?: readonly string[];
  /** The names of the columns of a table that stand side by side in it, where these are its shape. */
  readonly parts?: readonly string[];
  /** 1 for each row that is no example, as something is not there that it needs: rows before it. */
  readonly absent?: Uint8Array;
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
  readonly lines: Int32Array;
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

/** The place of one example, whichever of its fields is meant: `houses.csv:4`, or `labels.idx, example 2`. */
export function exampleOf(column: Pick<Column, "from" | "cells" | "files" | "shards">, example: number): string {
  if (column.files !== undefined) return elementAt(column.files, example);
  const { from, example: at, cells } = standingOf(column, example);
  return cells === undefined ? `${from}, example ${at}` : `${from}:${elementAt(cells.lines, at)}`;
}

/** From where to where the elements of one example lie in the data of a column. */
export function extentOf(
  { shape, starts }: Pick<Column, "shape" | "starts">,
  example: number,
): readonly [from: number, to: number] {
  if (starts !== undefined) return [elementAt(starts, example), elementAt(starts, example + 1)];
  const size = sizeOf(shape);
  return [example * size, (example + 1) * size];
}

/** The length of one example along its first axis; 1 where it is one number. */
export function lengthOf(column: Pick<Column, "shape" | "starts">, example: number): number {
  const [from, to] = extentOf(column, example);
  return (to - from) / sizeOf(column.shape.slice(1));
}

/** How many examples a column has. */
export function countOf({ data, shape, starts }: Pick<Column, "data" | "shape" | "starts">): number {
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
  readonly tokens: Int32Array;
  readonly vocabulary: readonly string[];
  readonly from: string;
}

/** What a source has read or drawn: columns of equally many examples, which is checked after it, a table, or a text. */
export type SourceData =
  | {
      readonly kind: "columns";
      readonly columns: readonly Column[];
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
      readonly columns: ReadonlyMap<string, Column>;
      readonly folders?: readonly string[];
    }
  | RawText;

export type DataCode = keyof typeof dataCatalog;

/** A failure of data: it knows its code and reports itself at the place of the spec that asked for the data. */
export interface DataProblem {
  readonly code: DataCode;
  reportTo(collector: Collector, span: Span): void;
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
