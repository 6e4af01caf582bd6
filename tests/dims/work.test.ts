import { describe, expect, it } from "vitest";
import { holds, type Relation } from "../../src/dims/facts.ts";
import { linearlyInfeasible } from "../../src/dims/linear.ts";
import { contradictory } from "../../src/dims/prove.ts";
import { searchSmallest, type SearchResult } from "../../src/dims/search.ts";
import { searchReduced } from "../../src/dims/search-reduced.ts";
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

/** What was found, in words: `A=7 B=2`. */
function told(found: SearchResult): string {
  return found.kind === "found" ? [...found.values].map(([name, value]) => `${name}=${value}`).join(" ") : found.kind;
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
    [["B | 12", "B >= 5", "A * A >= 2 * B * B + 50"], "A=12 B=6", 321],
    [["B | 12", "A * B == 66"], "A=11 B=6", 513],
    [["B + 1 | 12", "B >= 4", "A * B >= 70"], "A=7 B=11", 921],
    [["12 | 8 * A", "A * B >= 100", "A >= B + 1"], "A=12 B=9", 628],
    [["9 | A", "6 | A", "A * B >= 1000", "B >= A"], "A=36 B=36", 976],
    [["3 * A == 21", "A * B >= 100"], "A=7 B=15", 131],
    [["5 * A < 23", "A * B >= 1000"], "A=4 B=250", 323],
    [["23 < 5 * A", "12 >= 2 * A", "A * B >= 1000"], "A=6 B=167", 410],
    [["3 !| A * B", "A * B >= 100", "B >= A"], "A=10 B=10", 1354],
    [["A !| B", "B >= 6", "A >= 3"], "A=3 B=7", 139],
    [["A !| B", "2 >= A", "6 >= B", "B >= 5"], "A=2 B=5", 101],
    [["A | B", "B >= 50", "A * A >= 30", "B < A * A"], "A=10 B=50", 400],
    [["A | 7", "A >= 2", "A * B >= 50"], "A=7 B=8", 405],
    [["B * B >= A + 3", "B + A >= 5"], "A=1 B=4", 173],
    [["A >= 5", "A < 3"], "none", 0],
    [["3 >= 2"], "", 6],
    [["2 >= 3"], "none", 0],
    [["A * A * A * A * A * A >= 1000000 * 1000000 * 1000000"], "A=1000", 2005],
    [["A * A == B * B * B + 17", "A >= 5"], "A=5 B=2", 127],
    [["A + B + C == 30", "A * B * C >= 990"], "A=9 B=10 C=11", 1618],
    [["A + B >= 2000", "A * B < 4000"], "A=1 B=1999", 571],
    [["A - B == 7", "A * B == 170"], "A=17 B=10", 994],
    [["A // B == 3", "A % B == 5", "B >= 9"], "A=32 B=9", 701],
  ])("%j: %s, %i", (given, values, cost) => {
    const asked: readonly Relation[] = relations(...given);
    const found = searchSmallest(asked, 10_000_000);
    expect([told(found), leastBudget((budget) => searchSmallest(asked, budget).kind !== "spent")]).toEqual([
      values,
      cost,
    ]);
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

describe("a search with what equalities determine in the place of variables", () => {
  it.each<readonly [readonly string[], string]>([
    [["A == 4 * B", "B >= 10", "A % 3 == 1"], "A=40 B=10"],
    [["A == B + C", "B == 2 * C", "C >= 5"], "A=15 B=10 C=5"],
    [["A == B - 3", "B * B >= 50"], "A=5 B=8"],
    [["A == B - 3", "4 >= B", "A >= 2"], "none"],
    [["A == B * C", "A + B + C >= 40", "C == B + 1"], "A=30 B=5 C=6"],
    [["A == 5", "B == A + 1"], "A=5 B=6"],
    [["A == 5", "A >= 6"], "none"],
    [["2 * A == 3 * B", "A >= 10"], "A=12 B=8"],
    [["A * A == 2 * B * B"], "spent"],
    [["A == C // 2", "B == C // 3", "A + B >= 70"], "A=42 B=28 C=84"],
  ])("%j: %s", (given, expected) => {
    const asked = relations(...given);
    const found = searchReduced(asked, 3_000);
    if (found.kind === "found") expect(asked.every((it) => holds(it, found.values) === true)).toBe(true);
    expect(told(found)).toBe(expected);
  });

  it.each<readonly [readonly string[], string]>([
    [["A * B >= 100", "C == A + 1"], "A=15 B=16 C=16"],
    [["B * B >= 100 * A * A", "A * B >= 2"], "A=1 B=16"],
    [["C == A * B", "C >= 50", "A * A == B * B"], "A=8 B=8 C=64"],
    [["A * A == 2 * B * B"], "spent"],
    [["A == 4 - B", "B * B >= 16"], "none"],
    [["A * A >= 1000000 * 1000000 * 1000000", "B == A + 1"], "A=1073741823 B=1073741824"],
    [["A >= 1000000 * 1000000 * 1000000 * B"], "spent"],
  ])("tries large sizes, each alone and all alike, once its budget is spent: %j: %s", (given, expected) => {
    const asked = relations(...given);
    const found = searchReduced(asked, 0);
    if (found.kind === "found") expect(asked.every((it) => holds(it, found.values) === true)).toBe(true);
    expect(told(found)).toBe(expected);
  });
});
