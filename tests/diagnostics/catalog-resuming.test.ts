import { describe, expect, it } from "vitest";
import { resumingCatalog } from "../../src/diagnostics/catalog/resuming.ts";
import { codesOfCommands } from "./run-example.ts";

describe("the catalog of resuming", () => {
  it.each(Object.entries(resumingCatalog))(
    "%s: the bad example yields it, the good one nothing",
    async (code, entry) => {
      expect(await codesOfCommands(entry.bad)).toEqual([code]);
      expect(await codesOfCommands(entry.good)).toEqual([]);
      expect(entry.explanation.length).toBeGreaterThan(20);
    },
  );
});
