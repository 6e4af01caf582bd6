import { decodeText } from "../support/decode-text.ts";
import { failure, type Result } from "../support/result.ts";
import { showText } from "../support/show-text.ts";
import { defineSource, type WrongArgument } from "./define-source.ts";
import { missingMarks, parseCsv, type CsvForm } from "./parse-csv.ts";
import { problem, type CellTable, type DataProblem } from "./raw-data.ts";
import { mayBeRead } from "./read-table.ts";
import { filesOfTables, readTables } from "./read-tables.ts";
import { storeCsv } from "./store-csv.ts";

const endings = [".csv", ".tsv"];

/** What stands for a cell without a value, beside the empty one. */
const marksOf = (given: { readonly missing: readonly string[]; readonly marks: boolean }): readonly string[] =>
  given.marks ? [...missingMarks, ...given.missing] : given.missing;

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
  marks: marksOf,
  load: ({ arguments: given, wanted, files, folders, judged }) => {
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
    const store = (places: readonly string[], from: string) => storeCsv(places, from, form, { wanted, files, judged });
    return readTables({ path, files, folders, endings, mayLack: () => false, read, store });
  },
});
