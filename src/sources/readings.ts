import type { ReadingSpec } from "../ir/program.ts";
import { typedValues, type CallSchema, type SettingValues } from "../ir/settings.ts";
import { hashText } from "../support/hash-text.ts";
import { required } from "../support/fault.ts";
import { failure, success, type Result } from "../support/result.ts";
import type { LogMelSpec } from "./log-mel.ts";
import type { Cell } from "./raw-data.ts";
import { readDate, wrongFormat } from "./read-date.ts";
import { allBytes, bytesIn, charactersIn, wordsIn } from "./split-text.ts";
import { notANumber, plainNumbers, readNumber, type ReadNumber } from "./read-number.ts";

/** A cell that is there. */
type Present = Exclude<Cell, undefined>;

interface Common<S extends CallSchema> {
  /** A phrase on what it makes of a cell. */
  readonly doc: string;
  /** In positional order. */
  readonly arguments: S;
  /** What is wrong with its arguments, beyond what the schema says: which one, and why. */
  readonly wrong?: (given: SettingValues<S>) => { readonly argument: string; readonly problem: string } | undefined;
}

/** A reading that makes numbers of a cell, whatever stands in others. */
interface NumberDefinition<S extends CallSchema> extends Common<S> {
  readonly kind: "numbers";
  /** What features see: real numbers, whole ones, truth values. */
  readonly gives: "f32" | "i32" | "bool";
  /** How many numbers it makes; one where it is left out. */
  readonly size?: (given: SettingValues<S>) => number;
  /** The numbers, or what is wrong with the cell: `is not a number`. */
  readonly read: (cell: Present, given: SettingValues<S>) => Result<ReadNumber | number | readonly number[], string>;
  /** What a missing cell is, where that is no fault. */
  readonly missing?: (given: SettingValues<S>) => readonly number[];
}

/** A reading that numbers the words of a column: those of the train split in the order of code points, or given ones. */
interface WordDefinition<S extends CallSchema> extends Common<S> {
  readonly kind: "words";
  /** The given words; none where they are found in the data. */
  readonly words: (given: SettingValues<S>) => readonly string[];
  /** Whether all other words share one number more. */
  readonly rest: (given: SettingValues<S>) => boolean;
}

/** A reading that numbers the parts of a text, from 1: 0 stands for nothing, as behind the end of a shorter one. */
interface SequenceDefinition<S extends CallSchema> extends Common<S> {
  readonly kind: "sequence";
  /** What messages call one part. */
  readonly part: string;
  readonly split: (text: string) => readonly string[];
  /** The given parts; none where they are found in the data. */
  readonly known: (given: SettingValues<S>) => readonly string[];
  /** In which order those are numbered that are found. */
  readonly order: "code points" | "frequency";
  /** Whether all others share the last number. */
  readonly rest: (given: SettingValues<S>) => boolean;
  /** How many numbers there are, 0 among them, where the arguments say it. */
  readonly count: (given: SettingValues<S>) => number | undefined;
}

/** A reading that tells which cells are missing. */
interface MissingDefinition<S extends CallSchema> extends Common<S> {
  readonly kind: "missing";
}

/** A reading of sounds, which tables have none of. */
interface SoundDefinition<S extends CallSchema> extends Common<S> {
  readonly kind: "sound";
  readonly spectrum: (given: SettingValues<S>) => LogMelSpec;
}

type Definition<S extends CallSchema> =
  NumberDefinition<S> | WordDefinition<S> | SequenceDefinition<S> | MissingDefinition<S> | SoundDefinition<S>;

/** A reading as the rest of the compiler uses it, with its arguments bound. */
export type Reading =
  | {
      readonly kind: "numbers";
      readonly gives: "f32" | "i32" | "bool";
      readonly shape: readonly number[];
      readonly read: (cell: Present) => Result<ReadNumber | number | readonly number[], string>;
      readonly missing?: readonly number[];
    }
  | { readonly kind: "words"; readonly words: readonly string[]; readonly rest: boolean }
  | SequenceReading
  | { readonly kind: "missing" }
  | { readonly kind: "sound"; readonly spectrum: LogMelSpec };

/** A reading of a text as the numbers of its parts. */
export interface SequenceReading {
  readonly kind: "sequence";
  readonly part: string;
  readonly split: (text: string) => readonly string[];
  readonly known: readonly string[];
  readonly order: "code points" | "frequency";
  readonly rest: boolean;
  readonly count?: number;
}

interface ReadingEntry {
  readonly doc: string;
  readonly arguments: CallSchema;
  readonly wrong: (spec: ReadingSpec) => { readonly argument: string; readonly problem: string } | undefined;
  readonly bind: (spec: ReadingSpec) => Reading;
}

function defineReading<const S extends CallSchema>(definition: Definition<S>): ReadingEntry {
  const { doc, arguments: schema, wrong } = definition;
  const given = (spec: ReadingSpec): SettingValues<S> => typedValues(schema, spec.arguments);
  return {
    doc,
    arguments: schema,
    wrong: (spec) => wrong?.(given(spec)),
    bind: (spec) => bind(definition, given(spec)),
  };
}

function bind<S extends CallSchema>(definition: Definition<S>, given: SettingValues<S>): Reading {
  switch (definition.kind) {
    case "numbers": {
      const { gives, size, read, missing } = definition;
      return {
        kind: "numbers",
        gives,
        shape: size === undefined ? [] : [size(given)],
        read: (cell) => read(cell, given),
        ...(missing !== undefined && { missing: missing(given) }),
      };
    }
    case "words":
      return { kind: "words", words: definition.words(given), rest: definition.rest(given) };
    case "sequence": {
      const { part, split, known, order, rest, count } = definition;
      const counted = count(given);
      return {
        kind: "sequence",
        part,
        split,
        known: known(given),
        order,
        rest: rest(given),
        ...(counted !== undefined && { count: counted }),
      };
    }
    case "missing":
      return { kind: "missing" };
    case "sound":
      return { kind: "sound", spectrum: definition.spectrum(given) };
  }
}

const decimal = { kind: "string", default: plainNumbers.decimal } as const;
const thousands = { kind: "string", default: plainNumbers.thousands } as const;
const format = { kind: "string", default: "" } as const;

/** The text of a cell. */
export const cellText = (cell: Present): string => String(cell);

interface Written {
  readonly decimal: string;
  readonly thousands: string;
}

const numberIn = (cell: Present, form: Written): Result<ReadNumber, string> =>
  typeof cell === "boolean" ? failure(notANumber) : readNumber(cellText(cell), form);

function wrongForm({ decimal: point, thousands: groups }: Written) {
  const wrong = (argument: string, problem: string) => ({ argument, problem });
  if (point !== "." && point !== ",") return wrong("decimal", '`"."` or `","`');
  if (groups.length > 1 || /[\d+-]/.test(groups)) return wrong("thousands", "one sign that is no digit, or nothing");
  return groups === point ? wrong("thousands", "another sign than that before the fraction") : undefined;
}

/** Numbers with signs around them, which are taken away. */
const signed = (doc: string, signs: RegExp, scale: number, what: string): ReadingEntry =>
  defineReading({
    kind: "numbers",
    doc,
    arguments: { decimal, thousands: { ...thousands, default: "," } },
    wrong: wrongForm,
    gives: "f32",
    read: (cell, given) => {
      const found = numberIn(typeof cell === "string" ? cell.replaceAll(signs, "") : cell, given);
      return found.ok ? success(scale === 1 ? found.value : found.value.value / scale) : failure(what);
    },
  });

const day = 86_400_000;

const wrongDates = ({ format }: { readonly format: string }) => {
  const found = format === "" ? undefined : wrongFormat(format);
  return found === undefined ? undefined : { argument: "format", problem: found };
};

/** A part of the moment that a cell says. */
const partOf = (doc: string, made: (moment: Date) => number): ReadingEntry =>
  defineReading({
    kind: "numbers",
    doc,
    arguments: { format },
    wrong: wrongDates,
    gives: "f32",
    read: (cell, given) => {
      const found = readDate(cellText(cell), given.format);
      return found.ok ? success(made(new Date(found.value))) : found;
    },
  });

/** The time to the moment that a cell says, in units of so many milliseconds. */
const since = (doc: string, unit: number): ReadingEntry =>
  defineReading({
    kind: "numbers",
    doc,
    arguments: { start: { kind: "string", default: "1970-01-01" }, format },
    wrong: (given) => {
      if (readDate(given.start, "").ok) return wrongDates(given);
      return { argument: "start", problem: 'a date, as `"1970-01-01"`' };
    },
    gives: "f32",
    read: (cell, given) => {
      const start = readDate(given.start, "");
      const found = readDate(cellText(cell), given.format);
      if (!start.ok || !found.ok) return found;
      return success((found.value - start.value) / unit);
    },
  });

const truths: ReadonlyMap<string, number> = new Map([
  ...["true", "t", "yes", "y", "on", "1"].map((it) => [it, 1] as const),
  ...["false", "f", "no", "n", "off", "0"].map((it) => [it, 0] as const),
]);

const repeated = (words: readonly string[]): string | undefined => words.find((it, at) => words.indexOf(it) < at);

/** All readings by the names of the language. */
export const readings: Readonly<Record<string, ReadingEntry>> = {
  number: defineReading({
    kind: "numbers",
    doc: 'a number with another sign before its fraction, or with groups of digits: `1.234,5` is `number(decimal=",", thousands=".")`',
    arguments: { decimal, thousands },
    wrong: wrongForm,
    gives: "f32",
    read: numberIn,
  }),
  percent: signed("`12.5%` as 0.125, the sign or not", /\s*%$/g, 100, "is no percentage"),
  currency: signed(
    "an amount without what tells the currency: `$1,250.00`, `EUR 12`, `12 \u20ac` as 1250, 12 and 12",
    /^\s*(?:[A-Z]{3}|\p{Sc})\s*|(?<=^[+-])\p{Sc}\s*|\s*(?:[A-Z]{3}|\p{Sc})\s*$/gu,
    1,
    "is no amount",
  ),
  truth: defineReading({
    kind: "numbers",
    doc: "whether it says `true`, `t`, `yes`, `y`, `on` or `1`, and not `false`, `f`, `no`, `n`, `off` or `0`, in letters of any case: a truth value",
    arguments: {},
    gives: "bool",
    read: (cell) => {
      const found = truths.get(cellText(cell).toLowerCase());
      return found === undefined ? failure("is neither `true` nor `false`, `yes` nor `no`") : success(found);
    },
  }),
  categories: defineReading({
    kind: "words",
    doc: "the number of its word, from 0: of the words of the train split in the order of code points, or of `words`; with `rest=true` all others have the last number, and where no words are given the most frequent ones have the numbers before it",
    arguments: { words: { kind: "strings", default: [] }, rest: { kind: "boolean", default: false } },
    wrong: ({ words }) => {
      const again = repeated(words);
      return again === undefined
        ? undefined
        : { argument: "words", problem: `each word once, and \`${again}\` is there twice` };
    },
    words: ({ words }) => words,
    rest: ({ rest }) => rest,
  }),
  characters: defineReading({
    kind: "sequence",
    doc: "a text as the numbers of its characters, from 1: of those of the train split in the order of code points, or of `known`, all of which stand in one text; 0 is behind its end. With `rest=true` all others have the last number that the feature declares",
    arguments: { known: { kind: "string", default: "" }, rest: { kind: "boolean", default: false } },
    wrong: ({ known }) => {
      const again = repeated(charactersIn(known));
      return again === undefined
        ? undefined
        : { argument: "known", problem: `each character once, and \`${again}\` is there twice` };
    },
    part: "character",
    split: charactersIn,
    known: ({ known }) => charactersIn(known),
    order: "code points",
    rest: ({ rest }) => rest,
    count: () => undefined,
  }),
  words: defineReading({
    kind: "sequence",
    doc: "a text as the numbers of its words, from 1 for the most frequent one of the train split, or of `known`; 0 is behind its end, and `count - 1` stands for all others, unless `rest=false`. Words are in small letters, between blanks, and lose signs such as `.`, `,` and `'`, as Keras' `TextVectorization` has them",
    arguments: {
      count: { kind: "integer", default: 0, min: 3, max: 2 ** 31 - 1 },
      known: { kind: "strings", default: [] },
      rest: { kind: "boolean", default: true },
    },
    wrong: ({ count, known, rest }) => {
      const again = repeated(known);
      const odd = known.find((it) => wordsIn(it).join(" ") !== it);
      if (again !== undefined) return { argument: "known", problem: `each word once, and \`${again}\` is there twice` };
      if (odd !== undefined)
        return { argument: "known", problem: `words in small letters without signs, and not \`${odd}\`` };
      const wanted = known.length + (rest ? 2 : 1);
      if (count === 0 || known.length === 0 || count >= wanted) return undefined;
      return {
        argument: "count",
        problem: `at least ${wanted}, for ${known.length} words, ${rest ? "all others, " : ""}and 0`,
      };
    },
    part: "word",
    split: wordsIn,
    known: ({ known }) => known,
    order: "frequency",
    rest: ({ rest }) => rest,
    count: ({ count }) => (count === 0 ? undefined : count),
  }),
  bytes: defineReading({
    kind: "sequence",
    doc: "a text as its bytes in UTF-8, each and 1: numbers from 1 to 256, and 0 behind its end",
    arguments: {},
    part: "byte",
    split: bytesIn,
    known: () => allBytes,
    order: "code points",
    rest: () => false,
    count: () => allBytes.length + 1,
  }),
  hashed: defineReading({
    kind: "numbers",
    doc: "a number from 0 to `buckets - 1` that its word always has, for more words than could be listed; others may have the same",
    arguments: { buckets: { kind: "integer", min: 2, max: 2 ** 31 - 1 } },
    gives: "i32",
    read: (cell, { buckets }) => success(Number.parseInt(hashText(cellText(cell)).slice(0, 8), 16) % buckets),
  }),
  labels: defineReading({
    kind: "numbers",
    doc: "several words in a cell: 1 for each of `words` that is among them, otherwise 0, and none in an empty cell",
    arguments: { words: { kind: "strings" }, separator: { kind: "string", default: ";" } },
    wrong: ({ words, separator }) => {
      const again = repeated(words);
      if (words.length === 0) return { argument: "words", problem: "one word at least" };
      if (again !== undefined) return { argument: "words", problem: `each word once, and \`${again}\` is there twice` };
      return separator === "" ? { argument: "separator", problem: "a sign between the words" } : undefined;
    },
    gives: "f32",
    size: ({ words }) => words.length,
    read: (cell, { words, separator }) => {
      const found = cellText(cell)
        .split(separator)
        .map((it) => it.trim())
        .filter((it) => it !== "");
      const stray = found.find((it) => !words.includes(it));
      return stray === undefined
        ? success(words.map((it) => (found.includes(it) ? 1 : 0)))
        : failure(`has the word \`${stray}\`, which is none of those given`);
    },
    missing: ({ words }) => words.map(() => 0),
  }),
  days_since: since("the days from `start` to its date, with the share of a day that its time is", day),
  seconds_since: since("the seconds from `start` to its date and time", 1000),
  year: partOf("the year of its date", (it) => it.getUTCFullYear()),
  month: partOf("the month of its date, 1 to 12", (it) => it.getUTCMonth() + 1),
  day: partOf("the day of its date in the month, 1 to 31", (it) => it.getUTCDate()),
  day_of_year: partOf("the day of its date in the year, 1 to 366", (it) => {
    return Math.floor((it.getTime() - Date.UTC(it.getUTCFullYear(), 0, 1)) / day) + 1;
  }),
  weekday: partOf("the day of its date in the week, from 0 for Monday", (it) => (it.getUTCDay() + 6) % 7),
  hour: partOf("the hour of its time, 0 to 23", (it) => it.getUTCHours()),
  minute: partOf("the minute of its time", (it) => it.getUTCMinutes()),
  second: partOf("the second of its time, without its fraction", (it) => it.getUTCSeconds()),
  log_mel: defineReading({
    kind: "sound",
    doc: "of the sounds of `wav`: frames of `bands` numbers, one every `hop` milliseconds, the logarithms of the power that `window` milliseconds around it have in each band of the mel scale. As librosa's `melspectrogram` (Slaney's scale and norm, a periodic Hann window, zeros beyond the ends, `n_fft` the samples of the window), then `log(maximum(1e-10, ...))`",
    arguments: {
      bands: { kind: "integer", default: 80, min: 1, max: 1024 },
      window: { kind: "number", default: 25, above: 0, max: 1000 },
      hop: { kind: "number", default: 10, above: 0, max: 1000 },
    },
    spectrum: (given) => given,
  }),
  missing: defineReading({ kind: "missing", doc: "whether it is missing: a truth value", arguments: {} }),
};

/** How a cell is read where nothing is said of it. */
export const plainReading: ReadingSpec = { kind: "number", arguments: { ...plainNumbers } };

/** The reading that a program names; as plain numbers where it names none. */
export function readingOf(spec: ReadingSpec = plainReading): Reading {
  return required(readings[spec.kind], `the reading ${spec.kind}`).bind(spec);
}
