import type { ReadingSpec } from "../../ir/program.ts";
import type { Cell } from "../../sources/raw-data.ts";
import { readDate } from "../../sources/read-date.ts";
import { cellText, readingOf } from "../../sources/readings.ts";
import { showText } from "../../support/show-text.ts";

/** What the cells of a column are taken for. */
export type Judgement =
  /** Numbers; `reading` is the stage that reads them, where they are not written as programs write them. */
  | { readonly kind: "numbers"; readonly reading?: string; readonly values: readonly number[] }
  | { readonly kind: "truths" }
  /** Dates, with the format of their stage, and whether they have times of day. */
  | { readonly kind: "dates"; readonly format: string; readonly moments: readonly number[]; readonly timed: boolean }
  /** Words, of which those that are frequent have numbers of their own, and the others, if there are any, one together. */
  | { readonly kind: "words"; readonly frequent: readonly string[]; readonly rest: boolean }
  /** Too little is there to be read: only whether it is. */
  | { readonly kind: "gaps" }
  | { readonly kind: "useless"; readonly why: string };

/** A column with what its cells are taken for. */
export interface JudgedColumn {
  readonly name: string;
  readonly count: number;
  readonly missing: number;
  /** How often each text stands in it. */
  readonly texts: ReadonlyMap<string, number>;
  readonly judgement: Judgement;
}

/** A word in so many rows is in the train split of any draw, but for one in 100,000. */
const frequentFrom = 8;

/** So many words of a column have a place of their own. */
const mostWords = 15;
const mostClasses = 100;

/** Judges a column: as what is to be predicted, or as what it is predicted from. */
export function judgeColumn(name: string, cells: readonly Cell[], role: "target" | "feature"): JudgedColumn {
  const texts = new Map<string, number>();
  let missing = 0;
  for (const cell of cells) {
    if (cell === undefined) missing += 1;
    else texts.set(cellText(cell), (texts.get(cellText(cell)) ?? 0) + 1);
  }
  const seen = { name, count: cells.length, missing, texts };
  return { ...seen, judgement: uselessBy(seen) ?? (role === "target" ? judgeTarget(seen) : judgeFeature(seen)) };
}

type Seen = Omit<JudgedColumn, "judgement">;

const useless = (why: string): Judgement => ({ kind: "useless", why });

/** What makes a column useless, whatever it is for. */
function uselessBy({ name, count, missing, texts }: Seen): Judgement | undefined {
  if (name === "") return useless("it has no name");
  if (showText(name) !== name) return useless("its name has characters that do not show");
  if (missing === count) return useless("all its cells are empty");
  return texts.size === 1 && missing === 0 ? useless("it is the same in every row") : undefined;
}

/** Whole numbers of at most so many kinds are classes. */
const fewNumbers = 10;

function judgeTarget(seen: Seen): Judgement {
  const numbers = numbersOf(seen);
  const kinds = seen.texts.size;
  if (kinds === 1) return useless("it is the same in every row");
  if (numbers !== undefined) {
    const areClasses = kinds <= fewNumbers && kinds * 5 <= seen.count && numbers.values.every(Number.isInteger);
    return areClasses ? wordsOf(seen, mostClasses) : numbers;
  }
  if (datesOf(seen) !== undefined) return useless("it holds dates, and a spec begins with classes or numbers");
  return isNearlyUnique(seen) ? useless("it holds another word in nearly every row") : wordsOf(seen, mostClasses);
}

function judgeFeature(seen: Seen): Judgement {
  const { name, count, missing, texts } = seen;
  const present = count - missing;
  if (missing * 2 > count || texts.size === 1) {
    return Math.min(present, missing) < frequentFrom
      ? useless(`all but ${Math.min(present, missing)} of its cells are ${present < missing ? "empty" : "the same"}`)
      : { kind: "gaps" };
  }
  const numbers = numbersOf(seen);
  if (numbers !== undefined) {
    const { values } = numbers;
    if (texts.size === count && values.every(Number.isInteger)) {
      if (most(values) - least(values) === count - 1) return useless("it numbers the rows");
      if (/(?:^|[^a-z])(?:id|key|index|nr|no)$/i.test(name) || /[a-z]I[dD]$/.test(name))
        return useless("it is another number in each row, as a key is");
    }
    return numbers;
  }
  if (readsAll(texts, { kind: "truth", arguments: {} }) !== undefined) return { kind: "truths" };
  const dates = datesOf(seen);
  if (dates !== undefined) return dates;
  if (isNearlyUnique(seen)) return useless(`it holds ${texts.size} texts in ${present} rows, as names and notes do`);
  return wordsOf(seen, mostWords);
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);

/** Words of which most stand in one row alone tell nothing of other rows. */
function isNearlyUnique({ count, missing, texts }: Seen): boolean {
  return texts.size > 20 && texts.size * 2 > count - missing;
}

/** Ways to write numbers, each with the stage that reads it. */
const numberForms: readonly { readonly stage?: string; readonly spec: ReadingSpec }[] = [
  { spec: { kind: "number", arguments: { decimal: ".", thousands: "" } } },
  { stage: 'number(thousands=",")', spec: { kind: "number", arguments: { decimal: ".", thousands: "," } } },
  { stage: 'number(decimal=",")', spec: { kind: "number", arguments: { decimal: ",", thousands: "" } } },
  {
    stage: 'number(decimal=",", thousands=".")',
    spec: { kind: "number", arguments: { decimal: ",", thousands: "." } },
  },
  { stage: "percent", spec: { kind: "percent", arguments: { decimal: ".", thousands: "," } } },
  { stage: "currency", spec: { kind: "currency", arguments: { decimal: ".", thousands: "," } } },
];

function numbersOf({ texts }: Seen): Extract<Judgement, { kind: "numbers" }> | undefined {
  for (const { stage, spec } of numberForms) {
    const values = readsAll(texts, spec);
    if (values !== undefined) return { kind: "numbers", values, ...(stage !== undefined && { reading: stage }) };
  }
  return undefined;
}

/** What a reading makes of each text; undefined where it cannot read one. */
function readsAll(texts: ReadonlyMap<string, number>, spec: ReadingSpec): readonly number[] | undefined {
  const reading = readingOf(spec);
  const values: number[] = [];
  if (reading.kind !== "numbers") return undefined;
  for (const text of texts.keys()) {
    const found = reading.read(text);
    if (!found.ok) return undefined;
    values.push(
      ...(typeof found.value === "number" ? [found.value] : "text" in found.value ? [found.value.value] : found.value),
    );
  }
  return values;
}

/** Ways to write dates beside that of ISO 8601. */
const days = ["%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y.%m.%d"];
const dateFormats = ["", ...days.flatMap((it) => [it, `${it} %H:%M`, `${it} %H:%M:%S`])];

const day = 86_400_000;

function datesOf({ texts }: Seen): Extract<Judgement, { kind: "dates" }> | undefined {
  for (const format of dateFormats) {
    const moments: number[] = [];
    for (const text of texts.keys()) {
      const found = readDate(text, format);
      if (!found.ok) break;
      moments.push(found.value);
    }
    if (moments.length === texts.size)
      return { kind: "dates", format, moments, timed: moments.some((it) => it % day !== 0) };
  }
  return undefined;
}

/** The words of a column: those that are frequent, one at least, in the order of how often they stand there. */
function wordsOf({ texts }: Seen, room: number): Judgement {
  const ordered = [...texts].toSorted(([, a], [, b]) => b - a).map(([word]) => word);
  const some = ordered.filter((it) => (texts.get(it) ?? 0) >= frequentFrom);
  // A place for one other word is its own.
  const kept = some.length === ordered.length && some.length === room + 1 ? some : some.slice(0, room);
  const frequent = kept.length > 0 ? kept : ordered.slice(0, 1);
  return { kind: "words", frequent, rest: frequent.length < ordered.length };
}
