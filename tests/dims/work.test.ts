import { describe, expect, it } from "vitest";
import type { Relation } from "../../src/dims/facts.ts";
import { linearlyInfeasible } from "../../src/dims/linear.ts";
import { contradictory } from "../../src/dims/prove.ts";
import { searchSmallest } from "../../src/dims/search.ts";
import { dim, relations } from "./systems.ts";

/**
 * Answers are to be had within budgets that count steps, so that what a question costs decides whether it is answered. A
 * number that goes up here is an answer that somebody no longer gets; one that goes down is welcome, once it is clear why.
 */
function leastBudget(isAnswered: (budget: number) => boolean): number {
  let [spent, enough] = [-1, 1];
  while (!isAnswered(enough)) {
    [spent, enough] = [enough, 2 * enough];
    if (enough > 1_000_000) return Infinity;
  }
  while (enough - spent > 1) {
    const middle = Math.floor((spent + enough) / 2);
    if (isAnswered(middle)) enough = middle;
    else spent = middle;
  }
  return enough;
}

describe("what a search costs", () => {
  it.each<readonly [readonly string[], string, number]>([
    [["A * A == 49"], "A=7", 49],
    [["A * A >= 1000"], "A=32", 85],
    [["A * B == 35", "A >= 2", "B >= 2"], "A=5 B=7", 469],
    [["A * B == 1001", "B >= A + 2"], "A=13 B=77", 8608],
    [["A * B * C == 1001", "A < B", "B < C"], "A=7 B=11 C=13", 11889],
    [["A * A + B * B == C * C", "B >= A"], "A=3 B=4 C=5", 1273],
    [["A * A + B * B == C * C", "B >= A", "A >= 6"], "A=6 B=8 C=10", 601],
    [["A + B == C", "A * B == 2 * C", "A >= 3"], "A=4 B=4 C=8", 1834],
    [["A * A == 2 * B * B", "50 >= A"], "none", 8449],
    [["A // 7 + B // 5 == 9", "A >= B + 12"], "A=35 B=20", 4160],
    [["A % 7 == 3", "A % 5 == 4", "A % 3 == 2"], "A=59", 1063],
    [["A % B == 5", "B % C == 3"], "A=5 B=7 C=4", 541],
    [["6 | A * B + 1", "A >= 4"], "A=5 B=1", 107],
    [["A | B", "B | 60", "A >= 4", "B >= A + 7"], "A=4 B=12", 359],
    [["A != B", "B != C", "A != C", "A + B >= 9", "A + C >= 11"], "A=8 B=1 C=3", 1416],
    [["min(A, B) >= 20", "max(A, B) * C >= 1000"], "A=20 B=28 C=36", 37280],
    [["A * A == B * B + 15", "A >= 5"], "A=8 B=7", 301],
    [["A * B >= 100000", "B >= A", "2 * A >= B"], "A=304 B=329", 51163],
    [["3 !| A", "5 !| A", "A * A >= 200", "A * A < 300"], "A=16", 247],
    [["A * B == A + B + 10000"], "A=74 B=138", 16913],
    [["A - B >= 1000000", "B * B >= 900"], "A=1000030 B=30", 855],
    [["A == 3 * B", "B == 5 * C", "A >= 1000"], "A=1005 B=335 C=67", 931],
  ])("%j: %s, %i", (given, values, cost) => {
    const asked: readonly Relation[] = relations(...given);
    const found = searchSmallest(asked, 10_000_000);
    const told =
      found.kind === "found" ? [...found.values].map(([name, value]) => `${name}=${value}`).join(" ") : found.kind;
    expect([told, leastBudget((budget) => searchSmallest(asked, budget).kind !== "spent")]).toEqual([values, cost]);
  });
});

describe("what a proof costs", () => {
  it.each<readonly [readonly string[], number]>([
    [["A == B + 2", "B >= A"], 24],
    [["A + B == 5", "B >= 5"], 39],
    [["6 | A", "4 | A", "12 !| A"], 80],
    [["B | A", "B !| A * C"], 90],
    [["A >= B * C", "B * C >= A + 1"], 28],
    [["max(A, B) >= C + 1", "C >= A", "C >= B"], 137],
    [["max(min(A, 3), min(B, 3)) >= 4"], 3],
    [["A // 2 + (A + 1) // 2 != A"], 75],
    [["A // 3 + (A + 1) // 3 + (A + 2) // 3 != A"], 88],
    [["(A + B) // 2 < A // 2 + B // 2"], 86],
    [["A % B >= B"], 38],
    [["2 !| A * (A + 1)"], 43],
    [["3 * A >= 3 * B + 1", "3 * B + 2 >= 3 * A"], 24],
    [["A >= B", "B >= A", "A != B"], 50],
    [["A // 6 + B // 4 >= A + B"], 71],
    [["A // 64 + (A + 32) // 64 != (2 * A) // 64"], 88],
  ])("%j: %i", (given, cost) => {
    const asked = relations(...given);
    expect(leastBudget((budget) => contradictory(asked, budget))).toBe(cost);
  });

  it.each<readonly [readonly string[], number]>([
    [["A - B - 1", "B - C", "C - A"], 11],
    [["3 * (A // 3) - A - 1"], 4],
    [["15 * ((2 * (A // 3) + B) // 5) - 2 * A - 3 * B - 1"], 20],
    [["3 * (A // 3) - 2 * (A // 2) - 2"], 15],
    [["A * B - A * C - 1", "C - B"], 16],
    [["2 * A + 3 * B - 5 * C - 4", "4 * C - 3 * A - 1", "A - 2 * B", "C - A + 1"], 21],
    [["A * B * C - A * B - C * C", "A * B - A * C", "C * C * A - A * B * C"], 47],
  ])("by linear elimination, %j: %i", (rows, cost) => {
    const budget = { left: 1_000_000 };
    linearlyInfeasible(rows.map(dim), budget);
    expect(1_000_000 - budget.left).toBe(cost);
  });
});
