import type { ColumnChoice, RawField } from "../ir/program.ts";
import { asNumber } from "../dims/dim.ts";
import { nearest } from "../support/nearest.ts";
import { elementAt } from "../support/element-at.ts";
import { fault } from "../support/fault.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import { chooseColumns, holdsNumbers, mayBeChosen } from "./choose-columns.ts";
import { misnamed } from "./misnamed.ts";
import {
  lineAt,
  placeOf,
  problem,
  standingOf,
  type CellColumn,
  type CellPlace,
  type CellTable,
  type Column,
  type DataProblem,
} from "./raw-data.ts";
import { readDate } from "./read-date.ts";
import { integerOf, notANumber, readNumber } from "./read-number.ts";
import { cellText, readingOf, type Reading, type SequenceReading } from "./readings.ts";
import { showChoice, showRawField } from "./show-raw-field.ts";
import { carriedForward, rowsBefore, windowed, type RowsBefore } from "./window-rows.ts";

/**
 * The raw fields of a table: each read from its columns as it says, numbers of several columns side by side. Which columns hold
 * numbers is to be said where the table is a part of one.
 */
export function readTable(
  table: CellTable,
  fields: readonly RawField[],
  isNumeric: (column: CellColumn) => boolean = holdsNumbers,
): Result<readonly Column[], DataProblem> {
  const columns: Column[] = [];
  for (const field of fields) {
    const { rows } = field;
    const before =
      rows === undefined && field.carried === undefined ? success(undefined) : rowsBefore(table, rows ?? {});
    if (!before.ok) return before;
    const read = readField(table, field, before.value, isNumeric);
    if (!read.ok) return read;
    columns.push(
      rows === undefined || before.value === undefined ? read.value : windowed(read.value, rows, before.value),
    );
  }
  return success(columns);
}

/** Whether a field may be read from a column of this name. */
export const mayBeRead = (field: RawField, name: string): boolean =>
  mayBeChosen(choiceOf(field), name) || field.rows?.order === name || field.rows?.by === name;

/** The choice of a field: the column of its name where it has no other. */
export const choiceOf = ({ name, columns }: Pick<RawField, "name" | "columns">): ColumnChoice =>
  columns ?? { kind: "named", name };

function readField(
  table: CellTable,
  field: RawField,
  before: RowsBefore | undefined,
  isNumeric: (column: CellColumn) => boolean,
): Result<Column, DataProblem> {
  const choice = choiceOf(field);
  const chosen = chooseColumns(choice, table.columns, isNumeric).map((it) =>
    field.carried === undefined || before === undefined ? it : { ...it, cells: carriedForward(it.cells, before) },
  );
  const lost =
    choice.kind === "named" ? undefined : choice.names?.find((it) => chosen.every(({ name }) => name !== it));
  if (lost !== undefined) return failure(absent(table, { kind: "named", name: lost }));
  const [first] = chosen;
  if (first === undefined) return failure(absent(table, choice));
  const reading = readingOf(field.reading);
  if (choice.kind === "named") {
    const wrong = misnamed(table, choice.name, chosen);
    if (wrong !== undefined) return failure(wrong);
    const read = readColumn(table, first, reading, field);
    return read.ok ? success({ ...read.value, name: field.name }) : read;
  }
  const wanted = asNumber(field.type.shape[field.rows === undefined ? 0 : 1] ?? { kind: "dim", terms: [] });
  if (wanted !== chosen.length) {
    const shown = chosen.slice(0, 12).map((it) => showName(it.name));
    const more = chosen.length > shown.length ? ` and ${chosen.length - shown.length} more` : "";
    return failure(
      problem("MC6011", {
        path: table.from,
        found: chosen.length,
        wanted: wanted ?? 0,
        choice: showChoice(choice),
        names: `${shown.join(", ")}${more}`,
      }),
    );
  }
  const parts: Column[] = [];
  for (const it of chosen) {
    const read = readColumn(table, it, reading, field);
    if (!read.ok) return read;
    parts.push(read.value);
  }
  return success(sideBySide(field.name, table, parts));
}

function readColumn(
  table: CellTable,
  { name, cells, place, shards }: CellColumn,
  reading: Reading,
  field: RawField,
): Result<Column, DataProblem> {
  const origin = {
    name,
    from: table.from,
    ...(place !== undefined && { cells: place }),
    ...(shards !== undefined && { shards }),
    ...(table.files !== undefined && { files: table.files }),
  };
  const { count } = table;
  switch (reading.kind) {
    case "sound":
      return fault(`${name} is read as a sound, and is a column of a table`);
    case "missing":
      return success({
        ...origin,
        shape: [],
        data: Int32Array.from({ length: count }, (_, at) => (cells[at] === undefined ? 1 : 0)),
      });
    case "sequence": {
      const { starts, data, dictionary } = splitCells(cells, count, reading);
      return success({ ...origin, shape: [longestOf(starts)], data, starts, dictionary });
    }
    case "words": {
      const numbers = new Map<string, number>();
      const data = Int32Array.from({ length: count }, (_, at) => {
        const cell = cells[at];
        if (cell === undefined) return -1;
        const word = cellText(cell);
        const number = numbers.get(word) ?? numbers.size;
        numbers.set(word, number);
        return number;
      });
      return success({ ...origin, shape: [], data, dictionary: [...numbers.keys()] });
    }
    case "numbers": {
      const { shape, missing = [NaN] } = reading;
      const size = missing.length;
      const data = new Float64Array(count * size);
      const integers = field.type.dtype === "i64" ? new BigInt64Array(count) : undefined;
      for (let at = 0; at < count; at++) {
        const cell = cells[at];
        const found = cell === undefined ? success(missing) : reading.read(cell);
        if (!found.ok) {
          const text = cell === undefined ? "" : cellText(cell);
          const what = `\`${showName(text)}\` in column \`${showName(name)}\` ${found.error}`;
          const isOther = field.reading === undefined && found.error === notANumber;
          const isText = standingOf(origin, at).cells !== undefined;
          const help = isOther ? helpForCell(text, name, isText) : undefined;
          return failure(unreadable({ ...origin, shape, data }, at, what, help));
        }
        const { value } = found;
        if (typeof value === "number") data[at] = value;
        else if ("text" in value) {
          data[at] = value.value;
          if (integers !== undefined) integers[at] = integerOf(value.text);
        } else data.set(value, at * size);
      }
      return success({ ...origin, shape, data, ...(integers !== undefined && { integers }) });
    }
  }
}

/** The parts of the texts of a column, by their places in a dictionary; a missing cell has none. */
function splitCells(
  cells: CellColumn["cells"],
  count: number,
  { split }: SequenceReading,
): { readonly starts: Int32Array; readonly data: Int32Array; readonly dictionary: readonly string[] } {
  const numbers = new Map<string, number>();
  const starts = new Int32Array(count + 1);
  // A list of numbers would take twice the room, and a text has many parts.
  let data = new Int32Array(1024);
  let size = 0;
  for (let row = 0; row < count; row++) {
    const cell = cells[row];
    const parts = cell === undefined ? [] : split(cellText(cell));
    if (size + parts.length > data.length) {
      const wider = new Int32Array(2 * (size + parts.length));
      wider.set(data);
      data = wider;
    }
    for (const part of parts) {
      const number = numbers.get(part) ?? numbers.size;
      numbers.set(part, number);
      data[size++] = number;
    }
    starts[row + 1] = size;
  }
  return { starts, data: data.slice(0, size), dictionary: [...numbers.keys()] };
}

const longestOf = (starts: Int32Array): number =>
  starts.reduce((most, start, at) => Math.max(most, (starts[at + 1] ?? start) - start), 0);

/** A cell that cannot be read as it should be. */
function unreadable(column: Column, example: number, what: string, help: string | undefined): DataProblem {
  const { cells, from, example: row } = standingOf(column, example);
  const at = cells?.columns[0];
  return cells === undefined || at === undefined
    ? problem("MC6012", { place: placeOf(column, example), problem: what }, help)
    : problem("MC6004", { path: from, line: lineAt(cells, row), column: at, problem: what }, help);
}

/** What to write for a cell that is read as a number and holds something else. */
function helpForCell(text: string, name: string, isText: boolean): string {
  const raw = showRawField(name);
  const stage = (it: string, what: string): string => `Read ${what} with \`${raw} -> ${it}\`.`;
  if (/^(?:true|false|yes|no)$/i.test(text)) return stage("truth", "truth values");
  if (readDate(text, "").ok) return stage("days_since", "dates");
  if (/^\d{1,2}([./-])\d{1,2}\1\d{4}$/.test(text)) {
    const sign = /\D/.exec(text)?.[0] ?? "/";
    return stage(`days_since(format="%d${sign}%m${sign}%Y")`, "dates");
  }
  if (/^[+-]?[\d.,]+\s*%$/.test(text)) return stage("percent", "percentages");
  if (/^[+-]?(?:\p{Sc}|[A-Z]{3} ?)[\d.,]+$|^[\d.,]+ ?(?:\p{Sc}|[A-Z]{3})$/u.test(text))
    return stage("currency", "amounts");
  if (readNumber(text, { decimal: ".", thousands: "," }).ok) return stage('number(thousands=",")', "such numbers");
  if (readNumber(text, { decimal: ",", thousands: "." }).ok)
    return stage(`number(decimal=","${text.includes(".") ? ', thousands="."' : ""})`, "such numbers");
  if (/^(?:inf|infinity|[+-]inf)$/i.test(text))
    return "No feature can hold it: correct the file, or leave the row out.";
  if (!isText) return stage("categories", "words");
  // A long text stands for no missing cell.
  if (text.length > 40) return stage("categories", "words");
  return `${stage("categories", "words")} Where it stands for a cell without a value, name it in the source: \`missing=[${JSON.stringify(text)}]\`.`;
}

/** Several columns as one field, of numbers or of words: a row of the table in the order of the file. */
function sideBySide(name: string, { count, from }: CellTable, parts: readonly Column[]): Column {
  const words = new Map<string, number>();
  const isWords = parts.every((it) => it.dictionary !== undefined);
  const data = isWords ? new Int32Array(count * parts.length) : new Float64Array(count * parts.length);
  for (const [at, part] of parts.entries()) {
    // Of words there is one list for all columns.
    const places = part.dictionary?.map((it) => {
      const place = words.get(it) ?? words.size;
      words.set(it, place);
      return place;
    });
    for (let row = 0; row < count; row++) {
      const number = elementAt(part.data, row);
      data[row * parts.length + at] = places === undefined || number < 0 ? number : elementAt(places, number);
    }
  }
  const names = parts.map((it) => it.name);
  const together = (cells: readonly (CellPlace | undefined)[]): { readonly cells?: CellPlace } => {
    const lines = cells[0]?.lines;
    return lines === undefined ? {} : { cells: { lines, columns: cells.flatMap((it) => it?.columns ?? []) } };
  };
  const shards = parts[0]?.shards?.map((it, at) => ({
    from: it.from,
    start: it.start,
    ...together(parts.map((part) => part.shards?.[at]?.cells)),
  }));
  return {
    name,
    shape: [parts.length],
    data,
    from,
    parts: names,
    ...(isWords && { dictionary: [...words.keys()] }),
    ...together(parts.map((it) => it.cells)),
    ...(shards !== undefined && { shards }),
  };
}

/** What to do about a column that a table lacks. */
function absent({ names, from }: CellTable, choice: ColumnChoice): DataProblem {
  if (choice.kind !== "named")
    return problem("MC6011", { path: from, found: 0, wanted: 0, choice: showChoice(choice), names: listed(names) });
  return problem("MC6007", { path: from, kind: "column", name: choice.name }, helpForColumn(choice.name, names));
}

function helpForColumn(name: string, names: readonly string[]): string {
  if (names.every((it) => readNumber(it).ok))
    return 'Its first line holds numbers: where it has no line of names, give them in the source: `columns=["a", "b"]`.';
  const near = nearest(name, names);
  const garbled = names.some((it) => it.includes("\ufffd"));
  if (garbled && (/[^\0-\x7f]/.test(name) || near?.includes("\ufffd") === true))
    return "The names of its columns are no UTF-8: save the file as UTF-8.";
  return near !== undefined ? `Did you mean \`${showRawField(near)}\`?` : `It has ${listed(names)}.`;
}

function listed(names: readonly string[]): string {
  const shown = names.filter((it) => it !== "").map((it) => `\`${showRawField(showName(it))}\``);
  return `${shown.slice(0, 12).join(", ")}${shown.length > 12 ? ` and ${shown.length - 12} more` : ""}`;
}
