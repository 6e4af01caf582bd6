import { describe, expect, it } from "vitest";
import { figureRanges } from "../../src/std/figure-ranges.ts";
import { library } from "../../src/std/library.ts";
import { metricCases } from "./metric-cases.ts";

describe("the ranges of the library's metrics", () => {
  /** Metrics of one number of which nothing is known: a mean of anything, and what targets beyond 0 and 1 make negative. */
  const open = ["mean_of", "binary_log_loss"];

  it("are those of all that give one number", () => {
    const metrics = library.names.filter((name) => {
      const declaration = library.find(name)?.declaration;
      return declaration?.flavor === "metric" && declaration.better !== undefined;
    });
    expect([...figureRanges.keys(), ...open].sort()).toEqual([...metrics].sort());
  });

  it("have the figures of scikit-learn and Keras in them", () => {
    const judged = new Set<string>();
    for (const { call, value } of metricCases) {
      const name = call.slice(0, call.indexOf("("));
      const range = figureRanges.get(name);
      if (range === undefined || typeof value !== "number" || Number.isNaN(value)) continue;
      judged.add(name);
      const { least = -Infinity, greatest = Infinity } = range;
      expect(value, call).toBeGreaterThanOrEqual(least);
      expect(value, call).toBeLessThanOrEqual(greatest);
    }
    expect([...figureRanges.keys()].filter((it) => !judged.has(it))).toEqual([]);
  });
});
