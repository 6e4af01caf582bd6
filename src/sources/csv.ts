import type { CsvError } from "csv-parse/sync";
import type { RawField } from "../ir/program.ts";
import { decodeText } from "../support/decode-text.ts";
import { nearest } from "../support/nearest.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName, showText } from "../support/show-text.ts";
import { defineSource } from "./define-source.ts";
import { problem, type Column, type DataProblem } from "./raw-data.ts";
import { showRawField } from "./show-raw-field.ts";

/** A CSV file with a header line; missing cells become NaN. Columns that no feature reads may hold anything. */
export const csv = defineSource({
  name: "csv",
  doc:
    '`raw.NAME` for each column of the header line, `raw["fixed acidity"]` where its name is no word of the ' +
    "language; scalars. Cells are separated by commas. A number is written in decimal, with a sign, a point " +
    "and an exponent where they are wanted (`-1`, `.5`, `6.02e+23`), blanks around it; `0x10`, `Infinity`, " +
    "`nan`, `NA` and `1_000` are none, and are errors with line and cell. An empty cell is a missing value: " +
    "an error too, unless `clean: drop_missing` leaves its row out. Columns that no feature reads may hold " +
    "anything",
  arguments: { path: { kind: "string" } },
  fields: () => ({ kind: "any", shape: [] }),
  load: async ({ arguments: { path }, wanted, files }) => {
    const place = files.placeOf(path);
    const bytes = await files.read(place);
    if (!bytes.ok) return bytes;
    const text = decodeText(bytes.value);
    if (!text.ok) return failure(problem("MC6002", { path: place, offset: 0, problem: text.error }));
    const table = await parseCsv(text.value, place, wanted);
    return table.ok ? success({ kind: "columns", columns: [...table.value.columns.values()] }) : table;
  },
});

/** What a table holds of the columns that were asked for. */
export interface Table {
  readonly count: number;
  readonly columns: ReadonlyMap<string, Column>;
}

/** A number as tables write it: `-1`, `.5`, `6.02e+23`. Hexadecimal, `Infinity`, `nan` and `1_000` are none. */
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A line of a table: its cells, and its number in the file. */
interface Row {
  readonly record: readonly string[];
  readonly line: number;
}

/** Parses the text of a CSV file; `path` is for messages. All columns are read where no fields are named. */
export async function parseCsv(
  text: string,
  path: string,
  fields?: readonly RawField[],
): Promise<Result<Table, DataProblem>> {
  const { CsvError, parse } = await import("csv-parse/sync");
  const rows: Row[] = [];
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
    return failure(problem("MC6004", { path, ...placeOfError(error, rows) }));
  }
  const [first, ...body] = rows;
  if (first === undefined)
    return failure(problem("MC6004", { path, line: 1, column: 1, problem: "the file is empty" }));
  const header = first.record;
  const missing = fields?.find((it) => !header.includes(it.name));
  if (missing !== undefined)
    return failure(
      problem("MC6007", { path, kind: "column", name: missing.name }, helpForColumn(missing.name, header)),
    );
  const lines = Int32Array.from(body, (it) => it.line);
  const columns = new Map<string, Column>();
  for (const [at, name] of header.entries()) {
    const field = fields?.find((it) => it.name === name);
    // An unnamed column, as programs write that number their rows, is one that nobody reads.
    if (fields !== undefined && field === undefined) continue;
    const place = { path, line: first.line, column: at + 1 };
    if (name === "") return failure(problem("MC6004", { ...place, problem: `column ${at + 1} has no name` }));
    if (columns.has(name)) {
      return failure(problem("MC6004", { ...place, problem: `two columns are named \`${showName(name)}\`` }));
    }
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
      if (column.integers !== undefined) column.integers[index] = integerOf(cell);
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

/** The exact 64-bit integer that a cell says, as `7`, `7.0` or `7e3`; 0 where it says none, as a comparison with its number will tell. */
function integerOf(cell: string): bigint {
  const [, sign = "", whole = "", part = "", power = "0"] = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(cell) ?? [];
  const digits = (whole + part).replace(/^0+/, "");
  const point = digits.length - part.length + Number(power);
  // More than 19 digits before the point are beyond 64 bits, and what follows it must be zeros.
  if (digits === "" || point < 1 || point > 19 || /[^0]/.test(digits.slice(point))) return 0n;
  const exact = BigInt(`${sign === "-" ? "-" : ""}${digits.slice(0, point).padEnd(point, "0")}`);
  return BigInt.asIntN(64, exact) === exact ? exact : 0n;
}

/** What the parser of the table has found wrong, in plain words, and where: the line, and the number of the cell in it. */
function placeOfError(
  error: CsvError,
  rows: readonly Row[],
): { readonly line: number; readonly column: number; readonly problem: string } {
  const line = Number(error["lines"] ?? 1);
  const cell = { line, column: Number(error["column"] ?? 0) + 1 };
  switch (error.code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH": {
      const record: unknown = error["record"];
      const found = Array.isArray(record) ? record.length : 0;
      const wanted = rows[0]?.record.length ?? 0;
      // The first cell that is missing or too much.
      const column = Math.min(found, wanted) + 1;
      return { line, column, problem: `this line has ${cells(found)}, and the header has ${wanted}` };
    }
    case "CSV_QUOTE_NOT_CLOSED":
      // The parser has gone on to the end of the file.
      return { ...cell, line: (rows.at(-1)?.line ?? 0) + 1, problem: "the quote that opens this cell is never closed" };
    case "INVALID_OPENING_QUOTE":
      return { ...cell, problem: 'a quote stands inside this cell: quote it as a whole, with "" for each quote in it' };
    case "CSV_INVALID_CLOSING_QUOTE":
      return { ...cell, problem: "something follows the quote that closes this cell" };
    default:
      return { ...cell, problem: showText(lowerFirst(error.message), 200) };
  }
}

const cells = (count: number): string => `${count} cell${count === 1 ? "" : "s"}`;

/** What to do about a column that a table lacks. */
function helpForColumn(name: string, header: readonly string[]): string {
  const [only = "", ...others] = header;
  const separator = others.length === 0 ? /[;\t|]/.exec(only)?.[0] : undefined;
  if (separator !== undefined) {
    const what = separator === "\t" ? "tabs" : `\`${separator}\``;
    return `Commas separate the cells of a line, and this file has ${what}: save it with commas.`;
  }
  if (header.every((it) => decimal.test(it)))
    return "Its first line holds numbers: put a line with the names of the columns above it.";
  const near = nearest(name, header);
  const garbled = header.some((it) => it.includes("\ufffd"));
  if (garbled && (/[^\0-\x7f]/.test(name) || near?.includes("\ufffd") === true))
    return "The names of its columns are no UTF-8: save the file as UTF-8.";
  if (near !== undefined) return `Did you mean \`${showRawField(near)}\`?`;
  const shown = header.filter((it) => it !== "").map((it) => `\`${showRawField(showName(it))}\``);
  const more = shown.length > 12 ? ` and ${shown.length - 12} more` : "";
  return `It has ${shown.slice(0, 12).join(", ")}${more}.`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}
