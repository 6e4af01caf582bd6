import { chooseColumns } from "../../sources/choose-columns.ts";
import type { CellTable } from "../../sources/raw-data.ts";
import { readDate } from "../../sources/read-date.ts";
import { cellText } from "../../sources/readings.ts";
import { showRawField } from "../../sources/show-raw-field.ts";
import { elementAt } from "../../support/element-at.ts";
import { showName } from "../../support/show-text.ts";
import { formatShare } from "../format-share.ts";
import { listSome } from "../list-some.ts";
import type { JudgedColumn, Judgement } from "./judge-column.ts";

/** A feature of a spec that is drafted: a vector of so many numbers for each example. */
export interface DraftFeature {
  readonly name: string;
  readonly size: number;
  readonly expression: string;
  /** What is said of it, a line each. */
  readonly comments: readonly string[];
}

type Kind = Judgement["kind"];
type Column<K extends Kind> = JudgedColumn & { readonly judgement: Extract<Judgement, { kind: K }> };

/** The columns that are taken for one kind of thing. */
export function columnsOf<K extends Kind>(columns: readonly JudgedColumn[], kind: K): readonly Column<K>[] {
  return columns.filter((it): it is Column<K> => it.judgement.kind === kind);
}

/** The features that columns become: one for each kind of thing that they hold. */
export function draftFeatures(
  table: CellTable,
  columns: readonly JudgedColumn[],
  target: JudgedColumn,
): readonly DraftFeature[] {
  const made = [
    numbersFeature(table, columns, target),
    truthsFeature(columnsOf(columns, "truths")),
    wordsFeature(columnsOf(columns, "words")),
    timesFeature(table, columnsOf(columns, "dates")),
    gapsFeature(columnsOf(columns, "gaps")),
  ];
  return made.filter((it) => it !== undefined);
}

const call = (name: string, parts: readonly string[]): string => `${name}(${[...parts, "axis=-1"].join(", ")})`;

const filled = ({ name, missing }: JudgedColumn, rule: "median" | "mode"): string =>
  missing === 0 ? showRawField(name) : `${showRawField(name)} -> impute(${rule})`;

/** So many columns of numbers are read by what they are, not by their names. */
const manyColumns = 5;
const fewExceptions = 4;

function numbersFeature(
  { columns: all }: CellTable,
  columns: readonly JudgedColumn[],
  target: JudgedColumn,
): DraftFeature | undefined {
  const found = columnsOf(columns, "numbers");
  if (found.length === 0) return undefined;
  const others = [...columns, target].filter((it) => !found.some(({ name }) => name === it.name)).map((it) => it.name);
  const plain = found.every((it) => it.judgement.reading === undefined);
  const holdsNumbers = chooseColumns({ kind: "numeric", except: [] }, all).map((it) => it.name);
  const except = others.filter((it) => holdsNumbers.includes(it));
  const isListed =
    !plain || found.length < manyColumns || except.length > fewExceptions || except.some((it) => /[*"\\]/.test(it));
  const gaps = found.filter((it) => it.missing > 0);
  const exceptions = except.length === 0 ? "" : `, except=[${except.map((it) => JSON.stringify(it)).join(", ")}]`;
  const read = ({ judgement, ...it }: Column<"numbers">): string =>
    `${filled({ judgement, ...it }, "median")}${judgement.reading === undefined ? "" : ` -> ${judgement.reading}`}`;
  const chosen = isListed
    ? call("stack", found.map(read))
    : `raw.columns(numeric${exceptions})${gaps.length === 0 ? "" : " -> impute(median)"}`;
  return {
    name: "numbers",
    size: found.length,
    expression: `${chosen} -> standardize`,
    comments: [
      isListed
        ? "Numbers, each with mean 0 and deviation 1 in the train split."
        : "All columns of numbers, each with mean 0 and deviation 1 in the train split.",
      ...(gaps.length === 0 ? [] : [`The median stands for missing cells, in ${listSome(gaps.map(shareOf))}.`]),
    ],
  };
}

/** `Age (20%)`: how many cells of a column are missing. */
const shareOf = ({ name, missing, count }: JudgedColumn): string =>
  `${showName(name)} (${formatShare(missing / count)})`;

function truthsFeature(found: readonly Column<"truths">[]): DraftFeature | undefined {
  if (found.length === 0) return undefined;
  return {
    name: "truths",
    size: found.length,
    expression: call(
      "stack",
      found.map((it) => `cast(${filled(it, "mode")} -> truth, f32)`),
    ),
    comments: ["1 for yes and true, 0 for no and false.", ...modeComment(found)],
  };
}

const modeComment = (columns: readonly JudgedColumn[]): readonly string[] => {
  const gaps = columns.filter((it) => it.missing > 0);
  return gaps.length === 0
    ? []
    : [`What is most frequent stands for missing cells, in ${listSome(gaps.map(shareOf))}.`];
};

function wordsFeature(found: readonly Column<"words">[]): DraftFeature | undefined {
  if (found.length === 0) return undefined;
  const sizes = found.map(({ judgement: { frequent, rest } }) => frequent.length + (rest ? 1 : 0));
  const parts = found.map(
    (it, at) =>
      `${filled(it, "mode")} -> ${it.judgement.rest ? "categories(rest=true)" : "categories"} -> one_hot(${elementAt(sizes, at)})`,
  );
  const rests = found.filter((it) => it.judgement.rest);
  return {
    name: "words",
    size: sizes.reduce((a, b) => a + b, 0),
    expression: parts.length === 1 ? elementAt(parts, 0) : call("concat", parts),
    comments: [
      "Words, each with a place of its own that is 1 where it stands.",
      ...(rests.length === 0
        ? []
        : [`The frequent words of ${listSome(rests.map(sharedOf))}; all others of a column share its last place.`]),
      ...modeComment(found),
    ],
  };
}

/** `job (6 of 8)`: how many words of a column have places of their own. */
const sharedOf = ({ name, texts, judgement: { frequent } }: Column<"words">): string =>
  `${showName(name)} (${frequent.length} of ${texts.size})`;

const day = 86_400_000;

function timesFeature(table: CellTable, found: readonly Column<"dates">[]): DraftFeature | undefined {
  const between = durationOf(table, found);
  // Of a time from one date to another, the date where it begins says the rest.
  const parts = found.filter((it) => it !== between?.to).flatMap((it) => datesParts(it));
  const all = [...parts, ...(between === undefined ? [] : [between.part])];
  if (all.length === 0) return undefined;
  const [first] = all;
  return {
    name: "times",
    size: all.reduce((sum, it) => sum + it.size, 0),
    expression:
      all.length === 1 && first !== undefined
        ? first.text
        : call(
            "concat",
            all.map((it) => it.text),
          ),
    comments: [
      "Dates: what comes round (hours, weekdays, the year) as a place on a circle, and the time that goes on.",
      ...modeComment(found),
      ...found.flatMap(({ name, judgement: { format, moments } }) => {
        const isOpen = /%d([/-])%m|%m([/-])%d/.test(format) && moments.every((it) => new Date(it).getUTCDate() <= 12);
        return isOpen ? [`${showName(name)} may be read with days and months the other way round.`] : [];
      }),
    ],
  };
}

interface Part {
  readonly size: number;
  readonly text: string;
}

/** What is read of one date: only what differs from row to row. */
function datesParts(column: Column<"dates">): readonly Part[] {
  const { format, moments, timed } = column.judgement;
  const read = filled(column, "mode");
  const given = format === "" ? "" : `(${JSON.stringify(format)})`;
  const span = moments.reduce((a, b) => Math.max(a, b)) - moments.reduce((a, b) => Math.min(a, b));
  const since = format === "" ? "days_since" : `days_since(format=${JSON.stringify(format)})`;
  return [
    ...(timed ? [{ size: 2, text: `${read} -> hour${given} -> cyclic(24)` }] : []),
    ...(span >= 7 * day ? [{ size: 2, text: `${read} -> weekday${given} -> cyclic(7)` }] : []),
    ...(span >= 300 * day ? [{ size: 2, text: `${read} -> day_of_year${given} -> cyclic(366)` }] : []),
    { size: 1, text: `stack(${read} -> ${since}, axis=-1) -> standardize` },
  ];
}

/** The time from the first date of a row to the next one, where this is never before it. */
function durationOf(
  table: CellTable,
  found: readonly Column<"dates">[],
): { readonly to: Column<"dates">; readonly part: Part } | undefined {
  for (const [at, from] of found.entries()) {
    const to = found[at + 1];
    if (to === undefined || from.missing + to.missing > 0) continue;
    const [a, b] = [from, to].map((it) => momentsOf(table, it));
    if (a?.every((it, row) => it <= elementAt(b ?? [], row)) !== true) continue;
    const seconds = (it: Column<"dates">): string =>
      `(${showRawField(it.name)} -> seconds_since${it.judgement.format === "" ? "" : `(format=${JSON.stringify(it.judgement.format)})`})`;
    return { to, part: { size: 1, text: `stack(${seconds(to)} - ${seconds(from)}, axis=-1) -> standardize` } };
  }
  return undefined;
}

/** The moments of a column of dates, row by row; NaN where one is missing. */
export function momentsOf({ columns }: CellTable, { name, judgement: { format } }: Column<"dates">): readonly number[] {
  const cells = columns.find((it) => it.name === name)?.cells ?? [];
  return cells.map((cell) => {
    const found = cell === undefined ? undefined : readDate(cellText(cell), format);
    return found?.ok === true ? found.value : NaN;
  });
}

function gapsFeature(found: readonly Column<"gaps">[]): DraftFeature | undefined {
  if (found.length === 0) return undefined;
  return {
    name: "gaps",
    size: found.length,
    expression: call(
      "stack",
      found.map(({ name }) => `cast(missing(${showRawField(name)}), f32)`),
    ),
    comments: [`Only whether a cell is missing, of ${listSome(found.map(shareOf))}.`],
  };
}
