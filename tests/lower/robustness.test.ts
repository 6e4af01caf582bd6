import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check, silentFailures } from "./checking.ts";

const folder = "tests/lower/models";
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
