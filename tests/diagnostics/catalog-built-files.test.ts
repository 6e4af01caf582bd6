import { describe, expect, it } from "vitest";
import { builtFilesCatalog } from "../../src/diagnostics/catalog/built-files.ts";
import { codesOfCommands } from "./run-example.ts";

describe("the catalog of built files", () => {
  it.each(Object.entries(builtFilesCatalog))(
    "%s: the bad example yields it, the good one nothing",
    async (code, entry) => {
      expect(await codesOfCommands(entry.bad)).toEqual([code]);
      expect(await codesOfCommands(entry.good)).toEqual([]);
      expect(entry.explanation.length).toBeGreaterThan(20);
    },
  );
});
