import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileDim } from "../../src/dims/compile.ts";
import {
  add,
  constant,
  evaluateExact,
  formatDim,
  product,
  sameForm,
  substitute,
  subtract,
  variable,
  variablesOf,
  type Dim,
} from "../../src/dims/dim.ts";
import { decide } from "../../src/dims/decide.ts";
import { noFacts } from "../../src/dims/facts.ts";
import { dimKey } from "../../src/dims/form.ts";
import { rangeOf } from "../../src/dims/range.ts";
import { build, parseExpression } from "./expressions.ts";

const names = [..."ABCDEFGHIJKLMNOP"];
const sumOf = (at: number, more = 1): Dim =>
  add(add(variable(names[at % 16] ?? ""), variable(names[(at * 7 + 3) % 16] ?? "")), constant(more));

/** A product of sums that has 3^count terms where it is multiplied out. */
const productOf = (count: number): Dim => product(Array.from({ length: count }, (_, at) => sumOf(at)));

describe("a product of many sums", () => {
  it("is multiplied out while it is short", () => {
    const [a, b, c] = [sumOf(0), sumOf(1), sumOf(2)];
    expect(sameForm(product([a, b, c]), product([c, b, a]))).toBe(true);
    expect(productOf(4).terms.length).toBeGreaterThan(40);
  });

  it("grows with the number of sums, and not with that of their products", () => {
    const [short, long] = [dimKey(productOf(50)).length, dimKey(productOf(100)).length];
    expect(long / short).toBeLessThan(3);
  });

  it("has the value of its sums' product, however it is asked for it", () => {
    const values = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 14 }), values, (count, sizes) => {
        const env = new Map(names.map((name, at) => [name, sizes[at] ?? 1]));
        const long = productOf(count);
        const exact = Array.from({ length: count }, (_, at) => evaluateExact(sumOf(at), env)).reduce(
          (a, b) => a * b,
          1n,
        );
        expect(evaluateExact(long, env)).toBe(exact);
        const replaced = substitute(long, (name) => constant(env.get(name) ?? 1));
        expect(sameForm(replaced, constant(exact))).toBe(true);
        const range = rangeOf(long, (name) => ({ low: env.get(name) ?? 1, high: env.get(name) ?? 1 }));
        expect([range.low, range.high]).toEqual([Number(exact), Number(exact)]);
        const compiled = compileDim(long, new Map(names.map((name, at) => [name, at])))(sizes);
        if (exact <= BigInt(Number.MAX_SAFE_INTEGER)) expect(compiled).toBe(Number(exact));
        else expect(compiled).toBeNaN();
      }),
      { numRuns: 60 },
    );
  });

  it("is printed so that parsing gives its value back", () => {
    const long = productOf(10);
    const env = new Map(names.map((name, at) => [name, at + 1]));
    expect(evaluateExact(build(parseExpression(formatDim(long))), env)).toBe(evaluateExact(long, env));
    const used = Array.from({ length: 10 }, (_, at) => [...variablesOf(sumOf(at))]).flat();
    expect([...variablesOf(long)].sort()).toEqual([...new Set(used)].sort());
  });

  it("is equal to itself, less than one more, and not equal to what it is not", () => {
    const long = productOf(12);
    expect(decide({ kind: "equal", left: long, right: productOf(12) }, noFacts).verdict).toBe("proved");
    expect(decide({ kind: "lessThan", left: long, right: add(long, constant(1)) }, noFacts).verdict).toBe("proved");
    expect(decide({ kind: "equal", left: long, right: add(long, constant(1)) }, noFacts).verdict).toBe("refuted");
    expect(subtract(long, long).terms).toEqual([]);
    expect(decide({ kind: "divides", dividend: long, divisor: sumOf(11) }, noFacts).verdict).not.toBe("refuted");
  });
});
