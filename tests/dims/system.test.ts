import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dim } from "../../src/dims/dim.ts";
import { asConstant, constant, evaluateExact, formatDim, modulo, subtract, substitute } from "../../src/dims/dim.ts";
import type { Relation } from "../../src/dims/facts.ts";
import { holds } from "../../src/dims/facts.ts";
import { required } from "../../src/support/fault.ts";
import { valueOf } from "../../src/dims/substitute.ts";
import type { System } from "../../src/dims/system.ts";
import { reduceMultiple, simplifySystem, solutionsOf, systemOf } from "../../src/dims/system.ts";
import { build, expressions } from "./expressions.ts";
import { dim, grid, relations } from "./systems.ts";

const points = grid(6);

/** Undefined where a divisor is less than 1. */
function satisfied(s: System, env: ReadonlyMap<string, number>): boolean | undefined {
  const value = (d: Dim): bigint | undefined => valueOf(d, env);
  const parts = [
    ...s.zeros.map((d) => ({ of: [d], holds: ([x = 1n]: readonly bigint[]) => x === 0n })),
    ...s.atLeastZero.map((d) => ({ of: [d], holds: ([x = -1n]: readonly bigint[]) => x >= 0n })),
    ...s.nonzeros.map((d) => ({ of: [d], holds: ([x = 0n]: readonly bigint[]) => x !== 0n })),
    ...s.multiples.map((m) => ({
      of: [m.divisor, m.dividend],
      holds: ([x = 0n, y = 1n]: readonly bigint[]) => x >= 1n && y % x === 0n,
    })),
  ];
  let all = true;
  for (const part of parts) {
    const values = part.of.map(value);
    const known = values.filter((it) => it !== undefined);
    if (known.length < values.length) return undefined;
    if (!part.holds(known)) all = false;
  }
  return all;
}

function formatPoint(env: ReadonlyMap<string, number>): string {
  return [...env].map(([name, value]) => `${name} = ${String(value)}`).join(", ");
}

const comparison = fc.constantFrom("equal" as const, "notEqual" as const, "atLeast" as const, "lessThan" as const);
const division = fc.constantFrom("divides" as const, "notDivides" as const);
const relation: fc.Arbitrary<Relation> = fc.oneof(
  fc
    .record({ kind: comparison, a: expressions, b: expressions })
    .map(({ kind, a, b }): Relation => ({ kind, left: build(a), right: build(b) })),
  fc
    .record({ kind: division, a: expressions, b: expressions })
    .map(({ kind, a, b }): Relation => ({ kind, divisor: build(a), dividend: build(b) })),
);

describe("a system", () => {
  it("holds exactly where its relations do", () => {
    fc.assert(
      fc.property(relation, (it) => {
        const system = systemOf([it]);
        for (const env of points) {
          const wanted = holds(it, env);
          const found = satisfied(system, env);
          if (wanted !== undefined && found !== undefined) expect(found).toBe(wanted);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is made of one statement for each kind of relation, and a divisor's bound", () => {
    const texts = ({ zeros, atLeastZero, nonzeros, multiples }: System): unknown => ({
      zeros: zeros.map(formatDim),
      atLeastZero: atLeastZero.map(formatDim),
      nonzeros: nonzeros.map(formatDim),
      multiples: multiples.map((it) => `${formatDim(it.divisor)} | ${formatDim(it.dividend)}`),
    });
    expect(texts(systemOf(relations("A == B", "A != 2", "A >= 3", "B < 4", "C | A", "C !| B")))).toEqual({
      zeros: ["A - B"],
      nonzeros: ["A - 2"],
      atLeastZero: ["A - 3", "3 - B", "C - 1", "B % C - 1", "C - 1"],
      multiples: ["C | A"],
    });
  });
});

describe("simplifying a system", () => {
  it("keeps its solutions, all and only", () => {
    fc.assert(
      fc.property(fc.array(relation, { minLength: 1, maxLength: 3 }), (given) => {
        const before = systemOf(given);
        const after = simplifySystem(before);
        for (const env of points) {
          const wanted = satisfied(before, env);
          if (wanted === undefined) continue;
          const found = after === undefined ? false : satisfied(after, env);
          if (found !== undefined) expect(found).toBe(wanted);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    // Roots: of what stands against another alone, in equal numbers, and has one sign.
    ["A * A == B * B", true],
    ["A * A * A != B * B * B", true],
    ["(A // 2) * (A // 2) == (B // 3) * (B // 3)", true],
    ["A * A * B == C * C * B", true],
    ["A * A == 1", true],
    ["A * A + B * B == C * C", false],
    ["A * A + C * C == B * B", false],
    ["4 * A * A == B * B", false],
    ["A * A == 4", false],
    ["A * A == B * B * B", false],
    ["min(A - 3, 1) * min(A - 3, 1) == B * B", false],
    ["min(A - 3, 1) * min(A - 3, 1) == min(3 - B, 1) * min(3 - B, 1)", false],
    ["min(A - 3, 1) * min(A - 3, 1) != B * B", false],
  ])("keeps the solutions of %s, whatever powers are in it", (text, isRooted) => {
    const before = systemOf(relations(text));
    const after = required(simplifySystem(before), "a system");
    for (const env of points) expect(satisfied(after, env), formatPoint(env)).toBe(satisfied(before, env));
    const powers = [...after.zeros, ...after.nonzeros].flatMap(({ terms }) =>
      terms.flatMap(({ factors }) => factors.map(({ power }) => power)),
    );
    expect(powers.every((it) => it === 1)).toBe(isRooted);
  });

  it.each([
    // A constant that is not 0, a parity that cannot be, a range that excludes 0.
    [["A == A + 1"]],
    [["2 * A == 2 * B + 1"]],
    [["A + B == 1"]],
    [["0 >= A"]],
    [["2 * A - 2 * A != 0"]],
    [["4 | 4 * A + 2"]],
    // What is at least 1 is no multiple of anything larger.
    [["A + B | A"]],
  ])("sees that %j cannot hold", (given) => {
    expect(simplifySystem(systemOf(relations(...given)))).toBeUndefined();
  });

  it.each([
    [["A >= 1"]],
    [["A == A"]],
    [["A + B != 0"]],
    [["A + B != 1"]],
    [["2 * A != 2 * B + 1"]],
    [["3 | 3 * A"]],
    [["A * B >= A"]],
  ])("leaves nothing of %j, which holds anyway", (given) => {
    expect(simplifySystem(systemOf(relations(...given)))).toEqual({
      zeros: [],
      atLeastZero: [],
      nonzeros: [],
      multiples: [],
    });
  });

  it("rounds a bound down to integers, and makes a bound of what is not its least value", () => {
    const { atLeastZero: [rounded] = [] } = simplifySystem(systemOf(relations("2 * A >= 2 * B + 1"))) ?? {};
    expect(rounded === undefined ? "" : formatDim(rounded)).toBe("A - B - 1");
    const { atLeastZero: [bound] = [], nonzeros } = simplifySystem(systemOf(relations("A != 1"))) ?? {};
    expect(bound === undefined ? "" : formatDim(bound)).toBe("A - 2");
    expect(nonzeros).toEqual([]);
  });
});

describe("solving for a variable", () => {
  it("gives values at which the dim is 0, and the sign that the variable has", () => {
    let solved = 0;
    fc.assert(
      fc.property(expressions, (written) => {
        const p = build(written);
        for (const { name, value, sign } of solutionsOf(p)) {
          solved++;
          const at0 = substitute(p, (it) => (it === name ? value : undefined));
          const at1 = substitute(p, (it) => (it === name ? subtract(value, constant(-1)) : undefined));
          for (const env of points) {
            const here = valueOf(at0, env);
            if (here === undefined) continue;
            expect(here).toBe(0n);
            const further = valueOf(at1, env);
            if (further !== undefined) expect(further).toBe(BigInt(sign));
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(solved).toBeGreaterThan(30);
  });

  it("is not tried for what stands elsewhere in the dim as well, or more than once", () => {
    expect(solutionsOf(dim("A - A // 2")).map((it) => it.name)).toEqual([]);
    expect(solutionsOf(dim("2 * A - B * B")).map((it) => it.name)).toEqual([]);
    expect(solutionsOf(dim("A - B * C")).map((it) => [it.name, formatDim(it.value), it.sign])).toEqual([
      ["A", "B * C", 1],
    ]);
    expect(solutionsOf(dim("3 - A")).map((it) => [it.name, formatDim(it.value), it.sign])).toEqual([["A", "3", -1]]);
  });
});

describe("a multiple without common factors", () => {
  it("divides exactly where it did", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 1, max: 12 }),
        expressions,
        (n, factor, written) => {
          const dividend = build({ op: "*", a: { op: "constant", value: factor }, b: written });
          const reduced = reduceMultiple({ divisor: constant(n), dividend });
          const divisor = asConstant(reduced.divisor) ?? 0n;
          for (const env of points.slice(0, 40)) {
            if (valueOf(dividend, env) === undefined) continue;
            const before = evaluateExact(modulo(dividend, constant(n)), env) === 0n;
            expect(evaluateExact(reduced.dividend, env) % divisor === 0n).toBe(before);
          }
        },
      ),
      { numRuns: 200 },
    );
    const { divisor, dividend } = reduceMultiple({ divisor: constant(12), dividend: dim("8 * A") });
    expect([formatDim(divisor), formatDim(dividend)]).toEqual(["3", "2 * A"]);
  });
});
