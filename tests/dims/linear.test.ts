import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearlyInfeasible } from "../../src/dims/linear.ts";
import { valueOf } from "../../src/dims/substitute.ts";
import { build, expressions } from "./expressions.ts";
import { dim, grid } from "./systems.ts";

const infeasible = (...atLeastZero: readonly string[]): boolean =>
  linearlyInfeasible(atLeastZero.map(dim), { left: 100_000 });

/** Each is one step: without the bound that it needs, nothing else of the prover would be asked. */
describe("what linear elimination alone shows", () => {
  it.each([
    // Bounds of a floor by a constant: 3 (A // 3) <= A, and A <= 3 (A // 3) + 2.
    [["3 * (A // 3) - A - 1"], true],
    [["A - 3 * (A // 3) - 3"], true],
    [["A - 3 * (A // 3) - 2"], false],
    [["3 * (A // 3) - A"], false],
    // The same by a variable, whose products with the floor are unknowns of their own.
    [["B * (A // B) - A - 1"], true],
    [["A - B * (A // B) - B"], true],
    [["A - B * (A // B) - B + 1"], false],
    [["A - B * (A // B)", "B * (A // B) - A"], false],
    // A divisor is at least 1 where the floor has a value.
    [["A // (B - C) - A", "C - B"], true],
    [["A // (B - C) - A", "C - B + 1"], false],
    [["A // (B - C) - A - 1"], true],
    [["A // (B - C) - A"], false],
    // Floors within floors, joined by the normal form or not.
    [["15 * ((2 * (A // 3) + B) // 5) - 2 * A - 3 * B - 1"], true],
    [["15 * ((2 * (A // 3) + B) // 5) - 2 * A - 3 * B"], false],
    [["9 * ((A // 3 + B) // 3) - A - 3 * B - 1"], true],
    [["A + 3 * B - 9 * ((A // 3 + B) // 3) - 9"], true],
    [["A + 3 * B - 9 * ((A // 3 + B) // 3) - 8"], false],
    // Two floors share what they are made of.
    [["3 * (A // 3) - 2 * (A // 2) - 2"], true],
    [["3 * (A // 3) - 2 * (A // 2) - 1"], false],
    // Rows are rounded to integers: 2 A >= 5 and 4 >= ... 2 A <= 5 leave A >= 3 and A <= 2.
    [["2 * A - 5", "5 - 2 * A"], true],
    [["2 * A - 4", "5 - 2 * A"], false],
    [["3 * A - 3 * B - 1", "3 * B - 3 * A + 2"], true],
    // Variables are at least 1, and so are their products.
    [["0 - A"], true],
    [["1 - A"], false],
    [["A - A * B - 1"], true],
    [["A - A * B"], false],
    [["A - B - 1", "B - C", "C - A"], true],
    [["A - B", "B - C", "C - A"], false],
    [["A * B - A * C - 1", "C - B"], true],
    [["A * B - A * C", "C - B"], false],
  ] as const)("%j: %j", (rows, expected) => {
    expect(infeasible(...rows)).toBe(expected);
  });

  it("proves nothing once its budget is spent", () => {
    const rows = ["A - B - 1", "B - C", "C - A"].map(dim);
    expect(linearlyInfeasible(rows, { left: 0 })).toBe(false);
    const budget = { left: 100_000 };
    expect(linearlyInfeasible(rows, budget)).toBe(true);
    expect(budget.left).toBeLessThan(100_000);
  });
});

describe("a proof of linear elimination", () => {
  it("is never wrong: no integers satisfy what it calls infeasible", () => {
    const points = grid(7);
    let shown = 0;
    fc.assert(
      fc.property(fc.array(expressions, { minLength: 1, maxLength: 3 }), (written) => {
        const rows = written.map(build);
        if (!linearlyInfeasible(rows, { left: 20_000 })) return;
        shown++;
        const solution = points.find((env) =>
          rows.every((row) => {
            const value = valueOf(row, env);
            return value !== undefined && value >= 0n;
          }),
        );
        expect(solution).toBeUndefined();
      }),
      { numRuns: 600 },
    );
    expect(shown).toBeGreaterThan(30);
  });
});
