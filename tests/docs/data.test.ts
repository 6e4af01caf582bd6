import { describe, expect, it } from "vitest";
import { checkSource } from "../../src/compiler.ts";
import { renderText } from "../../src/diagnostics/render.ts";
import { formatSource } from "../../src/format/format.ts";
import { cleanSteps } from "../../src/sources/clean-steps.ts";
import { readings } from "../../src/sources/readings.ts";
import { allSources } from "../../src/sources/registry.ts";
import { library } from "../../src/std/library.ts";
import { host } from "../lower/checking.ts";
import { fencesOf, tableRowsOf, type Fence } from "./markdown.ts";

const page = "docs/data.md";
const fences = fencesOf(page);
const named = (it: Fence): string => `line ${String(it.line)}: ${it.text.split("\n")[0] ?? ""}`;
const whole = fences.filter((it) => it.info === "model");
const wrong = fences.filter((it) => it.info.startsWith("model error "));

/** The calls of augmentations that tables list. */
const calls = tableRowsOf(page).flatMap(([first = ""]) => {
  const [, call] = /^`(\w+\(.*\))`$/.exec(first) ?? [];
  return call === undefined ? [] : [[call]];
});

describe("the examples of docs/data.md", () => {
  it("are all of a known kind", () => {
    const models = fences.filter((it) => it.info.startsWith("model"));
    expect(models.filter((it) => !whole.includes(it) && !wrong.includes(it))).toEqual([]);
    expect(whole.length).toBeGreaterThan(5);
    expect(wrong.length).toBeGreaterThan(0);
    expect(calls.length).toBeGreaterThan(5);
  });

  it.each(whole.map((it) => [named(it), it] as const))(
    "check clean, as `modelc fmt` lays them out, %s",
    async (_, it) => {
      expect(renderText(checkSource({ path: "main.model", text: it.text }, host), { color: false })).toBe("");
      expect(await formatSource(it.text, "main.model")).toBe(it.text);
    },
  );

  it.each(wrong.map((it) => [named(it), it] as const))("yield what they say, %s", (_, it) => {
    const codes = checkSource({ path: "main.model", text: it.text }, host).map(({ code }) => code);
    expect(codes).toEqual([it.info.replace("model error ", "")]);
  });

  it("have every source, reading and step of cleaning", () => {
    const written = whole.map((it) => it.text).join("\n");
    const named = [...allSources.map((it) => it.name), ...Object.keys(readings), ...Object.keys(cleanSteps)];
    // Small tasks are drawn by one of four.
    const others = named.filter((it) => !it.startsWith("synthetic_"));
    expect(others.filter((it) => !new RegExp(`\\b${it}\\b`).test(written))).toEqual([]);
  });

  it("have every augmentation of the library", () => {
    const written = fences.map((it) => it.text).join() + tableRowsOf(page).flat().join();
    const own = library
      .offered()
      .filter((name) => library.find(name)?.file.source.path === "std/augment.model" && !written.includes(name));
    expect(own).toEqual([]);
  });

  it.each(calls)("lists calls that are right: %s", (call) => {
    const text = `model M: (x: f32[B, 16, 16, 3]) -> y: f32[B, 16, 16, 3] {\n  x -> ${call}\n}\n`;
    expect(checkSource({ path: "main.model", text }, host)).toEqual([]);
  });
});
