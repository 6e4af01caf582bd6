import { describe, expect, it } from "vitest";
import type { ProgramHost } from "../../src/analyze/program.ts";
import { checkSource } from "../../src/compiler.ts";
import { catalog } from "../../src/diagnostics/catalog.ts";

const files: Readonly<Record<string, string>> = {
  "layers.model": "block Head: (x: f32[B, D]) -> f32[B, 2] {\n  x -> Dense(2)\n}\n",
  "cycle.model": 'import { M } from "./main.model"\n\nblock Round: (x: f32[B, 4]) -> f32[B, 2] {\n  x -> M\n}\n',
};
const host: ProgramHost = {
  read(path) {
    if (path === "too-large.model") return { unreadable: "it is larger than 4 MiB" };
    return files[path] === undefined ? undefined : { path, text: files[path] };
  },
  resolve: (_, to) => to.replace(/^\.\//, ""),
};
const codesOf = (text: string): readonly string[] =>
  checkSource({ path: "main.model", text }, host, { optIn: Object.keys(catalog) }).map((it) => it.code);

/** Codes that a check alone does not find: what the command line names, what is built, what is loaded, what training comes to. */
const later = /^MC(2021|404[3-6]|405[012]|5(?!014|018)|6)/;

describe("the examples of docs/diagnostics.md", () => {
  const entries = Object.entries(catalog).filter(([code]) => !code.startsWith("MC7"));

  it.each(entries.filter(([code]) => !later.test(code)))("%s: yield it, or nothing", (code, it) => {
    expect(codesOf(it.bad)).toContain(code);
    // Examples of syntax may name what they do not declare.
    const fine = codesOf(it.good).filter((found) => !code.startsWith("MC1") || found.startsWith("MC1"));
    expect(fine).toEqual([]);
  });

  it.each(entries.filter(([code]) => later.test(code)))("%s: check clean", (_, it) => {
    // That one of the targets cannot is a warning before it is an error.
    for (const text of [it.bad, it.good]) expect(codesOf(text).filter((found) => found !== "MC5018")).toEqual([]);
  });
});
