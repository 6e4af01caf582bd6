import { describe, expect, it } from "vitest";
import { checkSource } from "../../src/compiler.ts";
import { learningCatalog } from "../../src/diagnostics/catalog/learning.ts";
import { predictingCatalog } from "../../src/diagnostics/catalog/predicting.ts";
import { trainingCatalog } from "../../src/diagnostics/catalog/training.ts";
import { renderText } from "../../src/diagnostics/render.ts";
import { host } from "../lower/checking.ts";

const codesOf = (text: string): readonly string[] =>
  checkSource({ path: "main.model", text }, host).map((it) => it.code);

const catalog = { ...trainingCatalog, ...learningCatalog, ...predictingCatalog };

describe("the catalog of sections", () => {
  it.each(Object.entries(catalog))("%s: the bad example yields it alone, the good one nothing", (code, entry) => {
    expect(codesOf(entry.bad)).toEqual([code]);
    expect(codesOf(entry.good)).toEqual([]);
    expect(entry.explanation.length).toBeGreaterThan(20);
  });

  it.each(Object.entries(catalog))("%s: its message is a sentence", (code, entry) => {
    const [finding] = checkSource({ path: "main.model", text: entry.bad }, host);
    expect(finding?.message).toMatch(/^[A-Z`"0-9].*\.$/s);
    expect(renderText(finding === undefined ? [] : [finding], { color: false })).toContain(code);
  });
});
