import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proofSteps } from "../../src/dims/decide.ts";
import type { Relation } from "../../src/dims/facts.ts";
import { contradictory } from "../../src/dims/prove.ts";
import { build, expressions } from "./expressions.ts";
import { relations, solutionOnGrid } from "./systems.ts";

/** The prover by itself: `decide` asks the search first, which hides what a proof no longer shows. */
describe("what a proof shows without any search", () => {
  it.each([
    ["an equality, substituted", ["A == B + 2", "B >= A"]],
    ["an equality whose variable must be at least 1", ["A + B == C", "A >= C"]],
    ["an equality whose variable has no room left", ["A + B == 5", "B >= 5"]],
    ["equalities in a chain", ["A == B + 1", "B == C + 1", "C >= A - 1"]],
    ["a divisibility, solved", ["6 | A", "4 | A", "12 !| A"]],
    ["a divisibility of a product", ["2 | A", "2 | B", "4 !| A * B"]],
    ["a divisibility by a variable", ["B | A", "B !| A * C"]],
    ["a divisibility of a sum", ["B | A", "B !| A + B"]],
    ["a multiple is no smaller than its divisor", ["B | A", "A < B"]],
    ["a lower bound", ["A >= B + 3", "A - B < 3"]],
    ["a lower bound by a product", ["A >= B * C", "B * C >= A + 1"]],
    ["minima by cases", ["min(A, B) >= 5", "A < 5"]],
    ["maxima by cases", ["4 >= max(A, B)", "B >= 5"]],
    ["a maximum of what is smaller than a third", ["max(A, B) >= C + 1", "C >= A", "C >= B"]],
    ["the sum of both", ["max(A, B) + min(A, B) != A + B"]],
    ["nested choices", ["max(min(A, 3), min(B, 3)) >= 4"]],
    ["a square", ["0 >= min(A - 2, 1) * min(A - 2, 1) + 1"]],
    ["residues: halves", ["A // 2 + (A + 1) // 2 != A"]],
    ["residues: quarters", ["(A // 2) // 2 != A // 4"]],
    ["residues: thirds", ["A // 3 + (A + 1) // 3 + (A + 2) // 3 != A"]],
    ["residues of two variables", ["(A + B) // 2 < A // 2 + B // 2"]],
    ["remainders", ["A % 3 >= 3"]],
    ["remainders by a variable", ["A % B >= B"]],
    ["what a remainder leaves", ["B * (A // B) + A % B != A"]],
    ["consecutive numbers", ["2 !| A * (A + 1)"]],
    ["two inequalities that leave no integer", ["3 * A >= 3 * B + 1", "3 * B + 2 >= 3 * A"]],
    ["what is not equal, between bounds", ["A >= B", "B >= A", "A != B"]],
    ["a floor under a bound", ["A >= 8", "3 >= A // 2"]],
    ["a floor by a variable under a bound", ["A >= B", "0 >= A // B"]],
    ["quotients in order", ["B >= C", "A * B // 24 < A * C // 48"]],
    ["a sum of quotients", ["B >= A", "B >= C", "A * B // 24 + B * C // 36 < A * C // 48"]],
    ["quotients of what is less by some", ["A >= 2", "A >= B", "A * A // 24 < (A * B - B) // 24"]],
    ["an upsampled half", ["2 | A", "2 * (A // 2) != A"]],
    ["a convolution's length", ["A >= 3", "0 >= (A - 3) // 2 + 1"]],
    ["a relation whose divisor is no divisor", ["B | A", "0 >= B"]],
  ])("%s", (_, given) => {
    expect(contradictory(relations(...given), proofSteps)).toBe(true);
  });

  it.each([
    ["substitutions", ["A == B + 1", "B == C + 1", "C >= A - 1"], 8, 128],
    ["hundreds of cases, each of which is short", ["A // 512 + (A + 256) // 512 != (2 * A) // 512"], 64, 1024],
  ])("all work counts: %s", (_, given, few, enough) => {
    expect(contradictory(relations(...given), few)).toBe(false);
    expect(contradictory(relations(...given), enough)).toBe(true);
  });

  it.each([
    ["a lower bound", ["A >= B + 3", "A - B < 4"]],
    ["a divisibility", ["6 | A", "4 | A", "24 !| A"]],
    ["a divisibility of a product", ["2 | A", "2 | B", "8 !| A * B"]],
    ["minima", ["min(A, B) >= 5", "A < 6"]],
    ["residues", ["(A + B) // 2 != A // 2 + B // 2"]],
    ["remainders", ["A % 3 >= 2"]],
    ["a convolution's length", ["A >= 2", "0 >= (A - 3) // 2 + 1"]],
    ["quotients by what is smaller", ["B >= A", "B >= C", "A * B // 24 + B * C // 36 < A * C // 11"]],
    ["quotients whose order turns", ["A * B // 24 < A * C // 48"]],
    ["what might be equal", ["A != B"]],
  ])("and does not show of what has a solution: %s", (_, given) => {
    expect(solutionOnGrid(relations(...given), 12)).toBeDefined();
    expect(contradictory(relations(...given), proofSteps)).toBe(false);
  });

  it("says nothing once its steps are spent", () => {
    const given = relations("A // 2 + (A + 1) // 2 != A");
    expect(contradictory(given, 0)).toBe(false);
    expect(contradictory(given, proofSteps)).toBe(true);
  });
});

describe("a proof", () => {
  it("is never wrong: no integers satisfy what it calls contradictory", () => {
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
    let shown = 0;
    fc.assert(
      fc.property(fc.array(relation, { minLength: 1, maxLength: 3 }), (given) => {
        if (!contradictory(given, 10_000)) return;
        shown++;
        expect(solutionOnGrid(given, 7)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
    expect(shown).toBeGreaterThan(30);
  });
});
