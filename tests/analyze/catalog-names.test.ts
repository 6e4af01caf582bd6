import { describe, expect, it } from "vitest";
import { importsCatalog } from "../../src/diagnostics/catalog/imports.ts";
import { namesCatalog } from "../../src/diagnostics/catalog/names.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { elaborateModel } from "../../src/lower/elaborate-model.ts";
import { codesOf, load } from "../lower/checking.ts";

describe("the catalog of names", () => {
  it.each(Object.entries({ ...namesCatalog, ...importsCatalog }).filter(([code]) => code !== "MC2021"))(
    "%s: the bad example yields it alone, the good one nothing",
    (code, entry) => {
      expect(codesOf(entry.bad)).toEqual([code]);
      expect(codesOf(entry.good)).toEqual([]);
      expect(entry.explanation.length).toBeGreaterThan(20);
    },
  );

  it("MC2021: a model that the file does not have", () => {
    const { bad, good } = namesCatalog.MC2021;
    for (const [text, codes] of [
      [bad, ["MC2021"]],
      [good, []],
    ] as const) {
      const collector = createCollector();
      elaborateModel(load(text, collector), "M", {}, collector);
      expect(collector.diagnostics.map((it) => it.code)).toEqual(codes);
    }
  });
});
