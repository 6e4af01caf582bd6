import { decodeText } from "../support/decode-text.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import type { SourceFiles } from "./define-source.ts";
import { damaged } from "./file-problems.ts";
import { problem, type DataProblem } from "./raw-data.ts";

/** A line of a table that names files: its cells by the columns that were asked for, and where it stands. */
export interface NamedRow {
  readonly cells: Readonly<Record<string, string>>;
  readonly line: number;
  /** The numbers of these columns, from 1. */
  readonly columns: Readonly<Record<string, number>>;
}

/** Reads a CSV file that says something of files: a header with these columns, none of whose cells is empty. */
export async function readNameTable(
  files: SourceFiles,
  place: string,
  columns: readonly string[],
): Promise<Result<readonly NamedRow[], DataProblem>> {
  const bytes = await files.read(place);
  if (!bytes.ok) return bytes;
  const text = decodeText(bytes.value);
  if (!text.ok) return damaged(place, 0, text.error);
  const { CsvError, parse } = await import("csv-parse/sync");
  const rows: { readonly record: readonly string[]; readonly line: number }[] = [];
  try {
    parse(text.value, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      trim: true,
      on_record: (record: readonly string[], { lines }) => {
        rows.push({ record, line: lines });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return unreadable(place, Number(error["lines"] ?? 1), 1, "a quote is never closed here, or stands inside a cell");
  }
  const [head, ...body] = rows;
  if (head === undefined) return unreadable(place, 1, 1, "the file is empty");
  const missing = columns.find((it) => !head.record.includes(it));
  if (missing !== undefined) {
    const has = head.record.map((it) => `\`${showName(it)}\``).join(", ");
    const help = `Its first line names its columns: ${columns.join(",")} are wanted, and it has ${has}.`;
    return failure(problem("MC6007", { path: place, kind: "column", name: missing }, help));
  }
  const again = head.record.findIndex((it, at) => columns.includes(it) && head.record.indexOf(it) !== at);
  if (again !== -1) {
    const name = head.record[again] ?? "";
    return unreadable(place, head.line, again + 1, `two columns are named \`${name}\``);
  }
  const numbers = Object.fromEntries(columns.map((it) => [it, head.record.indexOf(it) + 1]));
  const read: NamedRow[] = [];
  for (const { record, line } of body) {
    const cells: Record<string, string> = {};
    for (const name of columns) {
      const at = head.record.indexOf(name);
      const cell = record[at] ?? "";
      if (cell === "") return unreadable(place, line, at + 1, `this cell of column \`${name}\` is empty`);
      cells[name] = cell;
    }
    read.push({ cells, line, columns: numbers });
  }
  return success(read);
}

const unreadable = (path: string, line: number, column: number, what: string): Result<never, DataProblem> =>
  failure(problem("MC6004", { path, line, column, problem: what }));
