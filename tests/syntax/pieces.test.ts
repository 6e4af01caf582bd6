import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { inFile, type Span } from "../../src/support/source.ts";
import { createAsker, createMemo } from "../../src/support/memo.ts";
import { cutPieces } from "../../src/syntax/cut-pieces.ts";
import { parseFile, parsePieces, type KeptPiece } from "../../src/syntax/parse.ts";

const runs = Number(process.env["MODELC_FUZZ"] ?? 300);
const sources = readdirSync("specs")
  .filter((it) => it.endsWith(".model"))
  .map((it) => readFileSync(`specs/${it}`, "utf8"));

/** A tree as data, its spans as places in the whole file. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("file" in value && "start" in value) {
    const { start, end } = inFile(value as Span);
    return `${start}-${end}`;
  }
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, plain(it)]));
}

function byPieces(text: string): { readonly file: unknown; readonly found: unknown } {
  const collector = createCollector();
  const pieces = createMemo().table<KeptPiece>("piece");
  const file = parsePieces({ path: "a.model", text }, collector, pieces, createAsker());
  return { file: plain(file), found: plain(collector.diagnostics) };
}

function whole(text: string): { readonly file: unknown; readonly found: unknown } {
  const collector = createCollector();
  const file = parseFile({ path: "a.model", text }, collector);
  return { file: plain(file), found: plain(collector.diagnostics) };
}

describe("pieces of a text", () => {
  it("begin at declarations, with the comments above them", () => {
    const text = "# a\nspec 1\n\n## One.\nconst a = 1\n  # in\nmodel M: (x: f32[B]) {\nx\n}\ndata as\n";
    const cuts = cutPieces(text).map(({ start, end }) => text.slice(start, end));
    expect(cuts).toEqual([
      "# a\nspec 1\n",
      "\n## One.\nconst a = 1\n",
      "  # in\nmodel M: (x: f32[B]) {\nx\n}\ndata as\n",
    ]);
  });

  it.each(sources.map((it, index) => [index, it] as const))("parse as the whole does (%i)", (_, text) => {
    expect(cutPieces(text).length).toBeGreaterThan(3);
    expect(byPieces(text)).toEqual(whole(text));
  });

  it.each([
    ["what the next declaration leaves open", "const a = (1\n\n## B.\nconst b = 2\n"],
    ["a comma after a declaration", "fn f: (x: f32[]) -> f32[] { x },\n\nconst b = 2\n"],
    ["a missing value before a declaration", "const a =\nconst b = 2\n"],
    ["a missing value at the end", "const b = 2\nconst a =\n"],
    ["documentation of the file", "## The file.\n\nconst a = 1\n\n## More.\n\nconst b = 1\n"],
    ["documentation after everything", "const a = 1\n## Of nothing.\n"],
    ["a spec line in the wrong place", "const a = 1\nspec 1\nconst b = 1\n"],
    ["a word that is nearly a declaration's", "const a = 1\nmodle M: (x: f32[B]) { x }\nconst b = 1\n"],
    ["carriage returns", "const a = (1\r\n# c\r\nconst b = 2\rconst c = 1\r\n"],
    ["documentation above a stray brace", "## Of nothing.\n}\n\nconst a = 1\n"],
    ["documentation above a stray brace and of what follows", "const b = 1\n## Of nothing.\n}\n\n## A.\nconst a = 1\n"],
    ["no text at all", ""],
  ])("parse as the whole does: %s", (_, text) => {
    expect(byPieces(text)).toEqual(whole(text));
  });

  it("parse as the whole does, whatever is wrong", () => {
    const change = fc.record({
      at: fc.nat(),
      remove: fc.oneof(fc.nat(3), fc.nat(40)),
      insert: fc.constantFrom("", "(", ")", "]", "{", "}", "\n", ",", ":", "->", "=", '"', "#", "##", "\nmodel ", "\r"),
    });
    const edited = fc.tuple(fc.constantFrom(...sources), fc.array(change, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(edited, ([source, changes]) => {
        const text = changes.reduce((it, { at, remove, insert }) => {
          const start = at % it.length;
          return it.slice(0, start) + insert + it.slice(start + remove);
        }, source);
        expect(byPieces(text)).toEqual(whole(text));
      }),
      { numRuns: runs },
    );
  }, 600_000);
});
