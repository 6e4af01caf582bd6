import type { Atom, Dim } from "./form.ts";

/** Bounds of an integer, both included; infinite where there is none. Beyond 2^53 a bound is widened, never wrong. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

const limit = Number.MAX_SAFE_INTEGER;
const positive: Range = { low: 1, high: Infinity };

/** The bounds of a variable of which nothing else is known. */
const anyVariable = (): Range => positive;

/** The bounds, moved outward where a number beyond 2^53 may have been rounded. */
export function widen(low: number, high: number): Range {
  return {
    low: low < -limit ? -Infinity : low > limit ? limit : low,
    high: high > limit ? Infinity : high < -limit ? -limit : high,
  };
}

// 0 * Infinity is 0 here: the infinite end stands for arbitrarily large integers, never for infinity itself.
function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

function multiplyRanges(a: Range, b: Range): Range {
  const corners = [times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)];
  return widen(Math.min(...corners), Math.max(...corners));
}

function powerRange({ low, high }: Range, exponent: number): Range {
  const [first, last] = [power(low, exponent), power(high, exponent)];
  if (exponent % 2 === 1) return widen(first, last);
  const least = low <= 0 && high >= 0 ? 0 : Math.min(first, last);
  return widen(least, Math.max(first, last));
}

/** By products, which are exact as long as they are below 2^53. */
function power(base: number, exponent: number): number {
  let result = base;
  for (let i = 1; i < exponent; i++) result *= base;
  return result;
}

function quotientRange(a: Range, divisor: Range): Range {
  const low = Math.max(1, divisor.low);
  const high = Math.max(low, divisor.high);
  return {
    low: Math.floor(a.low >= 0 ? a.low / high : a.low / low),
    // a negative number over an unbounded divisor comes arbitrarily near to zero from below, and its floor is -1
    high: a.high >= 0 ? Math.floor(a.high / low) : high === Infinity ? -1 : Math.floor(a.high / high),
  };
}

function remainderRange(a: Range, divisor: Range): Range {
  const most = Math.max(1, divisor.high) - 1;
  if (a.low >= 0 && a.high < Math.max(1, divisor.low)) return a;
  return { low: 0, high: a.low >= 0 ? Math.min(a.high, most) : most };
}

function atomRange(atom: Atom, of: (name: string) => Range): Range {
  switch (atom.kind) {
    case "variable":
      return of(atom.name);
    case "floor":
      return quotientRange(rangeOf(atom.dividend, of), rangeOf(atom.divisor, of));
    case "mod":
      return remainderRange(rangeOf(atom.dividend, of), rangeOf(atom.divisor, of));
    case "min":
    case "max": {
      const choose = atom.kind === "min" ? Math.min : Math.max;
      const ranges = atom.operands.map((operand) => rangeOf(operand, of));
      return { low: choose(...ranges.map((r) => r.low)), high: choose(...ranges.map((r) => r.high)) };
    }
    case "sum":
      return rangeOf(atom.of, of);
  }
}

/**
 * Bounds on the value of a dimension, from bounds on its variables (by default: integers >= 1), wherever all its
 * divisors are at least 1. Interval arithmetic: sound, not tight.
 */
export function rangeOf(d: Dim, of: (name: string) => Range = anyVariable): Range {
  let low = 0;
  let high = 0;
  for (const t of d.terms) {
    const coefficient = Number(t.coefficient);
    let part = widen(coefficient, coefficient);
    for (const f of t.factors) part = multiplyRanges(part, powerRange(atomRange(f.atom, of), f.power));
    const total = widen(low + part.low, high + part.high);
    low = total.low;
    high = total.high;
  }
  return { low, high };
}
