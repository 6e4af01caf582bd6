import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { renderText } from "../../src/diagnostics/render.ts";
import { textOf } from "../../src/support/source.ts";
import { parseFile } from "../../src/syntax/parse.ts";
import { limit } from "../../src/syntax/reporter.ts";
import { program } from "./programs.ts";

const runs = Number(process.env["MODELC_FUZZ"] ?? 300);
const sources = [
  ...readdirSync("tests/cases/examples").map((it) => readFileSync(`tests/cases/examples/${it}`, "utf8")),
  ...readdirSync("specs")
    .filter((it) => it.endsWith(".model"))
    .map((it) => readFileSync(`specs/${it}`, "utf8")),
];

/** Every span of a tree or a diagnostic lies within the text, and a child's within its parent's. */
function checkSpans(value: unknown, start: number, end: number): void {
  if (Array.isArray(value)) {
    for (const it of value) checkSpans(it, start, end);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const span = "span" in value ? value.span : undefined;
  let [from, to] = [start, end];
  if (typeof span === "object" && span !== null && "start" in span && "end" in span) {
    [from, to] = [Number(span.start), Number(span.end)];
    if (!(from <= to && from >= start && to <= end))
      throw new Error(`the span ${String(from)}-${String(to)} leaves ${String(start)}-${String(end)}`);
  }
  for (const [key, it] of Object.entries(value)) {
    // Documentation stands before what it documents.
    if (key === "doc") checkSpans(it, 0, Infinity);
    else if (key !== "span") checkSpans(it, from, to);
  }
}

function check(text: string): readonly Diagnostic[] {
  const collector = createCollector();
  const file = parseFile({ path: "fuzz.model", text }, collector);
  checkSpans(file, 0, text.length);
  for (const it of collector.diagnostics) {
    for (const { span } of [it, ...it.labels, ...(it.fix?.edits ?? [])]) checkSpans({ span }, 0, text.length);
    expect(it.message).not.toMatch(/undefined|NaN|\[object/);
  }
  expect(collector.diagnostics.length).toBeLessThanOrEqual(limit + 1);
  renderText(collector.diagnostics, { color: false });
  return collector.diagnostics;
}

const piece = fc.oneof(
  fc.constantFrom(
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\n",
    ",",
    ":",
    "->",
    "<-",
    "=",
    "+",
    "-",
    "//",
    '"',
    "#",
    "##",
    "...",
    "|",
  ),
  fc.constantFrom(
    " scan ",
    " when ",
    " repeat ",
    " emit ",
    " else ",
    "\nmodel ",
    "\ndata X {",
    " for ",
    " not ",
    "param ",
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom("\u0000", "\ufffd", "\ufeff", "é", "😀", "\r\n", "\t", "12px", "\\"),
);
const edit = fc.record({
  at: fc.nat(),
  remove: fc.oneof(fc.nat(3), fc.nat(200)),
  insert: fc.oneof(piece, fc.constant("")),
});

function mutate(text: string, edits: readonly { at: number; remove: number; insert: string }[]): string {
  return edits.reduce((it, { at, remove, insert }) => {
    const start = it.length === 0 ? 0 : at % it.length;
    return it.slice(0, start) + insert + it.slice(start + remove);
  }, text);
}

describe("parsing rubbish", () => {
  it("never throws on mutated specs, and every span lies in the text", () => {
    const mutated = fc.tuple(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 6 }));
    fc.assert(
      fc.property(mutated, ([text, edits]) => void check(mutate(text, edits))),
      { numRuns: runs },
    );
  }, 600_000);

  it("never throws on mutated random programs", () => {
    fc.assert(
      fc.property(program, fc.array(edit, { maxLength: 4 }), (text, edits) => void check(mutate(text, edits))),
      { numRuns: runs },
    );
  }, 600_000);

  it("has a place for a call of which nothing is left", () => {
    const text = "train M on D {\n  loss:      cross_entr)(logit\n  epochs:    10\n}\n";
    expect(check(text).map((it) => it.code)).toEqual(["MC1001"]);
  });

  it("never throws on any text", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => void check(pieces.join(""))),
      { numRuns: runs },
    );
  }, 600_000);

  it("reports one error for one broken line, whatever line that is", () => {
    // A closing bracket at the end of any line of code is an error of that line alone.
    for (const text of sources) {
      const lines = text.split("\n");
      for (const [i, line] of lines.entries()) {
        if (line.trim() === "" || line.includes("#")) continue;
        const broken = lines.map((it, j) => (i === j ? `${it} ]` : it)).join("\n");
        const found = check(broken);
        expect(found.length, `${line} ]`).toBeGreaterThanOrEqual(1);
        expect(found.length, `${line} ]`).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe("hopeless files", () => {
  const one = (text: string): Diagnostic | undefined => {
    const found = check(text);
    expect(found.map((it) => it.code)).toHaveLength(1);
    return found[0];
  };

  it("gives one error for nesting of 100,000 levels", () => {
    expect(one(`const a = ${"(".repeat(100_000)}1${")".repeat(100_000)}\n`)?.code).toBe("MC1005");
    expect(one(`const a = ${"[".repeat(100_000)}\n`)?.code).toBe("MC1005");
    expect(one(`model M: (x: f32[]) -> y: f32[] ${"{ when x ".repeat(100_000)}`)?.code).toBe("MC1005");
  });

  it("keeps what stands before a nesting too deep", () => {
    const collector = createCollector();
    const text = `const a = 1\n\nconst b = ${"(".repeat(200)}\n`;
    const { declarations } = parseFile({ path: "a.model", text }, collector);
    expect(declarations.map((it) => [textOf(it.span), it.broken])).toEqual([
      ["const a = 1", false],
      ["", true],
    ]);
  });

  it("gives one error for operators without end", () => {
    expect(one(`const a = ${"-".repeat(50_000)}1\n`)?.code).toBe("MC1028");
    expect(one(`const a = 1${" + 1".repeat(50_000)}\n`)?.code).toBe("MC1028");
    expect(one(`const a = x${".y".repeat(50_000)}\n`)?.code).toBe("MC1028");
    expect(one(`const a = ${"not ".repeat(50_000)}x\n`)?.code).toBe("MC1028");
  });

  it("bears the deepest tree that the limits let through", () => {
    const layer = `${"-".repeat(150)}(`;
    expect(one(`const a = ${layer.repeat(99)}1${")".repeat(99)}\n`)?.code).toBe("MC1028");
    const parens = `const a = ${"-(".repeat(99)}1${")".repeat(99)}\n`;
    expect(check(parens)).toEqual([]);
  });

  it("gives one error for an empty file, for comments alone and for binary rubbish", () => {
    expect(one("")?.code).toBe("MC1011");
    expect(one("\n\n  \n")?.code).toBe("MC1011");
    expect(one("# nothing\n")?.code).toBe("MC1011");
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256);
    expect(one(new TextDecoder().decode(bytes))?.code).toBe("MC1010");
  });

  it("says no more than the limit about a file of nothing but errors", () => {
    expect(check("x y z\n".repeat(3000)).length).toBeLessThanOrEqual(limit + 1);
    expect(check(`data D {\n${"  a b\n".repeat(3000)}}\n`)).toHaveLength(limit + 1);
    expect(check("; ".repeat(3000)).length).toBeLessThanOrEqual(limit + 1);
  });
});
