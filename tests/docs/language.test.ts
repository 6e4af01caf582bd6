import { readFileSync } from "node:fs";
import { optimizerTable } from "../../src/autodiff/optimizers.ts";
import { describe, expect, it } from "vitest";
import { loadProgram, type ProgramHost } from "../../src/analyze/program.ts";
import { readConfig } from "../../src/cli/config/read-config.ts";
import { checkSource } from "../../src/compiler.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { renderText } from "../../src/diagnostics/render.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { formatSource } from "../../src/format/format.ts";
import { elaborateModel } from "../../src/lower/elaborate-model.ts";
import { withDataTables } from "../../scripts/data-tables.ts";
import { clipTable } from "../../src/autodiff/clip-gradients.ts";
import { scheduleTable } from "../../src/autodiff/schedules.ts";
import { sectionKeys } from "../../src/lower/sections/section-keys.ts";
import { keyFor, uniform } from "../../src/ops/random/counter.ts";
import { parametersOf } from "../../src/graph/parameters-of.ts";
import { parseFile } from "../../src/syntax/parse.ts";
import { fencesOf, tableRowsOf, type Fence } from "./markdown.ts";

const page = "docs/language.md";
const text = readFileSync(page, "utf8");
const fences = fencesOf(page);
const rows = tableRowsOf(page);
const named = (it: Fence): string => `line ${String(it.line)}: ${it.text.split("\n")[0] ?? ""}`;

/** Files that later examples import: the blocks with `file=NAME`. */
const files = new Map(
  fences.flatMap((it): [string, string][] => {
    const [, name] = /^model file=(\S+)$/.exec(it.info) ?? [];
    return name === undefined ? [] : [[name, it.text]];
  }),
);

const host: ProgramHost = {
  read(path) {
    const found = files.get(path);
    return found === undefined ? undefined : { path, text: found };
  },
  resolve: (_, to) => to.replace(/^\.\//, ""),
};

const check = (it: Fence): readonly Diagnostic[] => checkSource({ path: "main.model", text: it.text }, host);
const shown = (found: readonly Diagnostic[]): string => renderText(found, { color: false });

const whole = fences.filter((it) => it.info === "model" || it.info.startsWith("model file="));
const wrong = fences.filter((it) => it.info.startsWith("model error "));
const fragments = fences.filter((it) => it.info.startsWith("model fragment"));
const paths = fences.filter((it) => it.info === "paths");
const configurations = fences.filter((it) => it.info === "json");

describe("the examples of docs/language.md", () => {
  it.each(configurations.map((it) => [named(it), it] as const))("%s: is a configuration", (_, { text: written }) => {
    expect(readConfig({ path: "modelc.config.json", text: written }).diagnostics).toEqual([]);
  });

  it("are all of a known kind", () => {
    const known = new Set([...whole, ...wrong, ...fragments, ...paths, ...configurations]);
    expect(fences.filter((it) => !known.has(it)).map((it) => it.info)).toEqual(["text"]);
    expect(whole.length).toBeGreaterThan(10);
    expect(wrong.length).toBeGreaterThan(10);
    expect(fragments).toHaveLength(3);
    expect(paths).toHaveLength(1);
    expect(configurations).toHaveLength(1);
  });

  it.each(whole.map((it) => [named(it), it] as const))("check clean, %s", (_, it) => {
    expect(shown(check(it))).toBe("");
  });

  it.each(whole.map((it) => [named(it), it] as const))("stand as `modelc fmt` lays them out, %s", async (_, it) => {
    expect(await formatSource(it.text, "main.model")).toBe(it.text);
  });

  it.each(wrong.map((it) => [`${it.info.replace("model error ", "")} at ${named(it)}`, it] as const))(
    "yield %s",
    (_, it) => {
      expect(check(it).map(({ code }) => code)).toEqual([it.info.replace("model error ", "")]);
    },
  );

  it.each(fragments.map((it) => [named(it), it] as const))("parse, %s", (_, it) => {
    const [, count] = /statements=(\d+)/.exec(it.info) ?? [];
    const collector = createCollector();
    const source = count === undefined ? it.text : `block Wrapper: (x: f32[B, 4]) {\n${it.text}}\n`;
    const { declarations } = parseFile({ path: "main.model", text: source }, collector);
    expect(shown(collector.diagnostics)).toBe("");
    const [first] = declarations;
    if (count === undefined) expect(declarations.length).toBeGreaterThan(0);
    else expect(first?.kind === "callable" && first.body.statements.length).toBe(Number(count));
  });

  it.each(paths.map((it) => [named(it), it] as const))("have the paths that they say, %s", (_, it) => {
    const example = fences[fences.indexOf(it) - 1];
    const [, name = ""] = /^model (\w+)/m.exec(example?.text ?? "") ?? [];
    const collector = createCollector();
    const program = loadProgram({ path: "main.model", text: example?.text ?? "" }, host, collector);
    const module = elaborateModel(program, name, {}, collector);
    expect(module && parametersOf(module).map((parameter) => parameter.path)).toEqual(it.text.trim().split("\n"));
  });
});

/** `adam(lr=1e-3, beta1=0.9)` of a table's first cells, by name. */
const calls = new Map(
  rows.flatMap(([first = ""]): [string, string][] => {
    const [, name, list] = /^`(\w+)\((.*)\)`$/.exec(first) ?? [];
    return name === undefined ? [] : [[name, list ?? ""]];
  }),
);

const argumentText = (list: string): Readonly<Record<string, string>> =>
  Object.fromEntries(list.split(", ").map((it) => [it.split("=")[0] ?? "", it.split("=")[1] ?? "required"]));

interface Documented {
  readonly kind: string;
  readonly default?: unknown;
}

const expected = (schema: Readonly<Record<string, Documented>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(schema).map(([name, { default: value }]) => [
      name,
      value === undefined ? "required" : String(value),
    ]),
  );

/** Numbers as they are compared: `1e-3` and `0.001` are one. */
const plain = (given: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, Number.isNaN(Number(value)) ? value : String(Number(value))]),
  );

describe("the tables of docs/language.md", () => {
  it.each([...Object.entries(optimizerTable), ...Object.entries(scheduleTable)])(
    "list %s with its defaults",
    (name, schema) => {
      expect(plain(argumentText(calls.get(name) ?? ""))).toEqual(expected(schema));
    },
  );

  it("list every source and every step of cleaning as it is declared", () => {
    expect(withDataTables(text)).toBe(text);
  });

  it("list every key of the sections", () => {
    const keys = (section: "data" | "train"): string => text.slice(text.indexOf(`\n## ${section}\n`));
    for (const section of ["data", "train"] as const) {
      for (const key of sectionKeys[section]) expect(keys(section)).toMatch(new RegExp(`^\\| .*\`${key}`, "m"));
    }
    for (const way of Object.keys(clipTable)) expect(text).toContain(`\`${way}(limit)\``);
  });

  it("give random numbers that the language's generator gives", () => {
    const header = rows.findIndex(([first]) => first === "seed");
    const vectors = rows.slice(header + 2).filter((it) => it.length === 6 && (it[4] ?? "").startsWith("0x"));
    expect(vectors).toHaveLength(4);
    for (const [seed, step, path = "", indices = "", key, numbers] of vectors) {
      const listed = indices === "" ? [] : indices.split(", ").map(Number);
      const found = keyFor(Number(seed), Number(step), path.replaceAll("`", ""), listed);
      const hex = (word: number): string => `0x${word.toString(16).toUpperCase().padStart(8, "0")}`;
      expect(found.map(hex).join(", ")).toBe(key);
      expect([0, 1, 2].map((counter) => uniform(found, counter)).join(", ")).toBe(numbers);
    }
  });
});
