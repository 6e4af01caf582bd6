import { describe, expect, it } from "vitest";
import { syntaxCatalog } from "../../src/diagnostics/catalog/syntax.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { parseFile } from "../../src/syntax/parse.ts";

function codesOf(text: string): readonly string[] {
  const collector = createCollector();
  parseFile({ path: "example.model", text }, collector);
  return collector.diagnostics.map((it) => it.code);
}

describe("the syntax catalog", () => {
  it.each(Object.entries(syntaxCatalog))("%s: the bad example yields it, the good one nothing", (code, entry) => {
    expect(codesOf(entry.bad)).toContain(code);
    // Every entry's bad example shows that one mistake, but for the one about many.
    if (code !== "MC1025") expect(codesOf(entry.bad)).toEqual([code]);
    expect(codesOf(entry.good)).toEqual([]);
    expect(entry.explanation.length).toBeGreaterThan(20);
  });
});
