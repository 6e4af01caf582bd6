import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check, silentFailures } from "./checking.ts";

const folder = "tests/cases/examples";
const texts = [
  ...readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, "utf8")),
  ...readdirSync("src/std")
    .filter((name) => name.endsWith(".model"))
    .map((name) => readFileSync(`src/std/${name}`, "utf8")),
];
const pieces = texts.map((text) => text.match(/\w+|[^\w\s]+|\s+/g) ?? []);
const words = [...new Set(pieces.flat())];

/** A known program with a few of its words changed, dropped or doubled. */
const mutant = fc
  .record({
    program: fc.nat(pieces.length - 1),
    edits: fc.array(
      fc.record({
        at: fc.nat(5000),
        word: fc.constantFrom(...words),
        how: fc.constantFrom("replace", "drop", "double"),
      }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  })
  .map(({ program, edits }) => {
    const text = [...(pieces[program] ?? [])];
    for (const { at, word, how } of edits) {
      const place = at % text.length;
      const old = text[place] ?? "";
      text[place] = how === "replace" ? word : how === "drop" ? "" : `${old} ${old}`;
    }
    return text.join("");
  });

const runs = Number(process.env["MODELC_FUZZ"] ?? 150);

describe("checking", () => {
  it("never fails on what a person may write, and always says where", () => {
    fc.assert(
      fc.property(mutant, (text) => {
        for (const it of check(text)) {
          expect(it.message).not.toMatch(/undefined|\[object/);
          expect(it.span.end).toBeGreaterThanOrEqual(it.span.start);
        }
        expect(silentFailures(text), text).toEqual([]);
      }),
      { numRuns: runs },
    );
  }, 600_000);
});

describe("numbers that are too large to be exact", () => {
  it.each([
    ["a hyperparameter", "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(1e39) -> Dense(4)\n}"],
    ["a default", "model M(n: int = 1e17): (x: f32[B, 4]) -> y: f32[B, n] {\n  x -> Dense(n)\n}"],
    ["a dim", "model M: (x: f32[B, 1e39]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}"],
    ["a product", "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(1e10 * 1e10) -> Dense(4)\n}"],
    ["a condition", "model M: (x: f32[B, 4]) -> y: f32[B, 4] where B < 1e39 {\n  x -> Dense(4)\n}"],
    ["a reshape", "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> reshape([B, 1e39, 4]) -> reshape([B, 4])\n}"],
  ])("are a finding as %s", (_, text) => {
    const found = check(text);
    expect(found.filter((it) => it.severity === "error").length).toBeGreaterThan(0);
    expect(found[0]?.message).toMatch(/1e\+39|100000000000000000|1e\+20/);
  });
});
