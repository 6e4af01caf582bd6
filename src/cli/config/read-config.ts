import { catalog } from "../../diagnostics/catalog.ts";
import { createCollector, type Collector } from "../../diagnostics/collector.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { nearestCode } from "../../diagnostics/nearest-code.ts";
import { parseJsonTree, type JsonTree } from "../../support/json-tree.ts";
import { nearest } from "../../support/nearest.ts";
import type { SourceFile, Span } from "../../support/source.ts";
import { isFailLevel } from "../check-options.ts";
import type { Budget, Config, Level } from "./config.ts";

type Draft = { -readonly [K in keyof Config]: Config[K] };

/** Where a value stands, and how what is wrong with it is told. */
interface Place {
  readonly key: string;
  readonly at: (tree: { readonly start: number; readonly end: number }) => Span;
  readonly collector: Collector;
}

/** How the value of each key is read; in the order of docs/schemas/config.schema.json. */
const keys: Readonly<Record<keyof Config | "$schema", (tree: JsonTree, place: Place, config: Draft) => void>> = {
  $schema: (tree, place) => void readPlain(tree, place, "a text", (it) => typeof it === "string"),
  include: (tree, place, config) => set(config, "include", readTexts(tree, place)),
  exclude: (tree, place, config) => set(config, "exclude", readTexts(tree, place)),
  gitignore: (tree, place, config) =>
    set(
      config,
      "gitignore",
      readPlain(tree, place, "true or false", (it) => typeof it === "boolean"),
    ),
  levels: (tree, place, config) => set(config, "levels", readLevels(tree, place)),
  budget: (tree, place, config) => set(config, "budget", readBudget(tree, place)),
  failLevel: (tree, place, config) =>
    set(config, "failLevel", readPlain(tree, place, 'one of "error", "warning" and "never"', isFailLevel)),
  maxProblems: (tree, place, config) =>
    set(config, "maxProblems", readPlain(tree, place, "a whole number of at least 0", isCount)),
};

/** The keys that a configuration may have. */
export const configKeys: readonly string[] = Object.keys(keys);

const isKey = (name: string): name is keyof typeof keys => Object.hasOwn(keys, name);
const isCount = (it: unknown): it is number => Number.isSafeInteger(it) && Number(it) >= 0;
const isLevel = (it: unknown): it is Level => it === "off" || it === "warning" || it === "error";

function set<K extends keyof Config>(config: Draft, key: K, value: Config[K] | undefined): void {
  if (value !== undefined) config[key] = value;
}

/** Reads the text of a `modelc.config.json`: what holds of it, and what is wrong with it. */
export function readConfig(file: SourceFile): { readonly config: Config; readonly diagnostics: readonly Diagnostic[] } {
  const collector = createCollector();
  const at: Place["at"] = ({ start, end }) => ({ file, start, end });
  const parsed = parseJsonTree(file.text);
  const config: Draft = {};
  if (!parsed.ok) {
    const { at: start, expected } = parsed.error;
    collector.report("MC7001", at({ start, end: Math.min(start + 1, file.text.length) }), { expected });
    return { config, diagnostics: collector.diagnostics };
  }
  const place = { key: "The configuration", at, collector };
  for (const { key, value, ...own } of entriesOf(parsed.value, place)) {
    if (isKey(key)) {
      keys[key](value, { ...place, key }, config);
      continue;
    }
    unknownKey(key, own, place, configKeys);
  }
  return { config, diagnostics: collector.diagnostics };
}

function unknownKey(
  key: string,
  own: { readonly start: number; readonly end: number },
  { at, collector }: Place,
  known: readonly string[],
): void {
  collector.report("MC7002", at(own), { key, kind: "key", known: known.join(", ") }, offer(nearest(key, known)));
}

const offer = (near: string | undefined): { readonly help?: string } =>
  near === undefined ? {} : { help: `Did you mean \`${near}\`?` };

/** The entries of an object, each key once; none after a report. */
function entriesOf(tree: JsonTree, place: Place) {
  if (tree.kind !== "object") {
    wrong(tree, place, "an object");
    return [];
  }
  const seen = new Set<string>();
  return tree.entries.filter((it) => {
    if (seen.has(it.key)) place.collector.report("MC7002", place.at(it), { key: it.key, kind: "again", known: "" });
    const isNew = !seen.has(it.key);
    seen.add(it.key);
    return isNew;
  });
}

function readPlain<T extends string | number | boolean>(
  tree: JsonTree,
  place: Place,
  expected: string,
  fits: (value: unknown) => value is T,
): T | undefined {
  if (tree.kind === "plain" && fits(tree.value)) return tree.value;
  const near =
    tree.kind === "plain" && typeof tree.value === "string" ? nearest(tree.value, wordsOf(expected)) : undefined;
  wrong(tree, place, expected, near);
  return undefined;
}

/** The words in double quotes of a text such as `one of "error" and "never"`. */
const wordsOf = (expected: string): readonly string[] => [...expected.matchAll(/"(\w+)"/g)].map(([, it = ""]) => it);

function wrong(tree: JsonTree, { key, at, collector }: Place, expected: string, near?: string): void {
  const found = tree.kind === "plain" ? JSON.stringify(tree.value) : tree.kind === "list" ? "a list" : "an object";
  collector.report("MC7003", at(tree), { key, expected, found }, offer(near));
}

function readTexts(tree: JsonTree, place: Place): readonly string[] | undefined {
  if (tree.kind !== "list") {
    wrong(tree, place, "a list of texts");
    return undefined;
  }
  return tree.items.flatMap(
    (it) => readPlain(it, place, "a list of texts", (value) => typeof value === "string") ?? [],
  );
}

function readLevels(tree: JsonTree, place: Place): ReadonlyMap<string, Level> {
  const entries = new Map<string, { readonly severity: string }>(Object.entries(catalog));
  const levels = new Map<string, Level>();
  for (const { key: code, value, ...own } of entriesOf(tree, place)) {
    const known = entries.get(code);
    if (known === undefined) {
      const inCapitals = code.toUpperCase();
      const help = offer(entries.has(inCapitals) ? inCapitals : nearestCode(code, entries.keys()));
      place.collector.report("MC7002", place.at(own), { key: code, kind: "code", known: "" }, help);
      continue;
    }
    // What is wrong is wrong, whatever a file says.
    const isError = known.severity === "error";
    const expected = isError ? 'an error, and can be nothing but "error"' : 'one of "off", "warning" and "error"';
    const fits = (it: unknown): it is Level => isLevel(it) && (!isError || it === "error");
    const level = readPlain(value, { ...place, key: code }, expected, fits);
    if (level !== undefined) levels.set(code, level);
  }
  return levels;
}

const budgetKeys = ["params", "flops", "memory", "depth", "at"] as const satisfies readonly (keyof Budget)[];

function readBudget(tree: JsonTree, place: Place): Budget {
  const budget: { -readonly [K in keyof Budget]: Budget[K] } = {};
  for (const { key: name, value, ...own } of entriesOf(tree, place)) {
    const key = budgetKeys.find((it) => it === name);
    if (key === undefined) unknownKey(name, own, place, budgetKeys);
    else if (key === "at") budget.at = readSizes(value, { ...place, key });
    else {
      const most = readPlain(value, { ...place, key }, "a whole number of at least 0", isCount);
      if (most !== undefined) budget[key] = most;
    }
  }
  return budget;
}

function readSizes(tree: JsonTree, place: Place): Readonly<Record<string, number>> {
  const isSize = (it: unknown): it is number => isCount(it) && it >= 1;
  const sizes = entriesOf(tree, place).flatMap(({ key, value }): readonly (readonly [string, number])[] => {
    const size = readPlain(value, { ...place, key }, "a whole number of at least 1", isSize);
    return size === undefined ? [] : [[key, size]];
  });
  return Object.fromEntries(sizes);
}
