import { describe, expect, it } from "vitest";
import { formatTables, formatUndefined } from "../../src/cli/format-tables.ts";
import type { Figure } from "../../src/runtime/train/figures.ts";

const figures = (...given: readonly (readonly [string, Figure])[]): ReadonlyMap<string, Figure> => new Map(given);

describe("figures of several numbers", () => {
  it("are rows and columns under their name, counts without fractions", () => {
    const counts = [
      [15, 0],
      [100, 7],
    ];
    expect(formatTables(figures(["loss", 0.5], ["pairs", counts], ["share", [0.5, 1 / 3]]), "test.")).toEqual([
      "test.pairs:",
      "       0  1",
      "  0   15  0",
      "  1  100  7",
      "test.share:",
      "  0  0.5000",
      "  1  0.3333",
    ]);
  });

  it("are left to --json where there are many", () => {
    const row = Array.from({ length: 41 }, () => 1);
    expect(formatTables(figures(["row", row], ["table", row.map(() => row)]))).toEqual([
      "row: 41 numbers, which --json gives",
      "table: 41 x 41 numbers, which --json gives",
    ]);
  });
});

describe("metrics that are no numbers", () => {
  it("are explained", () => {
    expect(formatUndefined(figures(["loss", 0.5], ["auc", NaN]))).toBe(
      "auc is NaN: of nothing, as where a mask leaves out everything, or of targets that are all alike.",
    );
    expect(formatUndefined(figures(["accuracy", NaN], ["auc", NaN]))).toMatch(/^accuracy, auc are NaN: /);
  });

  it("are not losses, which say themselves what they are", () => {
    expect(formatUndefined(figures(["loss", NaN], ["critic.loss", NaN], ["accuracy", 1]))).toBeUndefined();
  });
});
