import { describe, expect, it } from "vitest";
import { typesCatalog } from "../../src/diagnostics/catalog/types.ts";
import { codesOfFile as codesOf } from "./checking.ts";

describe("the catalog of types and shapes", () => {
  it.each(Object.entries(typesCatalog))("%s: the bad example yields it alone, the good one nothing", (code, entry) => {
    expect(codesOf(entry.bad)).toEqual([code]);
    expect(codesOf(entry.good)).toEqual([]);
    expect(entry.explanation.length).toBeGreaterThan(20);
  });
});
