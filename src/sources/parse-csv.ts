import type { CsvError } from "csv-parse";
import { failure, success, type Result } from "../support/result.ts";
import { showText } from "../support/show-text.ts";
import { markedCell } from "./marked-cell.ts";
import { problem, type CellTable, type DataProblem } from "./raw-data.ts";

/** What programs write for a cell without a value, beside leaving it empty: of what pandas knows, and `?`. */
export const missingMarks: readonly string[] = [
  "NA",
  "N/A",
  "n/a",
  "NaN",
  "nan",
  "null",
  "NULL",
  "None",
  "<NA>",
  "#N/A",
  "?",
];

/** How a table of text is written, and which columns are to be read. */
export interface CsvForm {
  /** The names of the columns where the file does not begin with them. */
  readonly columns?: readonly string[];
  /** Found where it is left out. */
  readonly delimiter?: string;
  readonly quote?: string;
  /** What stands for a cell without a value, beside the empty one. */
  readonly missing?: readonly string[];
  /** All columns where it is left out. */
  readonly isWanted?: (name: string) => boolean;
}

/** Parses a table of text; `path` is for messages. */
export async function parseCsv(
  text: string,
  path: string,
  form: CsvForm = {},
): Promise<Result<CellTable, DataProblem>> {
  const { CsvError, parse } = await import("csv-parse/sync");
  const { quote = '"', delimiter = findDelimiter(text, quote) } = form;
  const rows = takeRows(path, form);
  try {
    parse(text, {
      ...parserForm(quote, delimiter),
      on_record: (record: readonly string[], { lines }) => {
        rows.take(record, lines);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return failure(unparsed(error, path, rows.last()));
  }
  const wrong = rows.wrong();
  return wrong === undefined ? success(rows.cut()) : failure(wrong);
}

/** How the parser of tables is told to read. */
export const parserForm = (quote: string, delimiter: string) =>
  ({ bom: true, skip_empty_lines: true, trim: true, relax_column_count: true, quote, delimiter }) as const;

/** What is made of the records of a table, one by one. */
interface TakenRows {
  readonly take: (record: readonly string[], line: number) => void;
  /** The line of the last one. */
  readonly last: () => number;
  /** How many rows have been taken since the last cut. */
  readonly count: () => number;
  /** What is wrong with the file; asked at its end. */
  readonly wrong: () => DataProblem | undefined;
  /** The first line that has more or fewer cells than it should. */
  readonly uneven: () => DataProblem | undefined;
  /** The rows taken since the last cut, as a table. */
  readonly cut: () => CellTable;
}

/** Takes the records of a table: the names of its columns, where these stand in it, then the cells of those that are wanted. */
export function takeRows(
  path: string,
  { columns: given = [], missing = missingMarks, isWanted = () => true }: CsvForm,
): TakenRows {
  const marks = new Set(missing);
  let names: readonly string[] | undefined = given.length === 0 ? undefined : given;
  let header = given.length === 0 ? 1 : 0;
  let uneven: { readonly line: number; readonly found: number } | undefined;
  let last = 0;
  let lines: number[] = [];
  let kept: { readonly at: number; readonly name: string; cells: (string | undefined)[] }[] | undefined;
  const keptOf = (all: readonly string[]) =>
    (kept ??= all.flatMap((name, at) => (isWanted(name) ? [{ at, name, cells: [] }] : [])));
  const unevenLine = (): DataProblem | undefined => {
    if (uneven === undefined || names === undefined) return undefined;
    const { line, found } = uneven;
    const whole = given.length === 0 ? "the header has" : "the names given for them are";
    // The first cell that is missing or too much.
    const place = { path, line, column: Math.min(found, names.length) + 1 };
    return problem("MC6004", { ...place, problem: `this line has ${cells(found)}, and ${whole} ${names.length}` });
  };
  return {
    take(record, line) {
      last = line;
      if (names === undefined) {
        names = record.map((it) => it.trim());
        header = line;
        return;
      }
      // What follows a last comma is no cell where nothing stands in it.
      const isLonger = record.length === names.length + 1;
      const found = isLonger && record.at(-1)?.trim() === "" ? names.length : record.length;
      if (found !== names.length) uneven ??= { line, found: record.length };
      lines.push(line);
      for (const { at, cells } of keptOf(names)) cells.push(markedCell(record[at] ?? "", marks));
    },
    last: () => last,
    count: () => lines.length,
    wrong: () =>
      names === undefined
        ? problem("MC6004", { path, line: 1, column: 1, problem: "the file is empty" })
        : unevenLine(),
    uneven: unevenLine,
    cut() {
      const all = names ?? [];
      const place = Int32Array.from(lines);
      const columns = keptOf(all).map((column) => {
        const { at, name, cells } = column;
        column.cells = [];
        return { name, cells, place: { lines: place, columns: [at + 1] } };
      });
      lines = [];
      return { kind: "table", names: all, count: place.length, from: path, header, columns };
    },
  };
}

/** What the parser of tables has found wrong with a file, whose last record that was right stands in line `last`. */
export const unparsed = (error: CsvError, path: string, last: number, before = 0): DataProblem => {
  const { line, ...place } = placeOfError(error, last - before);
  return problem("MC6004", { path, ...place, line: line + before });
};

const delimiters = [",", ";", "\t", "|"] as const;

/** So many lines tell what separates the cells. */
export const looked = 20;

/** The sign that cuts the first lines into most cells, equally many in each; a comma where none does. */
export function findDelimiter(text: string, quote: string): string {
  const lines = text
    .split("\n", looked + 1)
    .slice(0, looked)
    .map((it) => it.trim())
    .filter((it) => it !== "");
  // A last line may be half a record, where a cell within quotes has several lines.
  const cuts = delimiters.map((it) => ({ it, counts: lines.map((line) => count(line, it, quote)) }));
  const even = cuts.filter(({ counts }) => (counts[0] ?? 0) > 0 && counts.every((it) => it === counts[0]));
  const some = even.length > 0 ? even : cuts.filter(({ counts }) => (counts[0] ?? 0) > 0);
  const [best] = some.toSorted((a, b) => (b.counts[0] ?? 0) - (a.counts[0] ?? 0));
  return best?.it ?? ",";
}

/** How often a sign stands in a line outside of quotes. */
function count(line: string, sign: string, quote: string): number {
  let found = 0;
  let quoted = false;
  for (const it of line) {
    if (it === quote) quoted = !quoted;
    else if (it === sign && !quoted) found += 1;
  }
  return found;
}

/** What the parser of the table has found wrong, in plain words, and where: the line, and the number of the cell in it. */
function placeOfError(
  error: CsvError,
  last: number,
): { readonly line: number; readonly column: number; readonly problem: string } {
  const line = Number(error["lines"] ?? 1);
  const cell = { line, column: Number(error["column"] ?? 0) + 1 };
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      // The parser has gone on to the end of the file.
      return { ...cell, line: last + 1, problem: "the quote that opens this cell is never closed" };
    case "CSV_MAX_RECORD_SIZE":
      return {
        line: last + 1,
        column: 1,
        problem: "this line is longer than 16 MB, as one is whose quote is never closed",
      };
    case "INVALID_OPENING_QUOTE":
      return { ...cell, problem: 'a quote stands inside this cell: quote it as a whole, with "" for each quote in it' };
    case "CSV_INVALID_CLOSING_QUOTE":
      return { ...cell, problem: "something follows the quote that closes this cell" };
    default:
      return { ...cell, problem: showText(lowerFirst(error.message), 200) };
  }
}

const cells = (count: number): string => `${count} cell${count === 1 ? "" : "s"}`;

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}
