import { CsvError, parse } from "csv-parse/sync";
import { failure, success, type Result } from "../../support/result.ts";
import { problem, type Column, type DataProblem } from "./raw-data.ts";
import { readBytes } from "./read-file.ts";
import { showName, showText } from "../../support/show-text.ts";

/** Reads a CSV file with a header line; missing cells become NaN. */
export function readCsv(
  path: string,
): Result<{ readonly count: number; readonly columns: ReadonlyMap<string, Column> }, DataProblem> {
  const bytes = readBytes(path);
  return bytes.ok ? parseCsv(new TextDecoder().decode(bytes.value), path) : bytes;
}

/** Parses the text of a CSV file; `path` is for messages. */
export function parseCsv(
  text: string,
  path: string,
): Result<{ readonly count: number; readonly columns: ReadonlyMap<string, Column> }, DataProblem> {
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
  const columns = new Map<string, Column>();
  for (const [at, name] of header.entries()) {
    if (name === "")
      return failure(problem("MC6004", { path, line: 1, column: at + 1, problem: `column ${at + 1} has no name` }));
    if (columns.has(name)) {
      return failure(
        problem("MC6004", { path, line: 1, column: at + 1, problem: `two columns are named \`${showName(name)}\`` }),
      );
    }
    columns.set(name, { name, shape: [], data: new Float64Array(body.length), from: path });
  }
  for (const [index, row] of body.entries()) {
    for (const [at, name] of header.entries()) {
      const cell = row.record[at] ?? "";
      const value = cell === "" ? NaN : Number(cell);
      if (cell !== "" && Number.isNaN(value) && cell.toLowerCase() !== "nan") {
        const what = `\`${showName(cell)}\` in column \`${showName(name)}\` is not a number`;
        return failure(problem("MC6004", { path, line: row.line, column: at + 1, problem: what }));
      }
      const column = columns.get(name);
      if (column !== undefined) column.data[index] = value;
    }
  }
  return success({ count: body.length, columns });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}
