import type { CsvError } from "csv-parse/sync";
import { decodeText } from "../support/decode-text.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showText } from "../support/show-text.ts";
import { defineSource, type WrongArgument } from "./define-source.ts";
import { problem, type CellTable, type DataProblem } from "./raw-data.ts";
import { mayBeRead } from "./read-table.ts";
import { filesOfTables, readTables } from "./read-tables.ts";

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

const endings = [".csv", ".tsv"];

/** A table of text: CSV, TSV and the like. */
export const csv = defineSource({
  name: "csv",
  doc:
    'A table of text. `raw.NAME` for each column that the first line names, `raw["fixed acidity"]` where its name is no ' +
    'word of the language; `columns=["a", "b"]` names them where the file has no such line. What separates the cells, a ' +
    "comma, a semicolon, a tab or a bar, is found, or given as `delimiter`. Blanks around a cell are left away. A cell is " +
    `[missing](#missing-cells) where it is empty, one of ${missingMarks.map((it) => `\`${it}\``).join(", ")}, unless ` +
    "`marks=false` makes words of these, or one of `missing`. Cells are read as numbers in decimal, with a sign, a point and " +
    "an exponent where they are wanted (`-1`, `.5`, `6.02e+23`), or as a [reading](#readings) says. Columns that no feature " +
    `reads may hold anything. ${filesOfTables(endings)}; each begins with the names of its columns, whose order may differ`,
  arguments: {
    path: { kind: "string" },
    columns: { kind: "strings", default: [] },
    delimiter: { kind: "string", default: "found" },
    quote: { kind: "string", default: '"' },
    missing: { kind: "strings", default: [] },
    marks: { kind: "boolean", default: true },
  },
  wrong: ({ columns, delimiter, quote }) => {
    const wrong = (argument: string, problem: string): WrongArgument => ({ argument, problem });
    const again = columns.find((it, at) => it !== "" && columns.indexOf(it) < at);
    if (again !== undefined) return wrong("columns", `each name once, and \`${showText(again)}\` is there twice`);
    if (delimiter === "" || /[\r\n]/.test(delimiter))
      return wrong("delimiter", 'what stands between two cells of a line, as `";"`');
    if (quote.length > 1 || /[\r\n]/.test(quote)) return wrong("quote", "one sign, or nothing");
    return quote !== "" && delimiter.includes(quote)
      ? wrong("quote", "another sign than what stands between cells")
      : undefined;
  },
  hasFolders: true,
  fields: "table",
  cellOf: ({ arguments: given }, text) => cellOf(text, new Set(marksOf(given))),
  load: ({ arguments: given, wanted, files, folders }) => {
    const { path, columns, delimiter, quote } = given;
    const form: CsvForm = {
      columns,
      quote,
      missing: marksOf(given),
      ...(delimiter !== "found" && { delimiter }),
      isWanted: (name) => wanted.some((it) => mayBeRead(it, name)),
    };
    const read = async (place: string): Promise<Result<CellTable, DataProblem>> => {
      const bytes = await files.read(place);
      if (!bytes.ok) return bytes;
      const text = decodeText(bytes.value);
      return text.ok
        ? parseCsv(text.value, place, form)
        : failure(problem("MC6002", { path: place, offset: 0, problem: text.error }));
    };
    return readTables({ path, files, folders, endings, mayLack: () => false, read });
  },
});

/** What stands for a cell without a value, beside the empty one. */
const marksOf = (given: { readonly missing: readonly string[]; readonly marks: boolean }): readonly string[] =>
  given.marks ? [...missingMarks, ...given.missing] : given.missing;

/** A cell without the blanks around it, undefined where it has no value. */
function cellOf(text: string, marks: ReadonlySet<string>): string | undefined {
  const cell = text.trim();
  return cell === "" || marks.has(cell) ? undefined : cell;
}

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
  { columns: given = [], delimiter, quote = '"', missing = missingMarks, isWanted = () => true }: CsvForm = {},
): Promise<Result<CellTable, DataProblem>> {
  const { CsvError, parse } = await import("csv-parse/sync");
  const form = { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true, quote } as const;
  const separator = delimiter ?? findDelimiter(text, quote);
  const marks = new Set(missing);
  let names: readonly string[] | undefined = given.length === 0 ? undefined : given;
  let header = 1;
  let wrong: { readonly line: number; readonly found: number } | undefined;
  let last = 0;
  const lines: number[] = [];
  let kept: { readonly at: number; readonly name: string; readonly cells: (string | undefined)[] }[] | undefined;
  try {
    parse(text, {
      ...form,
      delimiter: separator,
      on_record: (record: readonly string[], { lines: line }) => {
        last = line;
        if (names === undefined) {
          names = record;
          header = line;
          return null;
        }
        kept ??= names.flatMap((name, at) => (isWanted(name) ? [{ at, name, cells: [] }] : []));
        // What follows a last comma is no cell where nothing stands in it.
        const found = record.length === names.length + 1 && record.at(-1) === "" ? names.length : record.length;
        if (found !== names.length) wrong ??= { line, found: record.length };
        lines.push(line);
        for (const { at, cells } of kept) cells.push(cellOf(record[at] ?? "", marks));
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return failure(problem("MC6004", { path, ...placeOfError(error, last) }));
  }
  if (names === undefined)
    return failure(problem("MC6004", { path, line: 1, column: 1, problem: "the file is empty" }));
  const wanted = names.length;
  if (wrong !== undefined) {
    const { line, found } = wrong;
    const whole = given.length === 0 ? "the header has" : "the names given for them are";
    // The first cell that is missing or too much.
    const place = { path, line, column: Math.min(found, wanted) + 1 };
    return failure(problem("MC6004", { ...place, problem: `this line has ${cells(found)}, and ${whole} ${wanted}` }));
  }
  const numbers = Int32Array.from(lines);
  return success({
    kind: "table",
    names,
    count: lines.length,
    from: path,
    header: given.length === 0 ? header : 0,
    columns: (kept ?? names.map((name, at) => ({ at, name, cells: [] })).filter((it) => isWanted(it.name))).map(
      ({ at, name, cells }) => ({ name, cells, place: { lines: numbers, columns: [at + 1] } }),
    ),
  });
}

const delimiters = [",", ";", "\t", "|"] as const;

/** So many lines tell what separates the cells. */
const looked = 20;

/** The sign that cuts the first lines into most cells, equally many in each; a comma where none does. */
function findDelimiter(text: string, quote: string): string {
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
