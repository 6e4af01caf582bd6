import { CsvError, parse } from "csv-parse/sync";
import type { RawField } from "../../ir/program.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { problem, type Column, type DataProblem } from "./raw-data.ts";
import { readBytes } from "./read-file.ts";
import { showName, showText } from "../../support/show-text.ts";

/** What a table holds of the columns that were asked for. */
export interface Table {
  readonly count: number;
  readonly columns: ReadonlyMap<string, Column>;
}

/** Reads a CSV file with a header line; missing cells become NaN. Columns that no field reads may hold anything. */
export function readCsv(path: string, fields: readonly RawField[]): Result<Table, DataProblem> {
  const bytes = readBytes(path);
  return bytes.ok ? parseCsv(new TextDecoder().decode(bytes.value), path, fields) : bytes;
}

/** A number as tables write it: `-1`, `.5`, `6.02e+23`. Hexadecimal, `Infinity`, `nan` and `1_000` are none. */
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const integer = /^[+-]?\d+$/;

/** Parses the text of a CSV file; `path` is for messages. All columns are read where no fields are named. */
export function parseCsv(text: string, path: string, fields?: readonly RawField[]): Result<Table, DataProblem> {
  const rows: { readonly record: readonly string[]; readonly line: number }[] = [];
  try {
    parse(text, {
      bom: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (record: readonly string[], { lines }) => {
        rows.push({ record, line: lines });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(error["lines"] ?? 1);
    return failure(
      problem("MC6004", {
        path,
        line,
        column: Number(error["column"] ?? 0) + 1,
        problem: showText(lowerFirst(error.message), 200),
      }),
    );
  }
  const header = rows[0]?.record;
  if (header === undefined)
    return failure(problem("MC6004", { path, line: 1, column: 1, problem: "the file is empty" }));
  const body = rows.slice(1);
  const lines = Int32Array.from(body, (it) => it.line);
  const seen = new Set<string>();
  const columns = new Map<string, Column>();
  for (const [at, name] of header.entries()) {
    if (name === "")
      return failure(problem("MC6004", { path, line: 1, column: at + 1, problem: `column ${at + 1} has no name` }));
    if (seen.has(name)) {
      return failure(
        problem("MC6004", { path, line: 1, column: at + 1, problem: `two columns are named \`${showName(name)}\`` }),
      );
    }
    seen.add(name);
    const field = fields?.find((it) => it.name === name);
    if (fields !== undefined && field === undefined) continue;
    columns.set(name, {
      name,
      shape: [],
      data: new Float64Array(body.length),
      ...(field?.type.dtype === "i64" && { integers: new BigInt64Array(body.length) }),
      from: path,
      cells: { lines, column: at + 1 },
    });
  }
  for (const [index, row] of body.entries()) {
    for (const [at, name] of header.entries()) {
      const column = columns.get(name);
      if (column === undefined) continue;
      const cell = row.record[at] ?? "";
      const value = cell === "" ? NaN : Number(cell);
      const wrong = cell === "" ? undefined : whatIsWrong(cell, value);
      if (wrong !== undefined) {
        const what = `\`${showName(cell)}\` in column \`${showName(name)}\` ${wrong}`;
        return failure(problem("MC6004", { path, line: row.line, column: at + 1, problem: what }));
      }
      column.data[index] = value;
      if (column.integers !== undefined) column.integers[index] = integerOf(cell, value);
    }
  }
  return success({ count: body.length, columns });
}

function whatIsWrong(cell: string, value: number): string | undefined {
  if (decimal.test(cell)) return Number.isFinite(value) ? undefined : "is larger than any number in double precision";
  return /^(?:nan|na|n\/a|null|none|-|\?)$/i.test(cell)
    ? "is not a number (a cell without a value is left empty)"
    : "is not a number";
}

/** The exact 64-bit integer that a cell says; 0 where it says none, as a comparison with its number will tell. */
function integerOf(cell: string, value: number): bigint {
  const exact = integer.test(cell) ? BigInt(cell.replace(/^\+/, "")) : Number.isSafeInteger(value) ? BigInt(value) : 0n;
  return BigInt.asIntN(64, exact) === exact ? exact : 0n;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}
