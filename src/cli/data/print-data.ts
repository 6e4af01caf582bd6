import type { Split } from "../../ir/program.ts";
import { showName, showText } from "../../support/show-text.ts";
import { formatAmount } from "../format-amount.ts";
import { formatCount, formatTable } from "../format-figures.ts";
import { formatShare } from "../format-share.ts";
import type { Association } from "./association.ts";
import { className } from "./class-name.ts";
import type { ColumnReport } from "./describe-column.ts";
import type { DataReport, LabelReport } from "./describe-data.ts";

/** A report on data as people read it on a terminal. */
export function printData(report: DataReport): string {
  const parts = [headLines(report), splitLines(report), numberLines(report), wordLines(report), gapLines(report)];
  if (report.label !== undefined) parts.push(labelLines(report.label, report));
  parts.push(report.notes.map((it) => `note: ${it}`));
  return parts
    .filter((it) => it.length > 0)
    .map((it) => `${it.join("\n")}\n`)
    .join("\n");
}

/** What is said of the whole source: where it is from, and what cleaning leaves of it. */
export function headLines({ section, training, from, rows, unit, without, cleaning }: DataReport): readonly string[] {
  const lines = [`${section}, which ${training} is trained on: ${formatAmount(rows, unit)} of ${showText(from)}`];
  if (without > 0)
    lines.push(
      `too few rows are before ${formatAmount(without, unit)}, which ${without === 1 ? "is" : "are"} left out`,
    );
  for (const it of cleaning) lines.push(`clean: ${it.step} leaves out ${formatAmount(it.leftOut, unit)}`);
  return lines;
}

function splitLines({ splits }: DataReport): readonly string[] {
  if (splits.length === 0) return [];
  const rows = splits.map((it) => [it.split, formatCount(it.examples), formatShare(it.share)]);
  return formatTable([["split", "examples", "share"], ...rows], new Set([1, 2]));
}

/** A number for people: five digits of it, or an exponent where these would not show it. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return String(value);
  return size >= 1e7 || size < 1e-3 ? value.toExponential(3) : String(Number(value.toPrecision(5)));
}

/** `177 (20%)`: how many cells are missing; nothing where none is. */
export function gapText({ missing, of }: { readonly missing: number; readonly of: number }): string {
  return missing === 0 ? "" : `${formatCount(missing)} (${formatShare(missing / of)})`;
}

/** `r 0.54`: how far a column tells the label. */
export const associationText = (it: Association | undefined): string =>
  it === undefined ? "" : `${it.measure} ${it.value.toFixed(2).replace("-0.00", "0.00")}`;

/** What a column is read as, with the shape of what an example has of it. */
export function readingText({ reading, shape, varies }: ColumnReport): string {
  if (reading === "missing") return "whether missing";
  return shape.length === 0 ? reading : `${reading} ${varies === true ? "up to " : ""}${shape.join(" x ")}`;
}

const blocks = "▁▂▃▄▅▆▇█";

/** A histogram in blocks: a place without one is empty, one with any has at least the lowest. */
function barsOf(histogram: readonly number[]): string {
  const most = Math.max(...histogram);
  return histogram.map((it) => (it === 0 ? " " : blocks.charAt(Math.ceil((it / most) * blocks.length) - 1))).join("");
}

function numberLines({ columns, label }: DataReport): readonly string[] {
  const found = columns.flatMap((it) => (it.numbers === undefined ? [] : [{ ...it, numbers: it.numbers }]));
  if (found.length === 0) return [];
  const head = ["column", "read as", "missing", "mean", "deviation", "min", "25%", "median", "75%", "max", ""];
  const rows = found.map((it) => {
    const { mean, deviation, min, quarter, median, threeQuarters, max, histogram } = it.numbers;
    const figures = [mean, deviation, min, quarter, median, threeQuarters, max].map(shortNumber);
    const gaps = gapText(it.gaps.all ?? { missing: 0, of: 0 });
    return [showName(it.name), readingText(it), gaps, ...figures, barsOf(histogram), associationText(it.label)];
  });
  return formatTable([[...head, withLabel(label)], ...rows], new Set([3, 4, 5, 6, 7, 8, 9]));
}

const withLabel = (label: LabelReport | undefined): string => (label === undefined ? "" : `with ${label.name}`);

/** So many words of a column are shown on a terminal. */
const shownWords = 5;

function wordLines({ columns, label }: DataReport): readonly string[] {
  const found = columns.flatMap((it) => (it.words === undefined ? [] : [{ ...it, words: it.words }]));
  if (found.length === 0) return [];
  const rows = found.map((it) => {
    const gaps = it.gaps.all ?? { missing: 0, of: 0 };
    const words = it.words.frequent
      .slice(0, shownWords)
      .map(({ word, count }) => `${quotedBlank(word)} ${formatCount(count)} (${formatShare(count / it.words.count)})`);
    const more = it.words.different - words.length;
    const all = `${words.join(", ")}${more > 0 ? `, ${formatCount(more)} more` : ""}`;
    return [
      showName(it.name),
      readingText(it),
      gapText(gaps),
      formatCount(it.words.different),
      associationText(it.label),
      all,
    ];
  });
  return formatTable([["column", "read as", "missing", "words", withLabel(label), ""], ...rows], new Set([3]));
}

/** A word; a blank would not be seen. */
export const quotedBlank = (word: string): string => (word.trim() === "" ? JSON.stringify(word) : showText(word, 24));

const splitsOf = ({ splits }: Pick<DataReport, "splits">): readonly Split[] => splits.map((it) => it.split);

/** In which splits cells are missing, of columns that lack any. */
function gapLines(report: DataReport): readonly string[] {
  const splits = splitsOf(report);
  const lacking = report.columns.filter((it) => (it.gaps.all?.missing ?? 0) > 0);
  if (lacking.length === 0 || splits.length < 2) return [];
  const rows = lacking.map((it) => [
    showName(it.name),
    ...splits.map((split) => gapText(it.gaps[split] ?? { missing: 0, of: 0 })),
  ]);
  return formatTable([["missing", ...splits], ...rows], new Set());
}

function labelLines({ name, classes, numbers }: LabelReport, report: DataReport): readonly string[] {
  if (classes === undefined) {
    const rows = splitsOf(report).flatMap((split) => {
      const it = numbers?.[split];
      return it === undefined
        ? []
        : [[split, ...[it.mean, it.deviation, it.min, it.median, it.max].map(shortNumber), barsOf(it.histogram)]];
    });
    return formatTable([[name, "mean", "deviation", "min", "median", "max", ""], ...rows], new Set([1, 2, 3, 4, 5]));
  }
  const rows = classes.slice(0, shownClasses).map((it) => [
    className(it.name),
    ...report.splits.map(({ split }) => {
      const count = it.counts[split] ?? 0;
      const all = classes.reduce((sum, other) => sum + (other.counts[split] ?? 0), 0);
      return `${formatCount(count)} (${formatShare(all === 0 ? 0 : count / all)})`;
    }),
  ]);
  const more = classes.length - rows.length;
  const table = formatTable([[name, ...splitsOf(report)], ...rows], new Set());
  return [...table, ...(more > 0 ? [`and ${more} classes more`] : []), ...baselineLines(classes, report)];
}

/** More classes are for --json and --html. */
const shownClasses = 30;

/** What the constant answer reaches that is best in the train split, in the split that the network is measured on. */
function baselineLines(classes: NonNullable<LabelReport["classes"]>, report: DataReport): readonly string[] {
  const split = splitsOf(report).at(-1);
  const most = classes.toSorted((a, b) => (b.counts.train ?? 0) - (a.counts.train ?? 0))[0];
  if (split === undefined || most === undefined) return [];
  const all = classes.reduce((sum, it) => sum + (it.counts[split] ?? 0), 0);
  const share = (most.counts[split] ?? 0) / all;
  return Number.isNaN(share)
    ? []
    : [`always to say ${className(most.name)} is right in ${formatShare(share)} of ${split}`];
}
