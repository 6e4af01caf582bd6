import { add, asNumber, constant, maximum, sameForm, subtract, type Dim } from "../../dims/dim.ts";
import { decide } from "../../dims/decide.ts";
import { atLeast, type Facts } from "../../dims/facts.ts";
import type { DType } from "../../ir/types.ts";

/**
 * What is known of the elements of a tensor: none is less than `low`, and all are less than `below`. Where anything is
 * known, no element is NaN.
 */
export interface ValueRange {
  /** A whole number; -Infinity where nothing is known. */
  readonly low: number;
  /** Left out where nothing is known. */
  readonly below?: Dim;
}

/** The range of which nothing is known. */
export const anyValue: ValueRange = { low: -Infinity };

/** The whole numbers that an element type holds exactly; those of 64 bits are taken for 32, which is enough for places. */
const limits: Readonly<Record<DType, readonly [least: number, greatest: number]>> = {
  bool: [0, 1],
  i8: [-128, 127],
  u8: [0, 255],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  i64: [-(2 ** 31), 2 ** 31 - 1],
  f16: [-(2 ** 11), 2 ** 11],
  bf16: [-(2 ** 8), 2 ** 8],
  f32: [-(2 ** 24), 2 ** 24],
  f64: [-(2 ** 31), 2 ** 31 - 1],
};

/** What an element type alone says of a value. */
export function rangeOfType(dtype: DType): ValueRange {
  return dtype === "bool" || dtype === "u8" ? numbersBetween(...limits[dtype]) : anyValue;
}

/** The whole numbers from `low` to `high`, both among them; ends that no 32 bits hold are left open. */
export function numbersBetween(low: number, high: number): ValueRange {
  const start = low >= -(2 ** 31) ? Math.min(low, 2 ** 32) : -Infinity;
  return high >= -(2 ** 31) && high < 2 ** 32 ? { low: start, below: constant(high + 1) } : { low: start };
}

/** The range of one dimension. */
export function rangeOfDim(dim: Dim, facts: Facts): ValueRange {
  const known = asNumber(dim);
  const low = known ?? [1, 0].find((it) => decide(atLeast(dim, constant(it)), facts).verdict === "proved");
  return { low: low ?? -Infinity, below: add(dim, constant(1)) };
}

/** The range 0..size-1. */
export function numbersBelow(size: Dim): ValueRange {
  return { low: 0, below: size };
}

/** The same numbers as an element type: nothing is known of what it cannot hold, for that wraps or is rounded. */
export function heldBy(range: ValueRange, dtype: DType): ValueRange {
  const [least, greatest] = limits[dtype];
  if (range.below === undefined || range.low < least) return rangeOfType(dtype);
  // A size that is not known now is never beyond 32 bits.
  const high = asNumber(range.below) === undefined ? 2 ** 31 - 1 : highest(range);
  const wide = dtype !== "i8" && dtype !== "u8" && dtype !== "f16" && dtype !== "bf16";
  return high <= greatest || (wide && asNumber(range.below) === undefined) ? range : rangeOfType(dtype);
}

/** Whether it is proved that an element type holds all numbers of a range. */
export function isHeldBy(range: ValueRange, dtype: DType): boolean {
  return range.below !== undefined && range.low > -Infinity && sameRange(heldBy(range, dtype), range);
}

/** The greatest number of a range; infinite where it is not known. */
export function highest({ below }: ValueRange): number {
  const known = below === undefined ? undefined : asNumber(below);
  return known === undefined ? Infinity : known - 1;
}

/** The range of values of which each lies in one of some ranges. */
export function unionOf(ranges: readonly ValueRange[]): ValueRange {
  const [first, ...others] = ranges;
  return others.reduce((a, b) => {
    const low = Math.min(a.low, b.low);
    if (a.below === undefined || b.below === undefined) return { low };
    return { low, below: sameForm(a.below, b.below) ? a.below : maximum(a.below, b.below) };
  }, first ?? anyValue);
}

/** The range of sums. */
export function rangeOfSums([a = anyValue, b = anyValue]: readonly ValueRange[]): ValueRange {
  const low = a.low + b.low;
  if (a.below === undefined || b.below === undefined) return { low };
  return { low, below: subtract(add(a.below, b.below), constant(1)) };
}

/** The range of differences. */
export function rangeOfDifferences([a = anyValue, b = anyValue]: readonly ValueRange[]): ValueRange {
  const low = a.low - highest(b);
  return a.below === undefined || b.low === -Infinity ? { low } : { low, below: subtract(a.below, constant(b.low)) };
}

/** The range of products. */
export function rangeOfProducts([a = anyValue, b = anyValue]: readonly ValueRange[]): ValueRange {
  const isOne = (it: ValueRange): boolean => it.low === 1 && highest(it) === 1;
  if (isOne(b)) return a;
  if (isOne(a)) return b;
  const ends = [a.low, highest(a)].flatMap((x) => [b.low, highest(b)].map((y) => x * y));
  return ends.every(Number.isFinite) ? numbersBetween(Math.min(...ends), Math.max(...ends)) : anyValue;
}

/** The range of the remainders of floor division: where the divisors are positive, they are less. */
export function rangeOfRemainders([, divisor = anyValue]: readonly ValueRange[]): ValueRange {
  if (divisor.low < 1 || divisor.below === undefined) return anyValue;
  return { low: 0, below: subtract(divisor.below, constant(1)) };
}

/** The range of floored quotients of what is not negative. */
export function rangeOfQuotients([a = anyValue, b = anyValue]: readonly ValueRange[]): ValueRange {
  if (a.low < 0 || a.below === undefined || b.low < 1) return anyValue;
  return Number.isFinite(highest(a)) ? numbersBetween(0, Math.floor(highest(a) / b.low)) : { low: 0, below: a.below };
}

/** The range of the greater of two; of reals nothing is known, as NaN goes through. */
export function rangeOfGreater([a = anyValue, b = anyValue]: readonly ValueRange[]): ValueRange {
  const { below } = unionOf([a, b]);
  const low = Math.max(a.low, b.low);
  return below === undefined ? { low } : { low, below };
}

/** The range of the lesser of two. */
export function rangeOfLesser([a = anyValue, b = anyValue]: readonly ValueRange[]): ValueRange {
  const low = Math.min(a.low, b.low);
  const [closer] = [a, b].filter((it) => it.below !== undefined).sort((x, y) => highest(x) - highest(y));
  return closer?.below === undefined ? { low } : { low, below: closer.below };
}

/** Whether two ranges say the same. */
export function sameRange(a: ValueRange, b: ValueRange): boolean {
  if (a.low !== b.low) return false;
  return a.below === undefined || b.below === undefined ? a.below === b.below : sameForm(a.below, b.below);
}

/** Whether it is proved that all numbers of a range are places among `size`. */
export function provesIndex({ low, below }: ValueRange, size: Dim, facts: Facts): boolean {
  return low >= 0 && below !== undefined && decide(atLeast(size, below), facts).verdict === "proved";
}
