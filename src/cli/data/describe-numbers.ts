import { elementAt } from "../../support/element-at.ts";
import { scaleOf } from "./scale-of.ts";

/** How numbers are spread. */
export interface NumbersFigures {
  readonly count: number;
  /** How many different numbers there are. */
  readonly different: number;
  readonly mean: number;
  /** The standard deviation of the population. */
  readonly deviation: number;
  readonly min: number;
  /** Quarters of the numbers are below these, in a line between two of them. */
  readonly quarter: number;
  readonly median: number;
  readonly threeQuarters: number;
  readonly max: number;
  /** How many numbers lie in each of as many parts of equal width, from the least to the largest. */
  readonly histogram: readonly number[];
  /** Whether each part of the histogram is one whole number. */
  readonly byWhole: boolean;
}

/** So many bars show how numbers are spread; of whole numbers that are near to each other, each has one. */
const bars = 16;
const wholeBars = 24;

/** Describes numbers, none of which is NaN; undefined where there are none. */
export function describeNumbers(values: Float64Array): NumbersFigures | undefined {
  if (values.length === 0) return undefined;
  const ordered = values.toSorted();
  const scale = scaleOf(ordered);
  const sorted = ordered.map((it) => it / scale);
  const [min, max] = [elementAt(sorted, 0), elementAt(sorted, sorted.length - 1)];
  // From the first one on, as large numbers that differ by little lose their digits otherwise.
  const mean = min + sorted.reduce((sum, it) => sum + (it - min), 0) / sorted.length;
  const variance = sorted.reduce((sum, it) => sum + (it - mean) ** 2, 0) / sorted.length;
  const spread = (max - min) * scale;
  const byWhole = spread < wholeBars && ordered.every(Number.isInteger);
  const parts = byWhole ? spread + 1 : max > min ? bars : 1;
  const histogram = Array.from({ length: parts }, () => 0);
  for (const it of sorted) {
    const place = byWhole ? (it - min) * scale : max > min ? Math.floor(((it - min) / (max - min)) * parts) : 0;
    const at = Math.min(parts - 1, place);
    histogram[at] = elementAt(histogram, at) + 1;
  }
  const quantile = (share: number): number => quantileOf(sorted, share) * scale;
  return {
    count: sorted.length,
    different: sorted.reduce((count, it, at) => count + (at > 0 && it === sorted[at - 1] ? 0 : 1), 0),
    // What rounding leaves of 0 is 0.
    mean: Math.abs(mean) < Math.max(Math.abs(min), Math.abs(max)) * 2 ** -40 ? 0 : mean * scale,
    deviation: max > min ? Math.sqrt(variance) * scale : 0,
    min: min * scale,
    quarter: quantile(0.25),
    median: quantile(0.5),
    threeQuarters: quantile(0.75),
    max: max * scale,
    histogram,
    byWhole,
  };
}

function quantileOf(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = elementAt(sorted, Math.floor(place));
  return below + (elementAt(sorted, Math.ceil(place)) - below) * (place - Math.floor(place));
}
