import type { RowWindow } from "../ir/program.ts";
import { elementAt } from "../support/element-at.ts";
import { failure, success, type Result } from "../support/result.ts";
import { placeOf, problem, sizeOf, type Cell, type CellTable, type Column, type DataProblem } from "./raw-data.ts";
import { readDate } from "./read-date.ts";
import { readNumber } from "./read-number.ts";
import { cellText } from "./readings.ts";
import { showRawField } from "./show-raw-field.ts";

/** The row before each one, in the order and the group of a window; -1 where there is none. */
export type RowsBefore = Int32Array;

/**
 * The row before each one: that of the file, or by the dates, numbers or texts of the column `order`, among the rows with
 * the same cell in the column `by`. Of rows with equal cells, the first in the file comes first.
 */
export function rowsBefore(
  table: CellTable,
  { order, by }: Pick<RowWindow, "order" | "by">,
): Result<RowsBefore, DataProblem> {
  const keys = order === undefined ? success(undefined) : orderOf(table, order);
  if (!keys.ok) return keys;
  const groups = by === undefined ? success(undefined) : cellsOf(table, by);
  if (!groups.ok) return groups;
  const rows = Array.from({ length: table.count }, (_, row) => row);
  const { value: key } = keys;
  if (key !== undefined) rows.sort((a, b) => compare(elementAt(key, a), elementAt(key, b)) || a - b);
  const before = new Int32Array(table.count).fill(-1);
  const last = new Map<string, number>();
  for (const row of rows) {
    const group = groups.value === undefined ? "" : cellText(elementAt(groups.value, row));
    before[row] = last.get(group) ?? -1;
    last.set(group, row);
  }
  return success(before);
}

type Key = number | string;

const compare = (a: Key, b: Key): number => (a < b ? -1 : a > b ? 1 : 0);

/** What orders the rows: numbers where all cells hold them, else moments where all are dates, else texts. */
function orderOf(table: CellTable, name: string): Result<readonly Key[], DataProblem> {
  const cells = cellsOf(table, name);
  if (!cells.ok) return cells;
  const texts = cells.value.map(cellText);
  const numbers = texts.map((it) => readNumber(it));
  if (numbers.every((it) => it.ok)) return success(numbers.map((it) => it.value.value));
  const moments = texts.map((it) => readDate(it, ""));
  return success(moments.every((it) => it.ok) ? moments.map((it) => it.value) : texts);
}

/** The cells of a column in which none may be missing. */
function cellsOf(
  { columns, names, from }: CellTable,
  name: string,
): Result<readonly Exclude<Cell, undefined>[], DataProblem> {
  const column = columns.find((it) => it.name === name);
  if (column === undefined) {
    const help = `It has ${names
      .filter((it) => it !== "")
      .slice(0, 12)
      .map((it) => `\`${it}\``)
      .join(", ")}.`;
    return failure(problem("MC6007", { path: from, kind: "column", name }, help));
  }
  const cells: Exclude<Cell, undefined>[] = [];
  for (const [row, cell] of column.cells.entries()) {
    if (cell === undefined) {
      const { place, shards } = column;
      const at = { from, ...(place !== undefined && { cells: place }), ...(shards !== undefined && { shards }) };
      const help =
        "The rows of a window are told apart and ordered by it: give it a value, or take the row out of the file.";
      return failure(problem("MC6009", { place: placeOf(at, row), field: showRawField(name) }, help));
    }
    cells.push(cell);
  }
  return success(cells);
}

/**
 * The cells of a column with those that are missing replaced by the last one before that is there; missing where there
 * is none.
 */
export function carriedForward(cells: readonly Cell[], before: RowsBefore): readonly Cell[] {
  const known = new Map<number, Cell>();
  return cells.map((cell, row) => {
    // The rows on the way to one that is there, or known already, all have what it has.
    const way: number[] = [];
    let at = row;
    while (at >= 0 && cells[at] === undefined && !known.has(at)) {
      way.push(at);
      at = elementAt(before, at);
    }
    const found = at < 0 ? undefined : (cells[at] ?? known.get(at));
    for (const it of way) known.set(it, found);
    return cell ?? found;
  });
}

/**
 * For each row what a column holds in the `size` rows that end `horizon` rows before it, in their order; rows that have
 * not so many before them are no examples.
 */
export function windowed(column: Column, { size, horizon }: RowWindow, before: RowsBefore): Column {
  const width = sizeOf(column.shape);
  const count = before.length;
  const data = emptyLike(column.data, count * size * width);
  // Where there is no row there is no word either, not the first one.
  if (column.dictionary !== undefined) data.fill(-1);
  const integers = column.integers && new BigInt64Array(count * size * width);
  const absent = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    let at = row;
    for (let step = 0; step < horizon + size - 1 && at >= 0; step++) {
      at = elementAt(before, at);
      const place = size - 1 - (step - horizon + 1);
      if (at < 0 || place >= size) continue;
      const to = (row * size + place) * width;
      data.set(column.data.subarray(at * width, (at + 1) * width), to);
      integers?.set(column.integers?.subarray(at * width, (at + 1) * width) ?? [], to);
    }
    if (at < 0) absent[row] = 1;
  }
  return { ...column, shape: [size, ...column.shape], data, ...(integers !== undefined && { integers }), absent };
}

function emptyLike(data: Column["data"], length: number): Column["data"] {
  if (data instanceof Float64Array) return new Float64Array(length);
  return data instanceof Float32Array ? new Float32Array(length) : new Int32Array(length);
}
