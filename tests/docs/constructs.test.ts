import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadProgram } from "../../src/analyze/program.ts";
import { diskHost } from "../../src/cli/read-specs.ts";
import { checkSource } from "../../src/compiler.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { formatSource } from "../../src/format/format.ts";
import { parametersOf } from "../../src/graph/parameters-of.ts";
import type { Module } from "../../src/ir/graph.ts";
import { elaborateModel, type ModelOptions } from "../../src/lower/elaborate-model.ts";
import { formatType } from "../../src/lower/values.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { required } from "../../src/support/fault.ts";
import { loadModule, loadTraining } from "../specs/spec-testing.ts";
import {
  constructs,
  differingLines,
  fromDocs,
  lineCount,
  pairs,
  specTexts,
  withCopies,
  type Pair,
} from "./constructs.ts";
import { fencesOf, tablesOf } from "./markdown.ts";
import { figuresOf, gradientsOf, initialsOf, measuresOf, outputsOf } from "./networks.ts";
import { comparisons } from "./pair-values.ts";

const page = "docs/constructs.md";
const [summary = [], listed = []] = tablesOf(page);
const rows = summary.slice(2);
const linksOf = (cell: string): readonly string[] =>
  [...cell.matchAll(/\]\(([^)]+)\)/g)].map(([, to = ""]) => fromDocs(to));

/** The constructs of the rows, in their order. */
const keys = [
  ...["loops", "lists", "indexing", "literals", "inputs", "until", "gradient", "steps", "metrics", "import", "init"],
  ...["accumulate", "depth"],
];

const nameOf = (path: string): string =>
  required(/^model (\w+)/m.exec(readFileSync(path, "utf8"))?.[1], `a model of ${path}`);
const keyOf = ({ construct, network }: Pair): string => `${construct}/${network}`;
const isTrained = ({ before }: Pair): boolean => readFileSync(before, "utf8").includes("\ntrain ");

/** How far apart two sets of numbers are, in relation to the largest; they have the same names and shapes. */
function distance(left: ReadonlyMap<string, NdArray>, right: ReadonlyMap<string, NdArray>): number {
  expect([...right].map(([name, { shape }]) => [name, shape])).toEqual(
    [...left].map(([name, { shape }]) => [name, shape]),
  );
  expect(left.size).toBeGreaterThan(0);
  return Math.max(
    ...[...left].map(([name, { data }]) => {
      const other = required(right.get(name), name).data;
      const apart = data.map((it, at) => Math.abs(it - required(other[at], name)));
      return Math.max(...apart) / Math.max(1, ...data.map(Math.abs));
    }),
  );
}

const typesOf = (module: Module): readonly string[] =>
  parametersOf(module)
    .map((it) => formatType(it.type))
    .sort();

const ofKind = (of: readonly string[], isOneOf = true): readonly (readonly [string, Pair])[] =>
  pairs.filter((it) => of.includes(it.construct) === isOneOf).map((it) => [keyOf(it), it]);

describe("the page of constructs", () => {
  it("has a row for each", () => {
    expect(rows.length).toBe(keys.length);
    expect(Object.keys(constructs).sort()).toEqual([...keys].sort());
  });

  it.each(rows.map((row, at) => [keys[at] ?? "", row] as const))("counts the specs that have it: %s", (key, row) => {
    const pattern = required(constructs[key], key);
    const used = [...specTexts].filter(([, text]) => pattern.test(text)).map(([path]) => path);
    expect(row[1]).toMatch(new RegExp(`^${used.length} of ${specTexts.size}\\b`));
    const shown = linksOf(row[1] ?? "");
    expect(shown.length).toBe(Math.min(5, used.filter((it) => !it.includes("/blocks/")).length));
    expect(shown.filter((it) => !used.includes(it))).toEqual([]);
  });

  it("lists five pairs of each construct that has any, with their lines", () => {
    const counted = new Map<string, number>();
    for (const { construct } of pairs) counted.set(construct, (counted.get(construct) ?? 0) + 1);
    expect([...counted.values()]).toEqual([...counted.values()].map(() => 5));
    const shown = listed
      .slice(2)
      .map(([construct = "", network, before = "", after = "", lines]) => [
        construct,
        network,
        ...linksOf(before),
        ...linksOf(after),
        lines,
      ]);
    const inOrder = keys.flatMap((key) => pairs.filter((it) => it.construct === key));
    expect(shown).toEqual(
      inOrder.map((it) => [it.construct, it.network, it.before, it.after, differingLines(it).join(" → ")]),
    );
    for (const [at, key] of keys.entries()) {
      const of = pairs.filter((it) => it.construct === key).map(differingLines);
      if (of.length === 0) continue;
      const sums = [0, 1].map((side) => of.reduce((sum, it) => sum + (it[side] ?? NaN), 0));
      expect(rows[at]?.[2], key).toBe(sums.join(" → "));
    }
  });

  it.each(ofKind([], false))("has texts without a finding: %s", async (_, { before, after }) => {
    for (const path of new Set([before, after])) {
      const text = readFileSync(path, "utf8");
      expect(checkSource({ path, text }, diskHost)).toEqual([]);
      expect(await formatSource(text, path)).toBe(text);
    }
  });

  const computed = ofKind(["init", "metrics", "steps"], false);
  it.each(computed.filter(([, it]) => !isTrained(it)))("compares networks that are the same: %s", (key, pair) => {
    const { entry = nameOf(pair.before), values, sizes = {}, within = 1e-9, ...more } = required(comparisons[key], key);
    const of = (path: string, others: ModelOptions["hyperparameters"] = {}) =>
      loadModule(path, { hyperparameters: { ...values, ...others } }, entry);
    const [left, right] = [of(pair.before, more.before), of(pair.after, more.after)];
    expect(typesOf(right)).toEqual(typesOf(left));
    expect(distance(outputsOf(left, sizes), outputsOf(right, sizes))).toBeLessThanOrEqual(within);
  });

  it.each(computed.filter(([, it]) => isTrained(it)))("compares trainings that are the same: %s", (key, pair) => {
    const within = comparisons[key]?.within ?? 1e-9;
    const [left = new Map(), right = new Map()] = [pair.before, pair.after].map((path) => {
      const found = measuresOf(loadTraining(path), {});
      return new Map<string, NdArray>([...found].filter(([name]) => name.startsWith("loss")));
    });
    expect(distance(left, right)).toBeLessThanOrEqual(within);
  });

  it.each(ofKind(["init"]))("compares what begins as the same: %s", (_, pair) => {
    const [left, right] = [pair.before, pair.after].map((it) => initialsOf(loadTraining(it)));
    // A normalisation that is written out stands one name deeper.
    const named = (of: ReadonlyMap<string, NdArray> = new Map()) =>
      new Map([...of].map(([path, it]) => [path.replace(".plain.", "."), it] as const).sort());
    expect(distance(named(left), named(right))).toBe(0);
  });

  it.each(ofKind(["steps"]))("compares gradients that are the same at the same parameters: %s", (_, pair) => {
    const [left = new Map(), right = new Map()] = [pair.before, pair.after].map((it) =>
      gradientsOf(loadTraining(it), { B: 6 }),
    );
    expect(distance(left, right)).toBeLessThanOrEqual(1e-9);
  });

  it.each([
    ...["gpt", "bert", "t5", "llama", "vit"].map((it) => [it, true] as const),
    // What an example gives depends on the others of its batch: on their mean, or on all of them.
    ...["resnet", "two-tower"].map((it) => [it, false] as const),
  ])("compares steps of two batches with those of one: %s, the same is %s", (spec, same) => {
    const training = loadTraining(join("specs/zoo", `${spec}.model`));
    const [left, right] = [false, true].map((it) => gradientsOf(training, { B: 4 }, it));
    const apart = distance(required(left, spec), required(right, spec));
    if (same) expect(apart).toBeLessThan(1e-9);
    else expect(apart).toBeGreaterThan(1e-4);
  });

  it.each([
    ["vgg", "Vgg", 16],
    ["alexnet", "AlexNet", 8],
    ["lenet-5", "LeNet5", 5],
    ["squeezenet", "SqueezeNet", 18],
    // As published 22, 21 of which have a normalisation behind them here.
    ["googlenet", "GoogLeNet", 43],
  ])("has the depth that is published: %s", (spec, model, depth) => {
    const path = join("specs/zoo", `${spec}.model`);
    const within = (most: number): readonly string[] => {
      const text = `${readFileSync(path, "utf8")}\nbudget ${model} { depth <= ${most} }\n`;
      return checkSource({ path, text }, diskHost).map((it) => it.code);
    };
    expect([within(depth), within(depth - 1)]).toEqual([[], ["MC4019"]]);
  });

  it("counts the lines that imports save, of specs that are the same without them", () => {
    const row = required(rows[keys.indexOf("import")], "the row of imports");
    const paths = linksOf(row[1] ?? "");
    const before = paths.map(withCopies);
    const sum = (texts: readonly string[]): number => texts.reduce((total, it) => total + lineCount(it), 0);
    expect(row[2]).toBe(`${sum(before)} → ${sum(paths.map((it) => required(specTexts.get(it), it)))}`);
    for (const [at, path] of paths.entries()) {
      const owned = [readFileSync(path, "utf8"), before[at] ?? ""].map((text) => {
        const collector = createCollector();
        const program = loadProgram({ path, text }, diskHost, collector);
        const module = elaborateModel(program, nameOf(path), {}, collector);
        expect(collector.hasErrors, path).toBe(false);
        return parametersOf(required(module, path)).map((it) => `${it.path}: ${formatType(it.type)}`);
      });
      expect(owned[0]).toEqual(owned[1]);
      expect(owned[0]?.length).toBeGreaterThan(0);
    }
  });

  it("shows two pairs as they are", () => {
    const shown = fencesOf(page).map(({ info, text }) => [info, text]);
    const files = pairs.filter((it) => ["lists/multi-gate", "until/indrnn"].includes(keyOf(it)));
    const texts = files.flatMap((it) => [it.before, it.after]).map((it) => readFileSync(it, "utf8"));
    expect(shown).toEqual(texts.map((it) => ["model", it]));
    expect(texts.length).toBe(4);
  });
});

/** Of six examples in all: whatever the batches are, the figure is to be that of all of them. */
describe("a figure of uneven batches", () => {
  const metric = ofKind(["metrics"]);
  const figures = (path: string, batches: readonly number[]): number => {
    const training = loadTraining(path);
    const found = figuresOf(training, batches).get(required(training.metrics[0], path).name);
    if (typeof found !== "number") throw new Error(`${path} has no figure`);
    return found;
  };

  it.each(metric)("is exact where a metric is declared: %s", (_, { after }) => {
    const whole = figures(after, [6]);
    expect(figures(after, [1, 3, 2])).toBeCloseTo(whole, 12);
    expect(Number.isFinite(whole)).toBe(true);
  });

  it.each(metric)("is that of a function where it is a mean of examples, and not elsewhere: %s", (key, pair) => {
    const whole = figures(pair.after, [6]);
    const mean = ["metrics/hit-rate", "metrics/ndcg"].includes(key);
    expect(figures(pair.before, [6])).toBeCloseTo(whole, 12);
    const apart = Math.abs(figures(pair.before, [1, 3, 2]) - whole);
    if (mean) expect(apart).toBeLessThan(1e-12);
    else expect(apart).not.toBeLessThan(1e-3);
  });
});
