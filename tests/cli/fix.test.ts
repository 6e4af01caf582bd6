import { chmodSync, linkSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMemoryHost } from "../../src/analyze/memory-host.ts";
import { checkSource } from "../../src/compiler.ts";
import { applyFixes } from "../../src/diagnostics/apply-fixes.ts";
import { catalog } from "../../src/diagnostics/catalog.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { cli, folderWith } from "./run-cli.ts";

const good = "model Net: (x: f32[B, 3]) -> y: f32[B, 2] { x -> Dense(2) }\n";
const bad = good.replace("Dense", "Denze");

function finding(
  file: { path: string; text: string },
  ...edits: readonly (readonly [start: number, end: number, text: string])[]
): Diagnostic {
  return {
    code: "MC2001",
    severity: "error",
    message: "",
    span: { file, start: 0, end: 0 },
    labels: [],
    fix: { title: "t", edits: edits.map(([start, end, text]) => ({ span: { file, start, end }, text })) },
  };
}

describe("applyFixes", () => {
  const file = { path: "a.model", text: "0123456789" };
  const all = () => true;

  it("applies what does not meet, each whole or not at all, the first before others", () => {
    const fixes = [
      finding(file, [1, 2, "A"], [8, 9, "B"]),
      finding(file, [4, 4, "C"]),
      finding(file, [5, 6, "D"], [9, 9, "E"]),
    ];
    expect(applyFixes(file.text, fixes, all)).toMatchObject({ text: "0A23C4567B9", fixed: { length: 2 } });
    expect(applyFixes(file.text, [...fixes].reverse(), all)).toMatchObject({
      text: "0123C4D678E9",
      fixed: { length: 2 },
    });
    // Of two insertions at one place nobody knows which comes first.
    expect(applyFixes(file.text, [finding(file, [3, 3, "A"]), finding(file, [3, 3, "B"])], all).text).toBe(
      "012A3456789",
    );
  });

  it("leaves what is of another file, or changes nothing", () => {
    const other = { path: "b.model", text: file.text };
    const fixes = [finding(file, [0, 1, "A"]), finding(other, [2, 3, "B"]), finding(file, [5, 6, "5"])];
    expect(applyFixes(file.text, fixes, (it) => it === file)).toMatchObject({
      text: "A123456789",
      fixed: { length: 1 },
    });
  });

  it("never changes what no applied fix names (any edits)", () => {
    const edit = fc
      .tuple(fc.nat(9), fc.nat(4), fc.constantFrom("", "x", "xy"))
      .map(([start, length, text]) => [start, Math.min(10, start + length), text] as const);
    fc.assert(
      fc.property(fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { maxLength: 5 }), (lists) => {
        const { text, fixed } = applyFixes(
          file.text,
          lists.map((it) => finding(file, ...it)),
          all,
        );
        const gone = new Set(
          fixed.flatMap(({ fix }) => fix.edits.flatMap(({ span }) => [...file.text.slice(span.start, span.end)])),
        );
        expect(text.replaceAll(/[xy]/g, "")).toBe([...file.text].filter((it) => !gone.has(it)).join(""));
      }),
      { seed: 7 },
    );
  });
});

describe("every fix of an example", () => {
  const host = createMemoryHost({});
  const withFix = Object.entries(catalog).flatMap(([code, { bad: text }]) => {
    const found = checkSource({ path: "bad.model", text }, host);
    return found.some((it) => it.code === code && it.fix !== undefined) ? [[code, text] as const] : [];
  });

  it("exists", () => {
    expect(withFix.length).toBeGreaterThan(15);
  });

  it.each(withFix)("%s resolves its finding", (code, text) => {
    const found = checkSource({ path: "bad.model", text }, host).filter((it) => it.code === code);
    const fixed = applyFixes(text, found, () => true);
    const after = checkSource({ path: "bad.model", text: fixed.text }, host).filter((it) => it.code === code);
    expect({ text: fixed.text, left: after.length < found.length }).toEqual({ text: fixed.text, left: true });
  });
});

describe("modelc check --fix", () => {
  it("changes files until nothing is left to fix, and tells what it did and what is left", async () => {
    const text = `model Net: (x: f32[B, 3]) -> y: f32[B, 2] {\n  w = x -> Denze(4) + x\n  x -> Dnese(2)\n}\n`;
    const folder = folderWith({ "a.model": text, "b.model": good });
    const path = join(folder, "a.model");
    const { code, out } = await cli(["check", folder, "--fix"]);
    expect(readFileSync(path, "utf8")).toBe(
      `model Net: (x: f32[B, 3]) -> y: f32[B, 2] {\n  w = (x -> Dense(4)) + x\n  x -> Dense(2)\n}\n`,
    );
    expect(code).toBe(1);
    expect(out.replaceAll(path, "a.model")).toMatch(
      /^a\.model: fixed MC\d{4}: [^]*\na\.model: fixed MC2001: change to Dense\n[^]*\n\nerror\[MC3[^]*\n2 files checked, [^\n]*, 3 fixed\n$/,
    );
    expect(readFileSync(join(folder, "b.model"), "utf8")).toBe(good);
    expect(readdirSync(folder).sort()).toEqual(["a.model", "b.model"]);
    const again = await cli(["check", folder, "--fix"]);
    expect(again.out).not.toContain("fixed");
  });

  it("keeps byte order marks, line ends and hard links, and is data in JSON", async () => {
    const folder = folderWith({ "a.model": `\uFEFF${bad.replace("{ x", "{\r\n  x")}`, "b.model": bad });
    linkSync(join(folder, "b.model"), join(folder, "c.model"));
    const { code, out } = await cli(["check", folder, "--fix", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ errors: 0, diagnostics: [], fixed: { length: 3 } });
    expect(readFileSync(join(folder, "a.model"), "utf8")).toBe(`\uFEFF${good.replace("{ x", "{\r\n  x")}`);
    expect(readFileSync(join(folder, "c.model"), "utf8")).toBe(good);
  });

  it("leaves imported files that were not named, and mends what they share once", async () => {
    const use = 'import { Part } from "./part.model"\nmodel M: (x: f32[B, 3]) -> y: f32[B, 2] { x -> Part }\n';
    const part = "block Part: (x: f32[B, 3]) -> f32[B, 2] { x -> Denze(2) }\n";
    const folder = folderWith({ "a.model": use, "b.model": use, "part.model": part });
    const named = [join(folder, "a.model"), join(folder, "b.model")];
    expect((await cli(["check", ...named, "--fix"])).code).toBe(1);
    expect(readFileSync(join(folder, "part.model"), "utf8")).toBe(part);
    const { code, out } = await cli(["check", ...named, join(folder, ".", "part.model"), "--fix"]);
    expect(code).toBe(0);
    expect(out.match(/fixed MC2001/g)).toHaveLength(1);
    expect(readFileSync(join(folder, "part.model"), "utf8")).toBe(part.replace("Denze", "Dense"));
  });

  it("leaves files that it may not write, and says so, and those that are no UTF-8", async () => {
    const folder = folderWith({
      "a.model": bad,
      "b.model": Uint8Array.from([...Buffer.from(`${good}# \u202e`), 0xff, 0x0a]),
      "c.model": bad,
    });
    chmodSync(join(folder, "a.model"), 0o444);
    const { code, out, err } = await cli(["check", folder, "--fix"]);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: I cannot write [^\n]*a\.model: it is read-only\.\n$/);
    expect(readFileSync(join(folder, "a.model"), "utf8")).toBe(bad);
    expect(readFileSync(join(folder, "b.model")).includes(0xff)).toBe(true);
    expect(readFileSync(join(folder, "c.model"), "utf8")).toBe(good);
    expect(out.match(/fixed MC2001/g)).toHaveLength(1);
    // What could not be mended is told still.
    expect(out).toMatch(/^error\[MC2001\][^\n]*\n[^\n]*a\.model:1/m);
  });

  it("is refused of standard input", async () => {
    expect(await cli(["check", "-", "--fix"], { stdin: () => bad })).toMatchObject({
      code: 2,
      err: "error: --fix changes files: of standard input, --json has the fixes.\n",
    });
  });

  it("removes imports that are not used", async () => {
    const layers = ["Aa", "Bb", "Cc", "Dd", "Ee"].map(
      (it) => `block ${it}: (x: f32[B, 3]) -> f32[B, 3] {\n  x -> Dense(3)\n}\n`,
    );
    const model = "\nmodel M: (x: f32[B, 3]) -> y: f32[B, 3] {\n  x -> Bb\n}\n";
    const folder = folderWith({ "layers.model": layers.join("\n"), "rest.model": layers.join("\n") });
    const path = join(folder, "a.model");
    for (const [imports, expected] of [
      ['import { Aa, Bb, Cc } from "./layers.model"\n', 'import { Bb } from "./layers.model"\n'],
      ['import { Aa, Cc, Bb, } from "./layers.model"\n', 'import { Bb, } from "./layers.model"\n'],
      [
        'import { Bb, Aa, Cc } from "./layers.model"\r\nimport { Dd, Ee } from "./rest.model"\r\n# why\n',
        'import { Bb } from "./layers.model"\r\n# why\n',
      ],
      [
        'import {\n  Aa, # why\n  Bb,\n} from "./layers.model"\n',
        'import {\n  Aa, # why\n  Bb,\n} from "./layers.model"\n',
      ],
    ] as const) {
      writeFileSync(path, imports + model);
      expect((await cli(["check", path, "--fix"])).code).toBe(0);
      expect(readFileSync(path, "utf8")).toBe(expected + model);
    }
  });

  it("mends several names of one line", async () => {
    const folder = folderWith({ "a.model": "" });
    writeFileSync(
      join(folder, "a.model"),
      "model A: (x: f32[B, 3]) -> y: f32[B, 3] { x -> Dense(3, activaton=rellu) }\n",
    );
    expect((await cli(["check", folder, "--fix"])).code).toBe(0);
  });
});
