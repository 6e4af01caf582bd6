import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createChecker } from "../../src/compiler.ts";
import { hostOf, modelsIn } from "./models-in.ts";
import { slipsOf, type Slip } from "./slips.ts";

/** Slips that are looked at, of all that may be made in the corpus; others are drawn by another seed. */
const runs = Number(process.env["MODELC_SLIPS"] ?? 300);
const seed = Number(process.env["MODELC_SEED"] ?? 1);

const corpus = [...modelsIn("specs"), ...modelsIn(join("tests", "fixtures", "right"))];
const host = hostOf(new Map([...corpus, ...modelsIn(join("tests", "fixtures", "parts"))]));

describe("one slip of a token in a right program", () => {
  it("is one finding, but for few", () => {
    const slips = corpus.flatMap(([path, text]) => slipsOf(text).map((slip) => [path, slip] as const));
    const checkers = new Map(corpus.map(([path]) => [path, createChecker(host)]));
    const several: string[] = [];
    let told = 0;
    // Slips at even distances, so that every file and every kind has its share.
    const apart = slips.length / runs;
    for (let run = 0; run < runs; run++) {
      const [path, slip]: readonly [string, Slip] =
        slips[Math.floor((run + (seed % 97) / 97) * apart)] ?? expect.fail();
      const found = checkers.get(path)?.check({ path, text: slip.text }) ?? expect.fail();
      if (found.length > 0) told++;
      if (found.length > 1)
        several.push(`${path}:${slip.line}, \`${slip.image}\` ${slip.kind}: ${found.map((it) => it.code).join(" ")}`);
    }
    expect(told / runs).toBeGreaterThan(0.95);
    expect(several.length / runs, several.join("\n")).toBeLessThan(0.025);
  }, 600_000);
});
