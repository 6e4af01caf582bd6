import { asNumber } from "../../dims/dim.ts";
import type { RawField } from "../../ir/program.ts";
import { extentOf, lengthOf, placeOf, problem, type Column, type DataProblem } from "../../sources/raw-data.ts";
import type { SequenceReading } from "../../sources/readings.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { byCodePoints } from "../../support/by-code-points.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { showName } from "../../support/show-text.ts";
import { missingValue } from "./find-unsuitable.ts";
import type { Numbered, Rows } from "./number-words.ts";

/** What 0 stands for among the parts of texts: nothing. */
const nothing = "";

/**
 * Numbers the parts of texts from 1: those given with the reading, those that are `known` from earlier, or those of the train
 * split. Of a declared length, texts are cut to it or have 0 behind them.
 */
export function numberParts(
  column: Column,
  field: RawField,
  reading: SequenceReading,
  { kept, train }: Rows,
  known: readonly string[] | undefined,
): Result<Numbered, DataProblem> {
  const dictionary = required(column.dictionary, `the parts of ${field.name}`);
  const empty = kept.find((row) => lengthOf(column, row) === 0);
  if (empty !== undefined) return failure(missingValue(placeOf(column, empty), field, true));
  const room = reading.count ?? field.words;
  const isGiven = reading.known.length > 0;
  const most = room === undefined ? Infinity : room - (reading.rest ? 2 : 1);
  const parts = isGiven ? reading.known : (known?.slice(1) ?? foundParts(column, dictionary, train, reading, most));
  if (parts.length > most) return failure(tooMany(column, field, reading, { parts, most, isGiven }));
  const numbers = new Map(parts.map((part, at) => [part, at + 1]));
  const rest = reading.rest ? required(room, `the number of parts of ${field.name}`) - 1 : undefined;
  const coded = dictionary.map((part) => numbers.get(part) ?? rest);
  const data = new Int32Array(column.data.length);
  for (const row of kept) {
    const [from, to] = extentOf(column, row);
    for (let at = from; at < to; at++) {
      const part = elementAt(column.data, at);
      const number = coded[part];
      if (number === undefined)
        return failure(
          unknownPart(column, row, field, { part: reading.part, isGiven, found: elementAt(dictionary, part) }),
        );
      data[at] = number;
    }
  }
  const [length] = field.type.shape.map(asNumber);
  const numbered = length === undefined ? { ...column, data } : sized({ ...column, data }, length);
  return success({ column: numbered, words: [nothing, ...parts] });
}

/** The parts of some rows, in the order in which they are numbered: all, or where others share a number, the most frequent. */
function foundParts(
  column: Column,
  dictionary: readonly string[],
  rows: Int32Array,
  { order, rest }: SequenceReading,
  most: number,
): readonly string[] {
  const counts = new Map<number, number>();
  for (const row of rows) {
    const [from, to] = extentOf(column, row);
    for (let at = from; at < to; at++) {
      const part = elementAt(column.data, at);
      counts.set(part, (counts.get(part) ?? 0) + 1);
    }
  }
  const frequent = [...counts]
    .map(([at, count]) => ({ part: elementAt(dictionary, at), count }))
    .sort((a, b) => b.count - a.count || byCodePoints(a.part, b.part))
    .map((it) => it.part);
  const chosen = rest ? frequent.slice(0, most) : frequent;
  return order === "frequency" ? chosen : chosen.toSorted(byCodePoints);
}

/** Texts of one length: cut to it, or with 0 behind them. */
function sized(column: Column, length: number): Column {
  const { starts, ...rest } = column;
  const count = required(starts, "where texts begin").length - 1;
  const data = new Int32Array(count * length);
  for (let row = 0; row < count; row++) {
    const [from, to] = extentOf(column, row);
    data.set(column.data.subarray(from, Math.min(to, from + length)), row * length);
  }
  return { ...rest, shape: [length], data };
}

interface Found {
  readonly parts: readonly string[];
  /** How many there are numbers for. */
  readonly most: number;
  readonly isGiven: boolean;
}

function tooMany(
  { from }: Column,
  field: RawField,
  { part, rest }: SequenceReading,
  { parts, most, isGiven }: Found,
): DataProblem {
  const shown = parts.slice(0, 100).map((it) => `\`${showName(it)}\``);
  const more = parts.length > shown.length ? ` and ${parts.length - shown.length} more` : "";
  const whence = isGiven ? "is given" : "has, in the train split,";
  const room = `${most} beside 0${rest ? " and that of all others" : ""}`;
  const declared = parts.length + (rest ? 2 : 1);
  const others = rest ? "" : `, or give the rare ones one number with \`${field.reading?.kind ?? ""}(rest=true)\``;
  return problem(
    "MC6013",
    {
      place: from,
      field: showField(field),
      problem: `${whence} ${parts.length} ${part}s (${shown.join(", ")}${more}), and there are numbers for ${room}`,
    },
    `Declare as many as there are, and 0: \`class(${declared})\`${others}.`,
  );
}

function unknownPart(
  column: Column,
  row: number,
  field: RawField,
  { part, isGiven, found }: { readonly part: string; readonly isGiven: boolean; readonly found: string },
): DataProblem {
  const where = isGiven ? `which is none of the ${part}s given` : "which no row of the train split has";
  const kind = field.reading?.kind ?? "";
  const help = `Give such ${part}s one number with \`${kind}(rest=true)\`, or list all of them.`;
  return problem(
    "MC6013",
    {
      place: placeOf(column, row),
      field: showField(field),
      problem: `has the ${part} \`${showName(found)}\`, ${where}`,
    },
    help,
  );
}
