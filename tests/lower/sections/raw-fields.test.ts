import { describe, expect, it } from "vitest";
import { createCollector } from "../../../src/diagnostics/collector.ts";
import { isDirect, rawNames, replaceRawFields, type RawMention } from "../../../src/lower/sections/raw-fields.ts";
import { required } from "../../../src/support/fault.ts";
import type { Expression } from "../../../src/syntax/ast.ts";
import { parseFile } from "../../../src/syntax/parse.ts";

/** The expression of a feature, as it is written. */
function expressionOf(text: string): Expression {
  const file = { path: "d.model", text: `data D {\n  source: csv("d.csv")\n  x: f32[2] = ${text}\n}\n` };
  const collector = createCollector();
  const [data] = parseFile(file, collector).declarations;
  if (data?.kind !== "data" || collector.diagnostics.length > 0) throw new Error(text);
  const [feature] = data.entries.flatMap((it) => (it.kind === "feature" ? [it] : []));
  return required(feature?.value, "value");
}

function read(text: string): { readonly mentions: ReadonlyMap<string, RawMention>; readonly expression: Expression } {
  const fields = new Map<string, RawMention>();
  const scope = { collector: createCollector(), constant: () => undefined, unknown: () => undefined };
  const reader = { scope, isOwn: () => false, names: rawNames() };
  const expression = replaceRawFields(expressionOf(text), { fields, filled: new Map() }, reader);
  expect(scope.collector.diagnostics).toEqual([]);
  return { mentions: fields, expression };
}

/** What is mentioned in an expression, and what stands in its place. */
function replaced(text: string): { readonly names: readonly string[]; readonly expression: Expression } {
  const { mentions, expression } = read(text);
  return { names: [...mentions.keys()], expression };
}

const moves = (text: string, own: readonly string[] = []): boolean =>
  isDirect(replaced(text).expression, (name) => own.includes(name));

/** The stages and functions that stand behind what is read, in their order. */
function behind(text: string): readonly string[] {
  const found: string[] = [];
  const visit = (it: Expression): void => {
    if (it.kind === "parenthesized") visit(it.inner);
    else if (it.kind === "binary") [it.left, it.right].forEach(visit);
    else if (it.kind === "pipe") {
      visit(it.source);
      it.stages.forEach(visit);
    } else if (it.kind === "reference" && !it.text.startsWith("raw.")) found.push(it.text);
  };
  visit(replaced(text).expression);
  return found;
}

describe("raw fields", () => {
  it.each([
    ["raw.a", ["a"]],
    ['raw["fixed acidity"]', ["fixed acidity"]],
    ['stack(raw["a"], raw.b, raw.a)', ["a", "b"]],
    ["raw.window(64, shift=1)", ["window_64_1"]],
    ["raw.a[0]", ["a"]],
    ['other["a"]', []],
    ['raw["a", "b"]', []],
    ["raw[0]", []],
    ["raw[..., None]", []],
    ['raw.a["b"]', ["a"]],
  ])("are found in %s", (text, names) => {
    expect(replaced(text).names).toEqual(names);
  });

  it("keep the place where they are mentioned first", () => {
    const { mentions } = read("raw.a + 2 * raw.a");
    const { start, file } = required(mentions.get("a"), "a").expression.span;
    expect(start).toBe(file.text.indexOf("raw.a"));
  });

  it.each([
    "raw.a",
    "(raw.a)",
    "raw.a[0]",
    "raw.a[:, 0]",
    "stack(raw.a, raw.b, axis=-1)",
    "concat(raw.a, raw.b, axis=-1)",
    "reshape(raw.a, [B, 2])",
    "transpose(raw.a, perm=[1, 0])",
    'rearrange(raw.a, "b t -> t b")',
    "raw.a -> transpose",
    'raw.a -> rearrange("b (t u) -> b t u", t=2) -> reshape([B, 4])',
    "stack(reshape(raw.a, [B]), raw.b)",
  ])("are moved alone by %s", (text) => {
    expect(moves(text)).toBe(true);
  });

  it.each([
    "raw.a + 1",
    "other",
    "sin(raw.a)",
    "stack(raw.a, sin(raw.b))",
    "stack(raw.a, other)",
    "stack(1, 2)",
    "raw.a -> sin",
    "raw.a -> standardize -> transpose",
    "raw.a -> reshape([B]) -> sin(raw.b)",
    "raw.a -> concat(raw.b)",
    "sin(raw.a)[0]",
  ])("are computed with by %s", (text) => {
    expect(moves(text)).toBe(false);
  });

  it("are computed with by a function of the file's own that is called as an operator is", () => {
    expect(moves("stack(raw.a, raw.b)", ["stack"])).toBe(false);
    expect(moves("raw.a -> transpose", ["transpose"])).toBe(false);
    expect(moves("raw.a -> transpose", ["stack"])).toBe(true);
  });

  it.each([
    ["(raw.a -> log)", ["log"]],
    ["(raw.a -> log) -> standardize", ["log", "standardize"]],
    ["2 * (raw.a -> log -> standardize) -> exp", ["log", "standardize", "exp"]],
    ["((raw.a -> hour -> sqrt)) - 1", ["sqrt"]],
    ["(raw.a -> hour)", []],
  ])("keep the stages behind them in parentheses: %s", (text, stages) => {
    expect(behind(text)).toEqual(stages);
  });
});
