import { describe, expect, it } from "vitest";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { librarySources, librarySyntaxTrees } from "../../src/std/library.ts";
import { readSyntaxTree } from "../../src/std/parsed-library.ts";
import { parseFile } from "../../src/syntax/parse.ts";

describe("the parsed library", () => {
  for (const [path, text] of Object.entries(librarySources)) {
    it(`${path} reads back as the parser made it`, () => {
      const source = { path, text };
      const tree = readSyntaxTree(librarySyntaxTrees()[path] ?? "", source);
      expect(tree).toEqual(parseFile(source, createCollector()));
      // One source file for all spans: messages compare them by identity.
      expect(tree.declarations[0]?.span.file).toBe(source);
    });
  }
});
