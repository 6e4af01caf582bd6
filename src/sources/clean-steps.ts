import type { CleanSpec } from "../ir/program.ts";
import { typedValues, type CallSchema, type SettingValues } from "../ir/settings.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { showName } from "../support/show-text.ts";
import { equalRows } from "./equal-rows.ts";
import { extentOf, type Column } from "./raw-data.ts";

/** A column as cleaning sees it: whether features fill its missing cells, and what messages call it. */
export interface CleanColumn extends Column {
  readonly filled?: boolean;
  readonly shown: string;
}

/** What a step judges rows by. */
interface CleanData {
  /** The fields that features read. */
  readonly features: readonly CleanColumn[];
  /** Those and the one that the split goes by. */
  readonly needed: readonly CleanColumn[];
}

/** Why a step leaves out a row. */
export interface Reason {
  /** In words that many rows may share: `below 0`. */
  readonly why: string;
  /** The row that it is equal to. */
  readonly like?: number;
}

/** What is wrong with the arguments of a step, beyond what the schema says: one that is wrong, or what lacks. */
type Wrong =
  | { readonly kind: "wrong"; readonly argument: string; readonly expected: string }
  | { readonly kind: "lacks"; readonly what: string };

interface Request<S extends CallSchema> extends CleanData {
  readonly arguments: SettingValues<S>;
  /** The rows that are there, of which figures are taken. */
  readonly rows: Int32Array;
  /** What the step is given as its column. */
  readonly column: () => Column;
}

/** A step of `clean` as its author writes it: `S` its arguments. */
interface Definition<S extends CallSchema> {
  /** A phrase on the rows that it leaves out. */
  readonly doc: string;
  /** In positional order. */
  readonly arguments: S;
  /** What its column holds; numbers where it is left out. */
  readonly holds?: "numbers" | "words";
  readonly wrong?: (given: SettingValues<S>) => Wrong | undefined;
  /** Tells of each row, in order, why it is left out; undefined where it stays. */
  readonly judge: (request: Request<S>) => (row: number) => Reason | undefined;
}

/** A step of `clean` as the rest of the compiler uses it. */
interface CleanStep {
  readonly doc: string;
  readonly arguments: CallSchema;
  readonly holds: "numbers" | "words" | undefined;
  readonly wrong: (spec: CleanSpec) => Wrong | undefined;
  readonly judge: (
    spec: CleanSpec,
    data: CleanData & Pick<Request<CallSchema>, "rows" | "column">,
  ) => (row: number) => Reason | undefined;
}

function defineStep<const S extends CallSchema>(definition: Definition<S>): CleanStep {
  const { doc, arguments: schema, holds, wrong, judge } = definition;
  return {
    doc,
    arguments: schema,
    holds,
    wrong: (spec) => wrong?.(typedValues(schema, spec.arguments)),
    judge: (spec, data) => judge({ ...data, arguments: typedValues(schema, spec.arguments) }),
  };
}

const column = { kind: "column" } as const;

/** All steps of `clean` by the names of the language. */
export const cleanSteps: Readonly<Record<string, CleanStep>> = {
  drop_missing: defineStep({
    doc: "rows with a [missing cell](#missing-cells), or NaN, that no feature fills",
    arguments: {},
    judge:
      ({ needed }) =>
      (row) => {
        const gap = needed.find((it) => it.filled !== true && isMissing(it, row));
        return gap && { why: `${gap.shown} is missing` };
      },
  }),

  drop_duplicates: defineStep({
    doc: "rows equal to an earlier one in all fields that features read; how many are nearly so is told",
    arguments: {},
    judge: ({ features }) => {
      const earlier = equalRows(features);
      return (row) => {
        const like = earlier.add(row);
        return like === undefined ? undefined : { why: "equal to an earlier one", like };
      };
    },
  }),

  keep: defineStep({
    doc: "rows whose number is below `min` or above `max`; one that is missing stays",
    arguments: { column, min: { kind: "number", default: -Infinity }, max: { kind: "number", default: Infinity } },
    wrong: ({ min, max }) => {
      if (min === -Infinity && max === Infinity) return { kind: "lacks", what: "`min` or `max`" };
      return min <= max ? undefined : { kind: "wrong", argument: "max", expected: "a number of at least `min`" };
    },
    judge: ({ arguments: { min, max }, column: given }) => between(given(), min, max),
  }),

  drop_outliers: defineStep({
    doc: "rows whose number is below the quantile `low` or above the quantile `high` of all rows that the steps before keep, those of every split; one that is missing stays",
    arguments: {
      column,
      low: { kind: "number", min: 0, max: 1, default: 0 },
      high: { kind: "number", min: 0, max: 1, default: 1 },
    },
    wrong: ({ low, high }) => {
      if (low === 0 && high === 1) return { kind: "lacks", what: "`low` or `high`" };
      return low < high ? undefined : { kind: "wrong", argument: "high", expected: "a share above `low`" };
    },
    judge: ({ arguments: { low, high }, rows, column: given }) => {
      const { data } = given();
      const values = Float64Array.from(rows, (row) => elementAt(data, row))
        .filter((it) => !Number.isNaN(it))
        .sort();
      return between(given(), quantileOf(values, low), quantileOf(values, high));
    },
  }),

  keep_words: defineStep({
    doc: "rows whose word is none of `words`; one that is missing stays",
    arguments: { column, words: { kind: "strings" } },
    holds: "words",
    wrong: ({ words }) => {
      const again = words.find((it, at) => words.indexOf(it) < at);
      if (words.length === 0) return { kind: "wrong", argument: "words", expected: "one word at least" };
      if (again === undefined) return undefined;
      return { kind: "wrong", argument: "words", expected: `each word once, and \`${again}\` is there twice` };
    },
    judge: ({ arguments: { words }, column: given }) => {
      const { data, dictionary } = given();
      return (row) => {
        const number = elementAt(data, row);
        const isGone = dictionary === undefined ? Number.isNaN(number) : number < 0;
        const word = dictionary === undefined ? String(number) : (dictionary[number] ?? "");
        return isGone || words.includes(word) ? undefined : { why: `\`${showName(word)}\`` };
      };
    },
  }),
};

/** The step that a program names. */
export const cleanStepOf = ({ kind }: CleanSpec): CleanStep => required(cleanSteps[kind], `the step ${kind}`);

function between({ data }: Column, min: number, max: number): (row: number) => Reason | undefined {
  const figure = (value: number): string => String(Number(value.toPrecision(6)));
  return (row) => {
    const value = elementAt(data, row);
    if (value < min) return { why: `below ${figure(min)}` };
    return value > max ? { why: `above ${figure(max)}` } : undefined;
  };
}

/** A quantile of sorted numbers, in a line between two of them; any where there are none. */
function quantileOf(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return 0;
  const place = share * (sorted.length - 1);
  const below = elementAt(sorted, Math.floor(place));
  return below + (elementAt(sorted, Math.ceil(place)) - below) * (place - Math.floor(place));
}

/** Whether one row of a column lacks a value. */
export function isMissing(column: Column, row: number): boolean {
  const { data, dictionary, starts } = column;
  const [from, to] = extentOf(column, row);
  if (starts !== undefined && from === to) return true;
  for (let at = from; at < to; at++)
    if (dictionary === undefined ? Number.isNaN(data[at]) : data[at] === -1) return true;
  return false;
}
