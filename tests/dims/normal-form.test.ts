import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dim } from "../../src/dims/dim.ts";
import {
  add,
  asConstant,
  asNumber,
  ceilDivide,
  constant,
  divideExactly,
  evaluate,
  floorDivide,
  formatDim,
  maximum,
  minimum,
  modulo,
  multiply,
  negate,
  product,
  sameForm,
  substitute,
  subtract,
  sum,
  toDim,
  variable,
  variablesOf,
  withLabel,
} from "../../src/dims/dim.ts";
import { compileDim } from "../../src/dims/compile.ts";
import { fromTerms } from "../../src/dims/polynomial.ts";
import { rangeOf } from "../../src/dims/range.ts";
import { valueOf } from "../../src/dims/substitute.ts";
import {
  build,
  environments,
  evaluateText,
  expressions,
  names,
  parseExpression,
  valueOfExpression,
} from "./expressions.ts";

const H = variable("H");
const W = variable("W");
const T = variable("T");
const B = variable("B");
const n = (value: number): Dim => constant(value);
const over = (d: Dim, by: number): Dim => floorDivide(d, n(by));

describe("normal form", () => {
  it("keeps the value of every expression", () => {
    fc.assert(
      fc.property(expressions, environments, (e, env) => {
        const value = valueOfExpression(e, env);
        fc.pre(value !== undefined);
        expect(valueOf(build(e), env)).toBe(value);
      }),
      { numRuns: 4000 },
    );
  });

  it("stays within the bounds that it is given", () => {
    fc.assert(
      fc.property(expressions, environments, (e, env) => {
        const d = build(e);
        const value = valueOf(d, env);
        fc.pre(value !== undefined);
        const tight = rangeOf(d, (name) => ({ low: env.get(name) ?? 1, high: (env.get(name) ?? 1) + 3 }));
        for (const range of [rangeOf(d), tight]) {
          expect(Number(value)).toBeGreaterThanOrEqual(range.low);
          expect(Number(value)).toBeLessThanOrEqual(range.high);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("compiles to functions with the same value", () => {
    fc.assert(
      fc.property(expressions, environments, (e, env) => {
        const d = build(e);
        const exact = valueOf(d, env);
        const quick = compileDim(
          d,
          new Map(names.map((name, i) => [name, i])),
        )(names.map((name) => env.get(name) ?? 1));
        if (exact === undefined) expect(quick).toBeNaN();
        else if (!Number.isNaN(quick)) expect(BigInt(quick)).toBe(exact);
      }),
      { numRuns: 2000 },
    );
  });

  it("compiles to a value wherever all are small, and to none beyond 2^53", () => {
    const positions = new Map(names.map((name, i) => [name, i]));
    const few = fc.tuple(...names.map(() => fc.integer({ min: 1, max: 12 })));
    fc.assert(
      fc.property(expressions, few, (e, values) => {
        const d = build(e);
        const exact = valueOf(d, new Map(names.map((name, i) => [name, values[i] ?? 1])));
        // 0 and -0 are one size.
        expect(0 + compileDim(d, positions)(values)).toBe(exact === undefined ? NaN : Number(exact));
      }),
      { numRuns: 500 },
    );
    const [A, B] = [variable("A"), variable("B")];
    const large = (d: Dim): number => compileDim(d, positions)([2 ** 27, 2 ** 26, 1]);
    expect(large(multiply(A, B))).toBeNaN();
    expect(large(product([B, B, n(3)]))).toBeNaN();
    expect(large(multiply(constant(2 ** 27), B))).toBeNaN();
    expect(large(add(product([B, B]), product([B, B])))).toBeNaN();
    expect(large(subtract(product([B, B]), A))).toBe(2 ** 52 - 2 ** 27);
    expect(large(product([A, A, modulo(A, n(2))]))).toBeNaN();
  });

  it("sums as it gathers terms, and has one object for each small constant", () => {
    fc.assert(
      fc.property(expressions, expressions, (x, y) => {
        const [a, b] = [build(x), build(y)];
        expect(add(a, b).terms).toEqual(fromTerms([...a.terms, ...b.terms]).terms);
      }),
      { numRuns: 500 },
    );
    for (const small of [-4096, -1, 0, 1, 4096]) expect(constant(small)).toBe(constant(BigInt(small)));
    for (const large of [-4097, 4097]) expect(constant(large)).not.toBe(constant(large));
  });

  it("is a congruence: building from equal forms gives equal forms", () => {
    fc.assert(
      fc.property(expressions, expressions, (x, y) => {
        const a = build(x);
        const b = build(y);
        expect(sameForm(add(a, b), add(b, a))).toBe(true);
        expect(sameForm(multiply(a, b), multiply(b, a))).toBe(true);
        expect(sameForm(minimum(a, b), minimum(b, a))).toBe(true);
        expect(sameForm(maximum(a, b), maximum(b, a))).toBe(true);
        expect(sameForm(subtract(add(a, b), b), a)).toBe(true);
        expect(sameForm(negate(negate(a)), a)).toBe(true);
        expect(sameForm(add(a, b), a)).toBe(sameForm(b, n(0)));
        // rebuilding every atom of a normal form changes nothing
        expect(formatDim(substitute(a, () => undefined))).toBe(formatDim(a));
      }),
      { numRuns: 1000 },
    );
  });

  it("distributes and associates", () => {
    fc.assert(
      fc.property(expressions, expressions, expressions, (x, y, z) => {
        const [a, b, c] = [build(x), build(y), build(z)];
        expect(sameForm(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)))).toBe(true);
        expect(sameForm(add(add(a, b), c), add(a, add(b, c)))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("substitutes as evaluation does", () => {
    fc.assert(
      fc.property(expressions, environments, fc.integer({ min: 1, max: 9 }), (e, env, k) => {
        const d = build(e);
        const moved = substitute(d, (name) => (name === "A" ? add(multiply(n(2), variable("B")), n(k)) : undefined));
        const shifted = new Map(env).set("A", 2 * (env.get("B") ?? 1) + k);
        const value = valueOf(d, shifted);
        fc.pre(value !== undefined);
        expect(valueOf(moved, env)).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("floors and remainders", () => {
  it("merges nested floors", () => {
    expect(sameForm(over(over(H, 2), 2), over(H, 4))).toBe(true);
    expect(sameForm(ceilDivide(ceilDivide(H, n(2)), n(2)), ceilDivide(H, n(4)))).toBe(true);
    expect(sameForm(floorDivide(floorDivide(H, B), T), floorDivide(H, multiply(B, T)))).toBe(true);
  });

  it("takes multiples of the divisor out", () => {
    expect(formatDim(over(add(multiply(n(6), H), n(7)), 3))).toBe("2 * H + 2");
    expect(formatDim(floorDivide(add(multiply(B, T), H), B))).toBe("T + H // B");
    expect(formatDim(floorDivide(add(multiply(B, T), subtract(B, n(1))), B))).toBe("T");
  });

  it("cancels what dividend and divisor share", () => {
    expect(formatDim(divideExactly(product([n(6), B, T]), multiply(n(3), T)))).toBe("2 * B");
    expect(formatDim(floorDivide(product([B, T, H]), multiply(B, W)))).toBe("(H * T) // W");
    expect(formatDim(over(add(multiply(n(2), H), n(1)), 4))).toBe("H // 2");
    expect(formatDim(divideExactly(multiply(add(H, n(1)), T), add(H, n(1))))).toBe("T");
  });

  it("rounds toward minus infinity", () => {
    expect(asNumber(floorDivide(n(-7), n(2)))).toBe(-4);
    expect(asNumber(floorDivide(n(7), n(-2)))).toBe(-4);
    expect(asNumber(ceilDivide(n(-7), n(2)))).toBe(-3);
    expect(asNumber(ceilDivide(n(7), n(2)))).toBe(4);
    expect(asNumber(modulo(n(-7), n(4)))).toBe(1);
    expect(asNumber(modulo(n(7), n(-4)))).toBe(-1);
  });

  it("leaves a literal division by zero without a value", () => {
    expect(asConstant(floorDivide(n(3), n(0)))).toBeUndefined();
    expect(asConstant(modulo(H, n(0)))).toBeUndefined();
    expect(() => evaluate(floorDivide(H, n(0)), new Map([["H", 4]]))).toThrow("less than 1");
  });

  it("knows remainders that are 0 and those of remainders", () => {
    expect(formatDim(modulo(multiply(n(4), H), n(4)))).toBe("0");
    expect(formatDim(modulo(modulo(H, n(4)), n(2)))).toBe("H % 2");
    expect(formatDim(modulo(modulo(H, B), B))).toBe("H % B");
    expect(formatDim(floorDivide(modulo(H, n(4)), n(4)))).toBe("0");
  });
});

describe("minima and maxima", () => {
  it("flattens, sorts, drops repeats and what is dominated", () => {
    expect(formatDim(minimum(T, n(512), add(T, n(1)), minimum(H, n(600))))).toBe("min(H, T, 512)");
    expect(formatDim(maximum(n(1), H))).toBe("H");
    expect(formatDim(minimum(n(3), n(2)))).toBe("2");
    expect(sameForm(minimum(add(H, n(2)), add(W, n(2))), add(minimum(H, W), n(2)))).toBe(true);
    expect(sameForm(minimum(multiply(n(3), H), multiply(n(3), W)), multiply(n(3), minimum(H, W)))).toBe(true);
  });
});

describe("what callers see", () => {
  it("prints in the language's syntax", () => {
    expect(formatDim(product([B, T, n(64)]))).toBe("64 * B * T");
    expect(formatDim(add(over(T, 2), n(1)))).toBe("T // 2 + 1");
    expect(formatDim(subtract(n(3), H))).toBe("3 - H");
    expect(formatDim(multiply(over(H, 2), over(H, 2)))).toBe("(H // 2) * (H // 2)");
    expect(formatDim(multiply(n(2), over(H, 2)))).toBe("2 * (H // 2)");
    expect(formatDim(negate(over(H, 2)))).toBe("-(H // 2)");
    expect(formatDim(modulo(add(H, W), n(4)))).toBe("(H + W) % 4");
    expect(formatDim(n(0))).toBe("0");
    expect(formatDim(n(-3))).toBe("-3");
  });

  it("prints what reads back with the same value and the same form", () => {
    fc.assert(
      fc.property(expressions, environments, (e, env) => {
        const d = build(e);
        const text = formatDim(d);
        const value = valueOf(d, env);
        if (value !== undefined) expect(evaluateText(text, env)).toBe(value);
        expect(formatDim(build(parseExpression(text)))).toBe(text);
      }),
      { numRuns: 1500 },
    );
  });

  it("keeps the label of an operand that is returned unchanged, and gives computed ones none", () => {
    const labelled = withLabel(multiply(n(2), H), "W");
    expect(add(labelled, n(0)).label).toBe("W");
    expect(add(n(0), labelled).label).toBe("W");
    expect(subtract(labelled, n(0)).label).toBe("W");
    expect(multiply(labelled, n(1)).label).toBe("W");
    expect(multiply(n(1), labelled).label).toBe("W");
    expect(floorDivide(labelled, n(1)).label).toBe("W");
    expect(ceilDivide(labelled, n(1)).label).toBe("W");
    expect(minimum(labelled).label).toBe("W");
    expect(sum([labelled]).label).toBe("W");
    expect(product([labelled]).label).toBe("W");
    expect(toDim(labelled).label).toBe("W");
    expect(substitute(T, () => labelled).label).toBe("W");
    expect(add(labelled, n(1)).label).toBeUndefined();
    expect(multiply(labelled, n(2)).label).toBeUndefined();
    expect(withLabel(n(28), "H").label).toBe("H");
    expect(n(28).label).toBeUndefined();
    expect(withLabel(labelled, undefined).label).toBeUndefined();
    expect(sameForm(labelled, withLabel(labelled, "H"))).toBe(true);
  });

  it("tells constants, variables and values", () => {
    expect(asNumber(n(28))).toBe(28);
    expect(asNumber(H)).toBeUndefined();
    expect(asNumber(constant(2n ** 60n))).toBeUndefined();
    expect(asConstant(constant(2n ** 60n))).toBe(2n ** 60n);
    expect([...variablesOf(minimum(over(add(H, W), 2), modulo(T, B)))].sort()).toEqual(["B", "H", "T", "W"]);
    expect(evaluate(over(H, 2), new Map([["H", 7]]))).toBe(3);
    expect(() => evaluate(H, new Map())).toThrow("H has no value");
  });
});
