import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { loadProgram } from "../../src/analyze/program.ts";
import { diskHost } from "../../src/cli/read-specs.ts";
import { checkSource } from "../../src/compiler.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { asNumber, variablesOf } from "../../src/dims/dim.ts";
import { formatSource } from "../../src/format/format.ts";
import { parametersOf } from "../../src/graph/parameters-of.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { elaborateModel } from "../../src/lower/elaborate-model.ts";
import { formatType } from "../../src/lower/values.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { required } from "../../src/support/fault.ts";
import { countOf, lower } from "../lower/checking.ts";
import { constructs, fromDocs, lineCount, specTexts, withCopies } from "./constructs.ts";
import { fencesOf, tableRowsOf } from "./markdown.ts";

const page = "docs/constructs.md";
const rows = tableRowsOf(page).slice(2);
const linksOf = (cell: string): readonly string[] =>
  [...cell.matchAll(/\]\(([^)]+)\)/g)].map(([, to = ""]) => fromDocs(to));

/** The constructs of the rows, in their order. */
const order = ["loops", "lists", "indexing", "literals", "inputs", "until", "gradient", "steps", "metrics"];
const keys = [...order, "import", "init", "accumulate", "depth"];

/** The pairs of files by the construct's row. */
const pairs = rows.flatMap(([construct = "", , cell = "", lines = ""]) => {
  const [before, after] = linksOf(cell);
  return before === undefined || after === undefined ? [] : [{ construct, before, after, lines }];
});

const nameOf = (text: string): string => required(/^model (\w+)/m.exec(text)?.[1], "a model");
const sizes: Readonly<Record<string, number>> = { B: 2, T: 3, S: 4 };

/** A network in small, as others of 64 channels take minutes. */
const small = (text: string): string =>
  text
    .replaceAll(/\b(64|128|256|512|1024|2048)\b/g, (it) => String(Number(it) / 16))
    .replaceAll("B, 4, 4, ", "B, 16, 16, ");

/**
 * What a network gives. Parameters are filled by their shapes alone, so that those of two texts are the same whatever their
 * paths are.
 */
function outputsOf(text: string): readonly NdArray[] {
  const graph = buildInferenceGraph(lower(small(text), nameOf(text)), referenceTarget);
  const inputs = graph.inputs.map(({ name, role, value: { type } }): [string, NdArray] => {
    const shape = type.shape.map((dim) => asNumber(dim) ?? required(sizes[[...variablesOf(dim)][0] ?? ""], "a size"));
    const count = shape.reduce((a, b) => a * b, 1);
    const numberAt = (at: number): number => {
      if (type.dtype === "bool" || name === "lengths") return (at + 1) % 2;
      return role === "feature" ? Math.sin(3 * at + name.length) : 0.1 + ((7 * at) % 13) / 40;
    };
    expect(isFloat(type.dtype) || type.dtype === "bool" || type.dtype === "i32").toBe(true);
    return [name, { dtype: type.dtype, shape, data: Float64Array.from({ length: count }, (_, at) => numberAt(at)) }];
  });
  const found = interpretGraph(graph, new Map(inputs));
  return graph.outputs.filter((it) => it.role !== "faults").map((it) => required(found.get(it.name), it.name));
}

describe("the page of constructs", () => {
  it("has a row for each", () => {
    expect(rows.length).toBe(keys.length);
    expect(Object.keys(constructs).sort()).toEqual([...keys].sort());
    expect(pairs.length).toBe(8);
  });

  it.each(rows.map((row, at) => [keys[at] ?? "", row] as const))("counts the specs that have it: %s", (key, row) => {
    const pattern = required(constructs[key], key);
    const used = [...specTexts].filter(([, text]) => pattern.test(text)).map(([path]) => path);
    expect(row[1]).toMatch(new RegExp(`^${used.length} of ${specTexts.size}\\b`));
    const shown = linksOf(row[1] ?? "");
    expect(shown.length).toBe(Math.min(5, used.filter((it) => !it.includes("/blocks/")).length));
    expect(shown.filter((it) => !used.includes(it))).toEqual([]);
  });

  it.each(pairs)("compares what is the same: $construct", async ({ before, after, lines }) => {
    const texts = [before, after].map((it) => readFileSync(it, "utf8"));
    for (const text of texts) {
      expect(checkSource({ path: "main.model", text }, diskHost)).toEqual([]);
      expect(await formatSource(text, "main.model")).toBe(text);
    }
    expect(texts.map(lineCount).join(" → ")).toBe(lines);
    const [first = NaN, second] = texts.map((text) => countOf(lower(text, nameOf(text))));
    expect(second).toBe(first);
    expect(first).toBeGreaterThan(0);
    const [left = [], right = []] = texts.map(outputsOf);
    expect(right.map((it) => it.shape)).toEqual(left.map((it) => it.shape));
    // Differences in the place of a gradient are near it.
    const bound = before.includes("gradient") ? 2e-3 : 1e-9;
    for (const [at, { data }] of left.entries()) {
      const other = required(right[at], "an output").data;
      const apart = Math.max(...data.map((it, place) => Math.abs(it - required(other[place], "an element"))));
      expect(apart).toBeLessThanOrEqual(bound * Math.max(1, ...data.map(Math.abs)));
    }
  });

  it("counts the lines that imports save, of specs that are the same without them", () => {
    const row = required(rows[keys.indexOf("import")], "the row of imports");
    const paths = linksOf(row[1] ?? "");
    const before = paths.map(withCopies);
    const sum = (texts: readonly string[]): number => texts.reduce((total, it) => total + lineCount(it), 0);
    expect(row[3]).toBe(`${sum(before)} → ${sum(paths.map((it) => required(specTexts.get(it), it)))}`);
    for (const [at, path] of paths.entries()) {
      const owned = [readFileSync(path, "utf8"), before[at] ?? ""].map((text) => {
        const collector = createCollector();
        const program = loadProgram({ path, text }, diskHost, collector);
        const module = elaborateModel(program, nameOf(text), {}, collector);
        expect(collector.hasErrors, path).toBe(false);
        return parametersOf(required(module, path)).map((it) => `${it.path}: ${formatType(it.type)}`);
      });
      expect(owned[0]).toEqual(owned[1]);
      expect(owned[0]?.length).toBeGreaterThan(0);
    }
  });

  it("shows two pairs as they are", () => {
    const shown = fencesOf(page).map(({ info, text }) => [info, text]);
    const files = ["lists", "until"].flatMap((it) => [`${it}.before.model`, `${it}.after.model`]);
    const texts = files.map((it) => `tests/docs/constructs/${it}`).filter(existsSync);
    expect(shown).toEqual(texts.map((it) => ["model", readFileSync(it, "utf8")]));
    expect(texts.length).toBe(4);
  });
});
