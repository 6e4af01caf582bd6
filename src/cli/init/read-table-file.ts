import { readBytes } from "../../runtime/data/read-file.ts";
import { chooseColumns } from "../../sources/choose-columns.ts";
import { missingMarks, parseCsv, type CsvForm } from "../../sources/parse-csv.ts";
import type { Cell, CellTable } from "../../sources/raw-data.ts";
import { readDate } from "../../sources/read-date.ts";
import { readNumber } from "../../sources/read-number.ts";
import { cellText } from "../../sources/readings.ts";
import { decodeText } from "../../support/decode-text.ts";
import { InputError } from "../exit-code.ts";
import { valueOf } from "./value-of.ts";

/** A table as it lies in a file, and what a source has to say of it, as it is not found when it is read. */
export interface TableFile {
  readonly table: CellTable;
  readonly form: Pick<CsvForm, "columns" | "quote" | "missing">;
}

/**
 * Reads a table of text of which nothing is known: whether its first line names the columns, what stands around words, and
 * what beside the usual marks stands for a cell without a value.
 */
export async function readTableFile(path: string, target: string | undefined): Promise<TableFile> {
  const text = textOf(path);
  const quoted = isQuotedSingly(text) ? { quote: "'" } : {};
  const named = valueOf(await parseCsv(text, path, quoted));
  const columns = hasNames(named, target) ? undefined : named.names.map((_, at) => `c${at + 1}`);
  const form = { ...quoted, ...(columns !== undefined && { columns }) };
  const table = columns === undefined ? named : valueOf(await parseCsv(text, path, form));
  const missing = [...new Set(table.columns.flatMap(({ cells }) => marksAmong(cells)))];
  if (missing.length === 0) return { table, form };
  const all = { ...form, missing: [...missingMarks, ...missing] };
  return { table: valueOf(await parseCsv(text, path, all)), form: { ...form, missing } };
}

function textOf(path: string): string {
  const bytes = valueOf(readBytes(path));
  const text = decodeText(bytes);
  if (!text.ok) throw new InputError(`${path} is no table of text that I can read: ${text.error}.`);
  if (bytes.includes(0)) throw new InputError(`${path} is no table of text: --from takes CSV and the like.`);
  if (/^\s*[[{]/.test(text.value)) throw new InputError(`${path} is JSON: --from takes a table of text, as CSV is.`);
  return text.value;
}

/** Whether single quotes stand around most cells of the first lines. */
function isQuotedSingly(text: string): boolean {
  const lines = text.split("\n", 5).filter((it) => it.trim() !== "");
  return lines.length > 0 && lines.every((it) => it.trimStart().startsWith("'") && !it.includes('"'));
}

/**
 * Whether the first line names the columns: it does where it has the one that is asked for, and otherwise where it holds
 * neither a number nor a date, nothing twice, and either stands over numbers or has nothing that stands below it again.
 */
function hasNames({ names, columns }: CellTable, target: string | undefined): boolean {
  if (target !== undefined && names.includes(target)) return true;
  const given = names.filter((it) => it !== "");
  if (given.length * 2 < names.length || new Set(given).size < given.length) return false;
  if (given.some((it) => readNumber(it).ok || readDate(it, "").ok || missingMarks.includes(it))) return false;
  const isOverNumbers = chooseColumns({ kind: "numeric", except: [] }, columns).length > 0;
  return isOverNumbers || columns.every(({ name, cells }) => name === "" || !cells.includes(name));
}

/** So large a share of numbers makes what else stands in a column marks of cells without a value. */
const mostly = 0.9;
const fewMarks = 3;
const manyNumbers = 10;

/** What stands in a column of numbers here and there, as `-` or `unknown`: it is no number, and nothing else is in its place. */
function marksAmong(cells: readonly Cell[]): readonly string[] {
  const marks = new Set<string>();
  const numbers = new Set<string>();
  let present = 0;
  let read = 0;
  for (const cell of cells) {
    if (cell === undefined) continue;
    const text = cellText(cell);
    present += 1;
    if (readNumber(text).ok) {
      read += 1;
      numbers.add(text);
    } else if (marks.size <= fewMarks) marks.add(text);
  }
  const isMarked = marks.size > 0 && marks.size <= fewMarks && numbers.size >= manyNumbers && read >= mostly * present;
  return isMarked && [...marks].every((it) => !/\d/.test(it)) ? [...marks] : [];
}
