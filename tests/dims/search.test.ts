import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, constant, floorDivide, multiply, subtract, variable, type Dim } from "../../src/dims/dim.ts";
import {
  atLeast,
  divides,
  equal,
  formatRelation,
  holds,
  lessThan,
  negateRelation,
  type Relation,
} from "../../src/dims/facts.ts";
import { searchSmallest, type SearchResult } from "../../src/dims/search.ts";

const [a, b] = [variable("a"), variable("b")];
const n = (value: number): Dim => constant(value);
const times = (by: number, d: Dim): Dim => multiply(n(by), d);

const told = (result: SearchResult): unknown =>
  result.kind === "found" ? Object.fromEntries(result.values) : result.kind;

describe("searchSmallest", () => {
  it.each<readonly [Relation[], Readonly<Record<string, number>>]>([
    [[atLeast(times(3, a), n(3_000_001))], { a: 1_000_001 }],
    [[lessThan(n(3_000_000), times(3, a))], { a: 1_000_001 }],
    [[equal(subtract(times(7, a), n(7_000_000)), n(0))], { a: 1_000_000 }],
    [[divides(n(1000), a), atLeast(a, n(1_000_001))], { a: 1_001_000 }],
    [[divides(n(1000), times(4, a)), atLeast(a, n(1_000_001))], { a: 1_000_250 }],
    [[divides(n(40), a), divides(n(60), a), atLeast(a, n(1_000_000))], { a: 1_000_080 }],
    [[divides(n(4), add(a, n(1)))], { a: 3 }],
    [[negateRelation(divides(n(2), a)), atLeast(a, n(2))], { a: 3 }],
    [[negateRelation(equal(a, n(1)))], { a: 2 }],
    [[divides(a, n(12)), atLeast(a, n(5))], { a: 6 }],
    [[divides(add(a, n(1)), n(12)), atLeast(a, n(4))], { a: 5 }],
    [[atLeast(multiply(a, a), n(10))], { a: 4 }],
    [[atLeast(floorDivide(a, n(3)), n(2))], { a: 6 }],
    [[atLeast(add(a, b), n(5))], { a: 1, b: 4 }],
    [[atLeast(add(times(2, a), b), n(12)), atLeast(n(3), b)], { a: 5, b: 2 }],
    [[atLeast(subtract(b, a), n(2)), atLeast(a, n(2))], { a: 2, b: 4 }],
  ])("finds the smallest values at once, however far they are: %#", (relations, values) => {
    expect(told(searchSmallest(relations, 1000)), relations.map(formatRelation).join(", ")).toEqual(values);
  });

  it.each<readonly [Relation[]]>([
    [[equal(times(2, a), n(7))]],
    [[lessThan(a, n(1))]],
    [[atLeast(a, n(20)), lessThan(times(5, a), n(100))]],
    [[atLeast(n(-1), a)]],
    [[divides(n(6), a), atLeast(n(5), a)]],
    [[divides(n(4), times(6, a)), atLeast(n(1), a)]],
    [[divides(n(4), a), divides(n(6), a), lessThan(a, n(12))]],
    [[divides(a, n(12)), atLeast(a, n(13))]],
    [[divides(a, n(-12)), atLeast(a, n(13))]],
  ])("needs no step to see what bounds of one variable exclude: %#", (relations) => {
    expect(told(searchSmallest(relations, 0)), relations.map(formatRelation).join(", ")).toBe("none");
  });

  it("says that its budget is spent, where bounds exclude nothing", () => {
    expect(told(searchSmallest([equal(multiply(a, a), n(2))], 0))).toBe("spent");
    expect(told(searchSmallest([negateRelation(equal(a, n(0)))], 1000))).toEqual({ a: 1 });
  });

  it("gives what trying all gives: the least sum, then the least of the first variable", () => {
    const side = fc
      .tuple(fc.integer({ min: -3, max: 4 }), fc.integer({ min: -3, max: 4 }), fc.integer({ min: -9, max: 15 }))
      .map(([x, y, c]) => add(add(times(x, a), times(y, b)), n(c)));
    const relation = fc.oneof(
      fc.tuple(side, side).map(([x, y]) => atLeast(x, y)),
      fc.tuple(side, side).map(([x, y]) => lessThan(x, y)),
      fc.tuple(side, side).map(([x, y]) => negateRelation(equal(x, y))),
      fc.tuple(fc.integer({ min: 2, max: 6 }), side).map(([by, x]) => divides(n(by), x)),
      fc.tuple(fc.integer({ min: 2, max: 6 }), side).map(([by, x]) => negateRelation(divides(n(by), x))),
      fc.tuple(fc.constantFrom(a, b), side).map(([by, x]) => divides(by, x)),
    );
    const points = Array.from({ length: 24 }, (_, i) => i + 2).flatMap((total) =>
      Array.from(
        { length: total - 1 },
        (_, i) =>
          new Map([
            ["a", i + 1],
            ["b", total - i - 1],
          ]),
      ),
    );
    fc.assert(
      fc.property(fc.array(relation, { minLength: 1, maxLength: 4 }), (relations) => {
        // Both variables are there, whatever is drawn.
        const all = [...relations, atLeast(a, n(1)), atLeast(b, n(1)), atLeast(add(a, b), n(2))];
        const found = searchSmallest(all, 100_000);
        const first = points.find((at) => all.every((it) => holds(it, at) === true));
        if (first !== undefined) expect(told(found)).toEqual(Object.fromEntries(first));
        else if (found.kind === "found") {
          expect(all.every((it) => holds(it, found.values) === true)).toBe(true);
          expect([...found.values.values()].reduce((x, y) => x + y)).toBeGreaterThan(25);
        }
      }),
    );
  });
});
