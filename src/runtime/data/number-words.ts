import type { RawField } from "../../ir/program.ts";
import {
  isStored,
  placeOf,
  problem,
  type Column,
  type DataProblem,
  type StoredColumn,
} from "../../sources/raw-data.ts";
import { readingOf } from "../../sources/readings.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { byCodePoints } from "../../support/by-code-points.ts";
import { elementAt } from "../../support/element-at.ts";
import { fault, required } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { showName } from "../../support/show-text.ts";
import { findNumber } from "./find-number.ts";
import { numberParts } from "./number-parts.ts";
import { missingValue } from "./find-unsuitable.ts";
import { mapColumn } from "./map-column.ts";

/**
 * The words that numbers stand for, counted from 0, by raw field; those of a text source, its characters, by `text`; and the
 * columns that stand side by side, by the choice that reads them: `raw.columns(numeric)`.
 */
export type Vocabularies = Readonly<Record<string, readonly string[]>>;

/** Which rows of a column are looked at, and of which its words are found. */
export interface Rows {
  readonly kept: Int32Array;
  readonly train: Int32Array;
}

/** A column of words in the numbers that features see, and which words these are. */
export interface Numbered {
  readonly column: Column | StoredColumn;
  readonly words: readonly string[];
}

/**
 * Numbers the words of a column: those given with the reading, those that are `known` from earlier, or those of the train
 * split, and what missing cells are filled with, in the order of code points. Missing cells that features fill become 0.
 */
export async function numberWords(
  column: Column | StoredColumn,
  field: RawField,
  { kept, train }: Rows,
  { known, filled }: { readonly known: readonly string[] | undefined; readonly filled: readonly string[] },
): Promise<Result<Numbered, DataProblem>> {
  const sequence = readingOf(field.reading);
  if (sequence.kind === "sequence") {
    if (isStored(column)) return fault(`${field.name} is a text that does not lie in memory`);
    return numberParts(column, field, sequence, { kept, train }, known);
  }
  const dictionary = required(column.dictionary, `the words of ${field.name}`);
  if (field.missing === undefined) {
    const gap = await findNumber(column, kept, (it) => it < 0);
    if (gap !== undefined) return failure(missingValue(placeOf(column, gap.row), field, true));
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
    : (known ?? (isNumbered ? dictionary : await distinct(column, dictionary, train, wanted)));
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
  const isKnown = coded.map((it) => it !== undefined);
  const unknown = isKnown.every(Boolean) ? undefined : await findNumber(column, kept, (at) => isKnown[at] === false);
  if (unknown !== undefined) {
    const where = listed ? "which is none of the words given" : "which no row of the train split has";
    const what = `is \`${showName(elementAt(dictionary, unknown.value))}\`, ${where}`;
    const help = listed
      ? "Add it to them, or give all others one number with `rest=true`."
      : "Give such words one number with `categories(rest=true)`, or list all words: `categories([...])`.";
    const place = placeOf(column, unknown.row, unknown.element);
    return failure(problem("MC6013", { place, field: showField(field), problem: what }, help));
  }
  // What has no number is in rows that are left out.
  const numbered = mapColumn(column, (data) => Int32Array.from(data, (at) => (at < 0 ? 0 : (coded[at] ?? 0))));
  return success({ column: numbered, words });
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
  { from }: Pick<Column, "from">,
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
async function distinct(
  column: Column | StoredColumn,
  dictionary: readonly string[],
  rows: Int32Array,
  { filled, most }: { readonly filled: readonly string[]; readonly most: number },
): Promise<readonly string[]> {
  const counts = new Float64Array(dictionary.length);
  await findNumber(column, rows, (at) => {
    if (at >= 0) counts[at] = elementAt(counts, at) + 1;
    return false;
  });
  const found = dictionary.map((word, at) => ({ word, count: elementAt(counts, at) })).filter((it) => it.count > 0);
  const frequent = found.toSorted((a, b) => b.count - a.count || byCodePoints(a.word, b.word)).map((it) => it.word);
  return [...new Set([...filled, ...frequent])].slice(0, most).sort(byCodePoints);
}
