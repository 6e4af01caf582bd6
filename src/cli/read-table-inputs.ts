import type { RawField, SourceSpec, TrainProgram } from "../ir/program.ts";
import type { Cell, DataProblem, RawData } from "../sources/raw-data.ts";
import { choiceOf, mayBeRead, readTable } from "../sources/read-table.ts";
import { sourceOf } from "../sources/registry.ts";
import { nearest } from "../support/nearest.ts";
import { success, type Result } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import { InputError } from "./exit-code.ts";

type Row = Readonly<Record<string, unknown>>;

/** Whether a training reads the cells of a table. */
export const isTable = ({ data: { source } }: TrainProgram): boolean => sourceOf(source).isTable;

/** Whether JSON is a list of rows, each with the cells of its columns by name. */
export function isListOfRows(value: unknown): value is readonly Row[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRow);
}

const isRow = (it: unknown): it is Row => typeof it === "object" && it !== null && !Array.isArray(it);

/** Rows as columns: a cell that a row does not have is missing. */
export function columnsOf(rows: readonly Row[]): Readonly<Record<string, readonly unknown[]>> {
  const names = new Set(rows.flatMap((it) => Object.keys(it)));
  return Object.fromEntries(
    [...names].map((name) => [name, rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null))]),
  );
}

/** The columns that fields read and that their windows go by, as far as they are named. */
export const columnNames = (fields: readonly RawField[]): readonly string[] =>
  fields.flatMap((it) => {
    const choice = choiceOf(it);
    const { order, by } = it.rows ?? {};
    return [choice.kind === "named" ? choice.name : undefined, order, by].filter((name) => name !== undefined);
  });

/**
 * Raw fields of columns of cells, `{"age": [22, null], "sex": ["male", "female"]}`, read as those of the table that was
 * trained on; one row may have its cells without lists. `all` are the fields of the whole section, whose other columns may
 * be there as well. `from` is what messages call the inputs.
 */
export function readTableInputs(
  given: Row,
  from: string,
  source: SourceSpec,
  fields: readonly RawField[],
  all: readonly RawField[],
): Result<RawData, DataProblem> {
  const known = [...new Set(columnNames(fields))];
  const stray = Object.keys(given).find((name) => !all.some((it) => mayBeRead(it, name)));
  if (stray !== undefined) {
    const near = nearest(stray, known);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    throw new InputError(
      `${from}: the inputs are made of no column ${showName(stray)}${hint}`.replace(/([^?])$/, "$1."),
    );
  }
  const lists = Object.entries(given).map(([name, value]) => ({
    name,
    cells: (Array.isArray(value) ? value : [value]).map((cell, at) => cellOf(cell, name, at, from, source)),
  }));
  const count = Math.max(0, ...lists.map((it) => it.cells.length));
  const short = lists.find((it) => it.cells.length !== count);
  if (short !== undefined)
    throw new InputError(
      `${from}: the column ${short.name} has ${short.cells.length} cells, and others have ${count}.`,
    );
  if (count === 0) throw new InputError(`${from}: there are no examples in it.`);
  const read = readTable({ kind: "table", names: lists.map((it) => it.name), columns: lists, count, from }, fields);
  if (!read.ok) return read;
  const reach = Math.max(...fields.map(({ rows }) => (rows === undefined ? 0 : rows.size + rows.horizon - 1)));
  if (Array.from({ length: count }, (_, row) => row).every((row) => read.value.some((it) => it.absent?.[row] === 1)))
    throw new InputError(
      `${from}: there is nothing to predict: a window takes ${reach} rows before the one that is predicted.`,
    );
  return success({ kind: "columns", count, columns: new Map(read.value.map((it) => [it.name, it])) });
}

/**
 * A cell as JSON has it: `null`, an empty text and `"NaN"`, which JSON has no number for, are missing, and what the source
 * takes for missing.
 */
function cellOf(value: unknown, name: string, row: number, from: string, source: SourceSpec): Cell {
  if (value === null || value === "" || value === "NaN") return undefined;
  if (typeof value === "string") return sourceOf(source).cellOf(source, value);
  if (typeof value === "number" || typeof value === "boolean") return value;
  throw new InputError(
    `${from}: the column ${showName(name)} has a list or an object in row ${row}, where a number, a text or null is expected.`,
  );
}
