import type { RawField } from "../../ir/program.ts";
import { placeOf, problem, sizeOf, type Column, type DataProblem } from "../../sources/raw-data.ts";
import { readingOf } from "../../sources/readings.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { byCodePoints } from "../../support/by-code-points.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { showName } from "../../support/show-text.ts";
import { numberParts } from "./number-parts.ts";
import { missingValue } from "./find-unsuitable.ts";

/** The words that numbers stand for, counted from 0, by raw field; those of a text source, its characters, by `text`. */
export type Vocabularies = Readonly<Record<string, readonly string[]>>;

/** Which rows of a column are looked at, and of which its words are found. */
export interface Rows {
  readonly kept: Int32Array;
  readonly train: Int32Array;
}

/** A column of words in the numbers that features see, and which words these are. */
export interface Numbered {
  readonly column: Column;
  readonly words: readonly string[];
}

/**
 * Numbers the words of a column: those given with the reading, those that are `known` from earlier, or those of the train
 * split, and what missing cells are filled with, in the order of code points. Missing cells that features fill become 0.
 */
export function numberWords(
  column: Column,
  field: RawField,
  { kept, train }: Rows,
  { known, filled }: { readonly known: readonly string[] | undefined; readonly filled: readonly string[] },
): Result<Numbered, DataProblem> {
  const sequence = readingOf(field.reading);
  if (sequence.kind === "sequence") return numberParts(column, field, sequence, { kept, train }, known);
  const dictionary = required(column.dictionary, `the words of ${field.name}`);
  const size = sizeOf(column.shape);
  if (field.missing === undefined) {
    const without = kept.find((row) => column.data.subarray(row * size, (row + 1) * size).some((it) => it < 0));
    if (without !== undefined) return failure(missingValue(placeOf(column, without), field, true));
  }
  const reading = readingOf(field.reading);
  const given = reading.kind === "words" ? reading : { words: [], rest: false };
  const listed = given.words.length > 0;
  const isNumbered = column.isNumbered === true && known === undefined;
  const wanted = {
    filled,
    most: given.rest ? required(field.words, `the number of words of ${field.name}`) - 1 : Infinity,
  };
  const words = listed
    ? given.words
    : (known ?? (isNumbered ? dictionary : distinct(column, dictionary, train, wanted)));
  // Where words are found and others are the rest, which is the last, there may be fewer than there is room for.
  const rest = given.rest ? (listed ? words.length : wanted.most) : undefined;
  const count = rest === undefined ? words.length : rest + 1;
  if (field.words !== undefined && count !== field.words) {
    const source = listed ? "given" : isNumbered ? "there" : known === undefined ? "found" : "known";
    return failure(otherNumber(column, field, { words, count, wanted: field.words, source }));
  }
  const numbers = new Map(words.map((word, number) => [word, number]));
  const strange = given.rest ? undefined : filled.find((it) => !numbers.has(it));
  if (strange !== undefined) {
    const what = `is filled with \`${showName(strange)}\`, which is none of its words`;
    return failure(problem("MC6013", { place: column.from, field: showField(field), problem: what }));
  }
  const coded = dictionary.map((word) => numbers.get(word) ?? rest);
  const data = new Int32Array(column.data.length);
  for (const row of kept) {
    for (let place = row * size; place < (row + 1) * size; place++) {
      const at = elementAt(column.data, place);
      const number = at < 0 ? 0 : coded[at];
      if (number === undefined) {
        const where = listed ? "which is none of the words given" : "which no row of the train split has";
        const what = `is \`${showName(elementAt(dictionary, at))}\`, ${where}`;
        const help = listed
          ? "Add it to them, or give all others one number with `rest=true`."
          : "Give such words one number with `categories(rest=true)`, or list all words: `categories([...])`.";
        const parameters = { place: placeOf(column, row, place - row * size), field: showField(field), problem: what };
        return failure(problem("MC6013", parameters, help));
      }
      data[place] = number;
    }
  }
  return success({ column: { ...column, data }, words });
}

/** How messages say where words come from. */
const whence = {
  given: "is given",
  there: "has",
  found: "has, in the train split,",
  known: "had, where the weights come from,",
} as const;

/** Words that are of another number than the declared one. */
function otherNumber(
  { from }: Column,
  field: RawField,
  {
    words,
    count,
    wanted,
    source,
  }: {
    readonly words: readonly string[];
    readonly count: number;
    readonly wanted: number;
    readonly source: keyof typeof whence;
  },
): DataProblem {
  const shown = words.slice(0, 20).map((it) => `\`${showName(it)}\``);
  const more = words.length > 20 ? ` and ${words.length - 20} more` : "";
  const found = `${whence[source]} ${count} word${count === 1 ? "" : "s"} (${shown.join(", ")}${more})`;
  const parameters = {
    place: from,
    field: showField(field),
    problem: `${found}, but ${wanted} are declared`,
  };
  const others = source === "found" ? ", or give the rare ones one number with `categories(rest=true)`" : "";
  return problem("MC6013", parameters, `Declare as many as there are: \`${count}\`${others}.`);
}

/** The words of some rows, at most so many of the most frequent, and those that cells are filled with, in the order of code points. */
function distinct(
  column: Column,
  dictionary: readonly string[],
  rows: Int32Array,
  { filled, most }: { readonly filled: readonly string[]; readonly most: number },
): readonly string[] {
  const counts = new Map<number, number>();
  const size = sizeOf(column.shape);
  for (const row of rows)
    for (const at of column.data.subarray(row * size, (row + 1) * size))
      if (at >= 0) counts.set(at, (counts.get(at) ?? 0) + 1);
  const found = [...counts].map(([at, count]) => ({ word: elementAt(dictionary, at), count }));
  const frequent = found.toSorted((a, b) => b.count - a.count || byCodePoints(a.word, b.word)).map((it) => it.word);
  return [...new Set([...filled, ...frequent])].slice(0, most).sort(byCodePoints);
}
