import { describe, expect, it } from "vitest";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { librarySources } from "../../src/std/library.ts";
import { readSyntaxTree, writeSyntaxTrees } from "../../src/std/parsed-library.ts";
import { parseFile } from "../../src/syntax/parse.ts";

describe("the parsed library", () => {
  const sources = Object.entries(librarySources).map(([path, text]) => ({ path, text }));
  const kept = writeSyntaxTrees(sources.map((source) => parseFile(source, createCollector())));
  for (const source of sources) {
    it(`${source.path} reads back as the parser made it`, () => {
      const parsed = parseFile(source, createCollector());
      const { file, names, declaration } = readSyntaxTree(kept, source);
      expect(file).toEqual(parsed);
      // One source file for all spans, one declaration for a name: both are compared by identity.
      expect(file.declarations[0]?.span.file).toBe(source);
      expect(names.map(declaration)).toStrictEqual([...file.declarations]);
      expect(declaration(names[0] ?? "")).toBe(file.declarations[0]);
    });
  }
});
