import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  constant,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  subtract,
  variable,
  type Dim,
} from "../../src/dims/dim.ts";
import { rangeOf, widen, type Range } from "../../src/dims/range.ts";

const a = variable("a");
const b = variable("b");
const ends = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 6 }));
const divisors = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 5 }));

/** All whole numbers of a range that begins somewhere and has so many more. */
function numbers([low, more]: readonly [number, number]): readonly number[] {
  return Array.from({ length: more + 1 }, (_, i) => low + i);
}

function rangeOver(d: Dim, ranges: Readonly<Record<string, readonly [number, number]>>): Range {
  return rangeOf(d, (name) => {
    const [low, more] = ranges[name] ?? [1, 0];
    return { low, high: low + more };
  });
}

/** Ranges of variables with an end that nothing bounds. */
function open(of: Readonly<Record<string, Range>>): (name: string) => Range {
  return (name) => of[name] ?? { low: 1, high: Infinity };
}

describe("bounds of operations on two variables", () => {
  const operations: readonly [string, Dim, (x: number, y: number) => number][] = [
    ["a // b", floorDivide(a, b), (x, y) => Math.floor(x / y)],
    ["a * b", multiply(a, b), (x, y) => x * y],
    ["a - b", subtract(a, b), (x, y) => x - y],
    ["min(a, b)", minimum(a, b), Math.min],
    ["max(a, b)", maximum(a, b), Math.max],
  ];
  it.each(operations)("%s reaches both of them, and no further", (_, d, compute) => {
    fc.assert(
      fc.property(ends, divisors, (left, right) => {
        const values = numbers(left).flatMap((x) => numbers(right).map((y) => compute(x, y)));
        const range = rangeOver(d, { a: left, b: right });
        expect(range).toEqual({ low: Math.min(...values) + 0, high: Math.max(...values) + 0 });
      }),
      { numRuns: 500 },
    );
  });

  it("a % b is within what is left over, and is a itself where a is smaller", () => {
    fc.assert(
      fc.property(ends, divisors, (left, right) => {
        const values = numbers(left).flatMap((x) => numbers(right).map((y) => ((x % y) + y) % y));
        const range = rangeOver(modulo(a, b), { a: left, b: right });
        const [least, most] = [left[0], left[0] + left[1]];
        expect(range.low).toBeLessThanOrEqual(Math.min(...values));
        expect(range.high).toBeGreaterThanOrEqual(Math.max(...values));
        if (least >= 0 && most < right[0]) expect(range).toEqual({ low: least, high: most });
        else expect(range).toEqual({ low: 0, high: Math.min(right[0] + right[1] - 1, least >= 0 ? most : Infinity) });
      }),
      { numRuns: 500 },
    );
  });

  it("a ** 3 and a ** 2 reach their ends, squares none below 0", () => {
    fc.assert(
      fc.property(ends, (left) => {
        const values = numbers(left);
        const cubes = rangeOver(multiply(multiply(a, a), a), { a: left });
        expect([cubes.low, cubes.high]).toEqual([values.at(0), values.at(-1)].map((it = 0) => it ** 3 + 0));
        const squares = rangeOver(multiply(a, a), { a: left });
        const largest = Math.max(...values.map((it) => it ** 2));
        const isMixed = left[0] < 0 && left[0] + left[1] > 0;
        expect(squares).toEqual({ low: isMixed ? 0 : Math.min(...values.map((it) => it ** 2)), high: largest });
      }),
    );
  });
});

describe("bounds where an end is open", () => {
  const free = { low: -Infinity, high: Infinity };
  const cases: readonly [string, Dim, Readonly<Record<string, Range>>, Range][] = [
    ["all over a number", floorDivide(a, constant(3)), { a: free }, free],
    ["up from 7, over 2", floorDivide(a, constant(2)), { a: { low: 7, high: Infinity } }, { low: 3, high: Infinity }],
    [
      "up to -7, over 2",
      floorDivide(a, constant(2)),
      { a: { low: -Infinity, high: -7 } },
      { low: -Infinity, high: -4 },
    ],
    ["5 over anything", floorDivide(constant(5), b), {}, { low: 0, high: 5 }],
    ["-5 over anything comes near to 0 from below", floorDivide(constant(-5), b), {}, { low: -5, high: -1 }],
    ["0 over anything", floorDivide(a, b), { a: { low: 0, high: 0 } }, { low: 0, high: 0 }],
    ["what anything leaves over", modulo(a, b), { a: free }, { low: 0, high: Infinity }],
    ["what 9 leaves over", modulo(a, b), { a: { low: 9, high: 9 } }, { low: 0, high: 9 }],
    ["0 times anything", multiply(a, b), { a: { low: 0, high: 0 }, b: free }, { low: 0, high: 0 }],
    ["minus anything", multiply(a, constant(-2)), { a: { low: 3, high: Infinity } }, { low: -Infinity, high: -6 }],
  ];
  it.each(cases)("%s", (_, d, of, range) => {
    const found = rangeOf(d, open(of));
    expect({ low: found.low + 0, high: found.high + 0 }).toEqual(range);
  });

  it("moves bounds outward beyond what a number holds", () => {
    const [least, most] = [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    expect(widen(least, most)).toEqual({ low: least, high: most });
    expect(widen(least - 1, most + 1)).toEqual({ low: -Infinity, high: Infinity });
    expect(widen(most + 1, most + 3)).toEqual({ low: most, high: Infinity });
    expect(widen(least - 3, least - 1)).toEqual({ low: -Infinity, high: least });
  });
});
