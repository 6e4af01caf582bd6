import { decodeText } from "../support/decode-text.ts";
import { fault } from "../support/fault.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName, showText } from "../support/show-text.ts";
import { defineSource } from "./define-source.ts";
import { addCells, isObject, type RowValues } from "./cells-of-rows.ts";
import { problem, type CellTable, type DataProblem } from "./raw-data.ts";
import { mayBeRead } from "./read-table.ts";
import { filesOfTables, readTables } from "./read-tables.ts";

const endings = [".jsonl", ".ndjson"];

/** A table of JSON lines. */
export const jsonl = defineSource({
  name: "jsonl",
  doc:
    "A table of JSON lines: an object in each, whose members are its cells; or one list of objects. `raw.NAME` for each " +
    'name, `raw["user.age"]` for a member of a member. What a line does not have, `null` and the empty text are ' +
    "[missing](#missing-cells). Texts, numbers and truth values are read as the cells of `csv` are; numbers beyond 2^53 " +
    `lose digits, unless they are texts. Members that no feature reads may be anything. ${filesOfTables(endings)}`,
  arguments: { path: { kind: "string" } },
  hasFolders: true,
  fields: "table",
  load: ({ arguments: { path }, wanted, files, folders }) => {
    const isWanted = (name: string): boolean => wanted.some((it) => mayBeRead(it, name));
    const read = async (place: string): Promise<Result<CellTable, DataProblem>> => {
      const bytes = await files.read(place);
      if (!bytes.ok) return bytes;
      const text = decodeText(bytes.value);
      return text.ok
        ? parseJsonLines(text.value, place, isWanted)
        : failure(problem("MC6002", { path: place, offset: 0, problem: text.error }));
    };
    return readTables({ path, files, folders, endings, mayLack: () => true, read });
  },
});

/** Parses a text of JSON lines, or of one list; `path` is for messages. */
function parseJsonLines(
  text: string,
  path: string,
  isWanted: (name: string) => boolean,
): Result<CellTable, DataProblem> {
  const rows = text.trimStart().startsWith("[") ? wholeList(text, path) : lines(text, path);
  if (!rows.ok) return rows;
  if (rows.value.length === 0)
    return failure(problem("MC6004", { path, line: 1, column: 1, problem: "the file is empty" }));
  return addCells(rows.value, path, isWanted);
}

function lines(body: string, path: string): Result<readonly RowValues[], DataProblem> {
  const rows: RowValues[] = [];
  for (const [at, line] of body.split("\n").entries()) {
    if (line.trim() === "") continue;
    const value = parse(line);
    const row = value.ok ? asRow(value.value) : value;
    if (!row.ok) return failure(problem("MC6004", { path, line: at + 1, column: 1, problem: row.error }));
    rows.push({ line: at + 1, values: row.value });
  }
  return success(rows);
}

/** A file that is one list: its rows have no lines of their own. */
function wholeList(body: string, path: string): Result<readonly RowValues[], DataProblem> {
  const value = parse(body);
  if (!value.ok) return failure(problem("MC6012", { place: path, problem: value.error }));
  if (!Array.isArray(value.value)) return fault("JSON that begins with a bracket is no list");
  const rows: RowValues[] = [];
  for (const [at, it] of value.value.entries()) {
    const row = asRow(it);
    if (!row.ok) return failure(problem("MC6012", { place: `${path}, example ${at}`, problem: row.error }));
    rows.push({ values: row.value });
  }
  return success(rows);
}

function parse(text: string): Result<unknown, string> {
  try {
    return success(JSON.parse(text));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return failure(`this is no JSON: ${showText(said.charAt(0).toLowerCase() + said.slice(1), 120)}`);
  }
}

/** The cells of a row, or what stands in their place. */
function asRow(value: unknown): Result<RowValues["values"], string> {
  if (isObject(value)) return success(value);
  const what = Array.isArray(value) ? "a list" : `\`${showName(JSON.stringify(value))}\``;
  return failure(`this is ${what}, where an object with the cells of a row is expected`);
}
