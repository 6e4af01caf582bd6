import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generatePrelude } from "../../../scripts/generate-prelude.ts";
import { preludeClosure, preludeDeclaration, preludeNames } from "../../../src/emit/tfjs/prelude.ts";

describe("the prelude", () => {
  it("is embedded as it stands in its files", async () => {
    expect(readFileSync("src/emit/tfjs/prelude.generated.ts", "utf8")).toBe(await generatePrelude());
  });

  it("gives every declaration all that it calls on", () => {
    for (const name of preludeNames) {
      const closure = new Set(preludeClosure([name]).map((it) => it.name));
      expect(closure.has(name)).toBe(true);
      for (const needed of closure) {
        for (const dependency of preludeDeclaration(needed).dependencies) expect(closure.has(dependency)).toBe(true);
      }
    }
  });

  it("writes each declaration once", () => {
    const names = preludeClosure(["matMul", "conv2d", "matMul"]).map((it) => it.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
