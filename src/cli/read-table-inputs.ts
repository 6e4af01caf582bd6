import type { RawField, TrainProgram } from "../ir/program.ts";
import { mayBeChosen } from "../sources/choose-columns.ts";
import type { Cell, DataProblem, RawData } from "../sources/raw-data.ts";
import { choiceOf, readTable } from "../sources/read-table.ts";
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

/** The columns that fields read, as far as they name them. */
export const columnNames = (fields: readonly RawField[]): readonly string[] =>
  fields.flatMap((it) => {
    const choice = choiceOf(it);
    return choice.kind === "named" ? [choice.name] : [];
  });

/**
 * Raw fields of columns of cells, `{"age": [22, null], "sex": ["male", "female"]}`, read as those of the table that was
 * trained on; one row may have its cells without lists. `all` are the fields of the whole section, whose other columns may
 * be there as well.
 */
export function readTableInputs(
  given: Row,
  source: string,
  fields: readonly RawField[],
  all: readonly RawField[],
): Result<RawData, DataProblem> {
  const known = [...new Set(columnNames(fields))];
  const stray = Object.keys(given).find((name) => !all.some((it) => mayBeChosen(choiceOf(it), name)));
  if (stray !== undefined) {
    const near = nearest(stray, known);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    throw new InputError(
      `${source}: the inputs are made of no column ${showName(stray)}${hint}`.replace(/([^?])$/, "$1."),
    );
  }
  const lists = Object.entries(given).map(([name, value]) => ({
    name,
    cells: (Array.isArray(value) ? value : [value]).map((cell, at) => cellOf(cell, name, at, source)),
  }));
  const count = Math.max(0, ...lists.map((it) => it.cells.length));
  const short = lists.find((it) => it.cells.length !== count);
  if (short !== undefined)
    throw new InputError(
      `${source}: the column ${short.name} has ${short.cells.length} cells, and others have ${count}.`,
    );
  if (count === 0) throw new InputError(`${source}: there are no examples in it.`);
  const read = readTable(
    { kind: "table", names: lists.map((it) => it.name), columns: lists, count, from: source },
    fields,
  );
  return read.ok ? success({ kind: "columns", count, columns: new Map(read.value.map((it) => [it.name, it])) }) : read;
}

/** A cell as JSON has it: `null`, an empty text and `"NaN"`, which JSON has no number for, are missing. */
function cellOf(value: unknown, name: string, row: number, source: string): Cell {
  if (value === null || value === "" || value === "NaN") return undefined;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new InputError(
    `${source}: the column ${showName(name)} has a list or an object in row ${row}, where a number, a text or null is expected.`,
  );
}
