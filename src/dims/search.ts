import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { compileRelation } from "./compile.ts";
import type { Relation } from "./facts.ts";
import { holds, relationVariables, sidesOf } from "./facts.ts";
import type { Dim } from "./form.ts";
import { asConstant, asNumber, compareText, loneAtom, sizeOf } from "./form.ts";
import { constantTermOf, floorOf, gcd, scale, subtract, sum, variable, withoutCommonVariables } from "./polynomial.ts";
import type { Range } from "./range.ts";
import { rangeOf, widen } from "./range.ts";

/** What a search for values of variables came to. */
export type SearchResult =
  /** The smallest values: least sum, then the lexicographically least in the order of the variables' names. */
  | { readonly kind: "found"; readonly values: ReadonlyMap<string, number> }
  /** There are none: all was seen, or bounds exclude the rest. */
  | { readonly kind: "none" }
  /** The budget ran out. */
  | { readonly kind: "spent" };

/** The values that a variable may have: low, low + step, ... high. */
interface Axis {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** A box of values whose sum lies within bounds. */
interface Box {
  readonly lows: readonly number[];
  readonly highs: readonly number[];
  readonly least: number;
  readonly most: number;
}

// Sums of a few such are still exact.
const farthest = 2 ** 50;
const maximumWays = 3;
const trimmingRounds = 2;

/**
 * Searches for the smallest values, integers >= 1, under which all relations hold and have defined sides. It halves
 * boxes in the order of (sum, first variable, second variable, ...) and drops those that interval arithmetic excludes,
 * so that the first point found is the smallest. The budget counts evaluated subexpressions, never time.
 */
export function searchSmallest(relations: readonly Relation[], budget: number): SearchResult {
  const names = [...new Set(relations.flatMap((r) => [...relationVariables(r)]))].sort(compareText);
  const axes = names.map((name) => axisOf(name, relations));
  const tests = compileTests(relations, names);
  const possible = compileBounds(relations, names);
  const weight = relations.reduce((total, r) => total + sidesOf(r).reduce((size, d) => size + sizeOf(d), 1), 0);
  let left = budget;

  const solve = (box: Box): readonly number[] | "none" | "spent" => {
    const narrow = narrowed(box, axes);
    if (narrow === undefined) return "none";
    if (left <= 0) return "spent";
    const { lows, highs, least, most } = narrow;
    const free = lows.findIndex((low, i) => low !== highs[i]);
    if (free < 0) {
      left -= Math.ceil(weight / 4);
      return tests(lows) ? lows : "none";
    }
    if (volumeOf(narrow, axes) > 6) {
      left -= weight;
      if (!possible(narrow)) return "none";
    }
    if (least < most) {
      const middle = least + Math.floor((most - least) / 2);
      const first = solve({ lows, highs, least, most: middle });
      return first === "none" ? solve({ lows, highs, least: middle + 1, most }) : first;
    }
    const low = elementAt(lows, free);
    const middle = low + Math.floor((elementAt(highs, free) - low) / 2);
    const first = solve({ lows, highs: replaced(highs, free, middle), least, most });
    return first === "none" ? solve({ lows: replaced(lows, free, middle + 1), highs, least, most }) : first;
  };

  const start = trimmed(axes, (box) => {
    left -= weight;
    return left < 0 || possible(box);
  });
  if (start === undefined) return { kind: "none" };
  const { lows, highs, most: end } = start;
  let width = 8;
  for (let least = total(lows); least <= Math.min(end, farthest); least += width, width *= 2) {
    const beyond = narrowed({ lows, highs, least, most: end }, axes);
    if (beyond === undefined || !possible(beyond)) return { kind: "none" };
    const found = solve({ lows, highs, least, most: Math.min(end, least + width - 1) });
    if (found === "spent") return { kind: "spent" };
    if (found !== "none")
      return { kind: "found", values: new Map(names.map((name, i) => [name, elementAt(found, i)])) };
    if (names.length === 0) break;
  }
  return { kind: end <= farthest ? "none" : "spent" };
}

function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function replaced(values: readonly number[], at: number, value: number): readonly number[] {
  return values.map((v, i) => (i === at ? value : v));
}

/**
 * The box of all axes without the ends of each that interval arithmetic excludes whatever the others are; undefined where
 * nothing is left. Ends are found by steps that double, and halve once they go too far.
 */
function trimmed(axes: readonly Axis[], possible: (box: Box) => boolean): Box | undefined {
  if (axes.some((a) => a.low > a.high)) return undefined;
  let lows: readonly number[] = axes.map((a) => a.low);
  const highs = axes.map((a) => a.high);
  const most = total(highs);
  if (!possible({ lows, highs, least: total(lows), most })) return undefined;
  for (let round = 0; round < trimmingRounds; round++) {
    for (const [at, { step, high }] of axes.entries()) {
      for (let width = step, grows = true; width >= step; width = grows ? 2 * width : width / 2) {
        const next = elementAt(lows, at) + width;
        const below = replaced(highs, at, next - step);
        const isExcluded =
          next <= Math.min(high, farthest) && !possible({ lows, highs: below, least: total(lows), most: total(below) });
        if (isExcluded) lows = replaced(lows, at, next);
        grows &&= isExcluded;
      }
    }
  }
  return { lows, highs, least: total(lows), most };
}

/** How many points a box has at most, the last free variable being determined by the sum. */
function volumeOf(box: Box, axes: readonly Axis[]): number {
  let volume = box.most - box.least + 1;
  let largest = 1;
  for (const [i, low] of box.lows.entries()) {
    const count = (elementAt(box.highs, i) - low) / elementAt(axes, i).step + 1;
    largest = Math.max(largest, count);
    volume *= count;
  }
  return volume / largest;
}

/** The box with all bounds tightened by the sum and the steps of the axes; undefined where it is empty. */
function narrowed(box: Box, axes: readonly Axis[]): Box | undefined {
  const lows = [...box.lows];
  const highs = [...box.highs];
  let least = box.least;
  let most = box.most;
  for (let round = 0; round < 2; round++) {
    const lowest = total(lows);
    const highest = total(highs);
    least = Math.max(least, lowest);
    most = Math.min(most, highest);
    if (least > most) return undefined;
    for (const [i, axis] of axes.entries()) {
      const low = elementAt(lows, i);
      const high = elementAt(highs, i);
      const fromRest = highest === Infinity ? otherHighs(highs, i, least) : least - (highest - high);
      const newLow = Math.max(low, fromRest);
      const newHigh = Math.min(high, most - (lowest - low));
      lows[i] = Math.ceil(newLow / axis.step) * axis.step;
      highs[i] = Math.floor(newHigh / axis.step) * axis.step;
      if (elementAt(lows, i) > elementAt(highs, i)) return undefined;
    }
  }
  return { lows, highs, least, most };
}

function otherHighs(highs: readonly number[], at: number, least: number): number {
  let rest = 0;
  for (const [i, high] of highs.entries()) if (i !== at) rest += high;
  return least - rest;
}

/** What the relations that have one variable alone say about it. */
function axisOf(name: string, relations: readonly Relation[]): Axis {
  let low = 1;
  let high = Infinity;
  let step = 1n;
  for (const r of relations) {
    if ("divisor" in r) {
      if (r.kind === "notDivides") continue;
      const linear = linearIn(r.dividend, name);
      const divisor = asConstant(r.divisor);
      if (linear !== undefined && linear.rest === 0n && divisor !== undefined && divisor > 0n) {
        const each = divisor / gcd(divisor, linear.coefficient);
        step = (step / gcd(step, each)) * each;
      }
      const dividend = asNumber(r.dividend);
      const asDivisor = linearIn(r.divisor, name);
      if (dividend !== undefined && dividend !== 0 && asDivisor?.coefficient === 1n && asDivisor.rest === 0n) {
        high = Math.min(high, Math.abs(dividend));
      }
      continue;
    }
    const linear = r.kind === "notEqual" ? undefined : linearIn(subtract(r.left, r.right), name);
    if (linear === undefined) continue;
    const { coefficient, rest } = linear;
    // coefficient * x + rest >= 0, or <= -1 for lessThan
    const bounds = r.kind === "lessThan" ? [{ c: -coefficient, k: -rest - 1n }] : [{ c: coefficient, k: rest }];
    if (r.kind === "equal") bounds.push({ c: -coefficient, k: -rest });
    for (const { c, k } of bounds) {
      if (c > 0n) low = Math.max(low, Number(-floorOf(k, c)));
      else high = Math.min(high, Number(floorOf(k, -c)));
    }
  }
  const each = Number(step);
  return { low: Math.ceil(low / each) * each, high: Math.floor(high / each) * each, step: each };
}

function linearIn(d: Dim, name: string): { readonly coefficient: bigint; readonly rest: bigint } | undefined {
  const [term] = d.terms;
  const rest = constantTermOf(d);
  if (term === undefined || d.terms.length !== (rest === 0n ? 1 : 2)) return undefined;
  const atom = loneAtom(term);
  return atom?.kind === "variable" && atom.name === name ? { coefficient: term.coefficient, rest } : undefined;
}

/** A test of all relations at a point: exact, where numbers do not suffice. */
function compileTests(relations: readonly Relation[], names: readonly string[]): (at: readonly number[]) => boolean {
  const positions = new Map(names.map((name, i) => [name, i]));
  const tests = relations.map((relation) => ({ relation, test: compileRelation(relation, positions) }));
  return (at) =>
    tests.every(({ relation, test }) => {
      const quick = test(at);
      return quick ?? holds(relation, new Map(names.map((name, i) => [name, elementAt(at, i)]))) === true;
    });
}

/** A test whether interval arithmetic allows a solution in a box. */
function compileBounds(relations: readonly Relation[], names: readonly string[]): (box: Box) => boolean {
  const positions = new Map(names.map((name, i) => [name, i]));
  const bounds = relations.map((relation) => {
    const difference =
      "divisor" in relation ? relation.dividend : withoutCommonVariables(subtract(relation.left, relation.right));
    return { relation, difference, bySum: throughSum(difference, names) };
  });
  return (box) => {
    const of = (name: string): Range => {
      const i = required(positions.get(name), `the place of ${name}`);
      return { low: elementAt(box.lows, i), high: elementAt(box.highs, i) };
    };
    return bounds.every(({ relation, difference, bySum }) => {
      const range = meet(rangeOf(difference, of), bySum(box, of));
      return allowed(relation, range, of);
    });
  };
}

/**
 * Bounds of d as c * (sum of all variables) + rest, for some c that variables have in d: the box bounds the sum more
 * tightly than it bounds the variables one by one.
 */
function throughSum(d: Dim, names: readonly string[]): (box: Box, of: (name: string) => Range) => Range {
  const coefficients = new Set<bigint>();
  for (const t of d.terms) {
    if (loneAtom(t)?.kind === "variable" && Number.isSafeInteger(Number(t.coefficient)))
      coefficients.add(t.coefficient);
  }
  const all = sum(names.map(variable));
  const ways = [...coefficients].slice(0, maximumWays).map((c) => ({
    times: Number(c),
    rest: subtract(d, scale(all, c)),
  }));
  return (box, of) => {
    let range: Range = { low: -Infinity, high: Infinity };
    for (const { times, rest } of ways) {
      const { low, high } = rangeOf(rest, of);
      const ends = [times * box.least, times * box.most];
      range = meet(range, widen(low + Math.min(...ends), high + Math.max(...ends)));
    }
    return range;
  };
}

function meet(a: Range, b: Range): Range {
  return { low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
}

function allowed(r: Relation, difference: Range, of: (name: string) => Range): boolean {
  switch (r.kind) {
    case "equal":
      return difference.low <= 0 && difference.high >= 0;
    case "notEqual":
      return difference.low !== 0 || difference.high !== 0;
    case "atLeast":
      return difference.high >= 0;
    case "lessThan":
      return difference.low < 0;
    case "divides":
      return mayDivide(Math.max(1, rangeOf(r.divisor, of).low), difference);
    case "notDivides":
      return rangeOf(r.divisor, of).high > 1 && (difference.low !== 0 || difference.high !== 0);
  }
}

/** Whether 0, or something that is no smaller than the divisor, lies within bounds. */
function mayDivide(divisor: number, range: Range): boolean {
  return (range.low <= 0 && range.high >= 0) || range.high >= divisor || range.low <= -divisor;
}
