import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
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
import { decide } from "../../src/dims/decide.ts";
import {
  assume,
  atLeast,
  divides,
  equal,
  formatRelation,
  holds,
  lessThan,
  noFacts,
  type Facts,
  type Relation,
} from "../../src/dims/facts.ts";
import { sufficientFacts } from "../../src/dims/sufficient-facts.ts";

const [H, W, T, S] = ["H", "W", "T", "S"].map(variable) as [Dim, Dim, Dim, Dim];
const n = constant;
const by = (d: Dim, divisor: number): Dim => floorDivide(d, n(divisor));
const offered = (goals: readonly Relation[], facts: Facts = noFacts): string | undefined =>
  sufficientFacts(goals, facts)?.map(formatRelation).join(", ");

describe("sufficientFacts", () => {
  it.each<[string, readonly Relation[], string]>([
    ["the smallest multiple", [equal(multiply(n(2), by(H, 64)), by(H, 32))], "H % 64 == 0"],
    ["a multiple beside coefficients", [divides(n(16), multiply(n(6), H))], "H % 8 == 0"],
    ["a rest", [equal(by(add(H, n(1)), 2), add(by(H, 2), n(1)))], "H % 2 == 1"],
    ["which of two is the smaller", [equal(minimum(H, W), H)], "W >= H"],
    ["which of two is the larger", [equal(maximum(H, W), W)], "W >= H"],
    ["a rest of several sizes that is none", [equal(modulo(add(H, W), n(4)), n(0))], "(H + W) % 4 == 0"],
    ["a division by a size that is exact", [equal(multiply(T, floorDivide(H, T)), H)], "H % T == 0"],
    ["a rest by a size that is none", [equal(add(modulo(H, T), H), H)], "H % T == 0"],
    ["the largest rests", [equal(by(subtract(H, n(2)), 4), by(H, 4))], "H % 4 >= 2"],
    ["rests of a larger divisor", [equal(by(subtract(H, n(5)), 12), by(H, 12))], "H % 12 >= 5"],
    ["all rests but one", [equal(by(subtract(H, n(1)), 4), by(H, 4))], "H % 4 != 0"],
    ["one rest alone", [equal(by(subtract(H, n(3)), 4), by(H, 4))], "H % 4 == 3"],
    [
      "one multiple for several quotients",
      [equal(add(multiply(n(2), by(T, 2)), multiply(n(3), by(T, 3))), multiply(n(2), T))],
      "T % 6 == 0",
    ],
    [
      "multiples of several variables",
      [equal(multiply(n(6), multiply(by(H, 2), by(W, 3))), multiply(H, W))],
      "H % 2 == 0, W % 3 == 0",
    ],
    ["several goals", [equal(multiply(n(4), by(H, 4)), H), equal(multiply(n(2), by(H, 2)), H)], "H % 4 == 0"],
    [
      "the weaker goal last or first",
      [equal(multiply(n(2), by(H, 2)), H), equal(multiply(n(4), by(H, 4)), H)],
      "H % 4 == 0",
    ],
    ["a least size", [atLeast(subtract(by(H, 2), n(3)), n(4))], "H >= 14"],
    ["a least size for what is less", [lessThan(n(7), H)], "H >= 8"],
    ["a relation of two sizes", [atLeast(H, W)], "H >= W"],
    ["equal sizes", [equal(H, W)], "H == W"],
    [
      "equal sizes, without what they share",
      [equal(multiply(n(4), multiply(T, H)), multiply(n(4), multiply(T, W)))],
      "H == W",
    ],
    ["equal sizes within quotients", [equal(by(T, 2), by(S, 2))], "T == S"],
    ["an exact division", [equal(multiply(T, floorDivide(S, T)), S)], "S % T == 0"],
    ["which is larger", [equal(maximum(T, S), T)], "T >= S"],
    [
      "a multiple of a product",
      [equal(multiply(n(8), by(multiply(H, W), 4)), multiply(n(2), multiply(H, W)))],
      "(H * W) % 4 == 0",
    ],
    ["a multiple of a product, as it is asked", [divides(n(8), multiply(n(2), multiply(H, W)))], "(H * W) % 4 == 0"],
    ["a multiple of a sum", [equal(multiply(n(2), by(add(S, T), 2)), add(S, T))], "(S + T) % 2 == 0"],
    [
      "a multiple of one size where that of a product does not suffice",
      [equal(multiply(n(2), multiply(by(H, 2), W)), multiply(H, W))],
      "H % 2 == 0",
    ],
    ["nothing where all holds", [equal(modulo(H, n(1)), n(0))], ""],
  ])("finds %s", (_, goals, wanted) => {
    expect(offered(goals)).toBe(wanted);
  });

  it("offers nothing that cannot hold", () => {
    expect(offered([equal(H, multiply(n(2), H))])).toBeUndefined();
    expect(offered([equal(H, n(8))], assume(noFacts, atLeast(H, n(9))))).toBeUndefined();
    expect(offered([equal(H, W), equal(H, add(W, n(1)))])).toBeUndefined();
  });

  it("rests on what is known", () => {
    const odd = assume(noFacts, equal(modulo(H, n(2)), n(1)));
    expect(offered([equal(by(add(H, n(4)), 8), by(H, 8))], odd)).toBe("H % 8 <= 4");
    expect(offered([divides(n(8), H)], assume(noFacts, divides(n(4), H)))).toBe("H % 8 == 0");
    expect(offered([equal(H, W)], assume(noFacts, equal(W, T), equal(T, S)))).toBe("H == W");
    expect(offered([equal(multiply(n(2), by(H, 2)), H)], assume(noFacts, equal(H, multiply(n(2), W))))).toBe("");
  });

  it("implies the goals, holds somewhere, and has no multiple that is larger than it must be", () => {
    const quotient = fc.record({
      scale: fc.integer({ min: 1, max: 4 }),
      shift: fc.integer({ min: 0, max: 3 }),
      by: fc.integer({ min: 1, max: 8 }),
      times: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(quotient, quotient, fc.boolean(), (a, b, isEqual) => {
        const side = ({ scale, shift, by, times }: typeof a): Dim =>
          multiply(n(times), floorDivide(add(multiply(n(scale), H), n(shift)), n(by)));
        const goal = isEqual ? equal(side(a), side(b)) : atLeast(side(a), side(b));
        const found = sufficientFacts([goal], noFacts);
        const sizes = Array.from({ length: 200 }, (_, at) => new Map([["H", at + 1]]));
        if (found === undefined) {
          expect(sizes.some((it) => holds(goal, it))).toBe(false);
          return;
        }
        const allowed = sizes.filter((it) => found.every((fact) => holds(fact, it)));
        expect(allowed.length).toBeGreaterThan(0);
        expect(allowed.every((it) => holds(goal, it))).toBe(true);
        const [fact] = found;
        if (fact?.kind !== "divides" || found.length > 1) return;
        const least = Number(fact.divisor.terms[0]?.coefficient);
        for (let smaller = 2; smaller < least; smaller++)
          if (least % smaller === 0)
            expect(decide(goal, assume(noFacts, divides(n(smaller), H))).verdict).not.toBe("proved");
      }),
      { numRuns: 150 },
    );
  });
});
