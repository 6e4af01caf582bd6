import { asConstant, formatDim, substitute, constant, variablesOf, type Dim } from "../../dims/dim.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { depthOf } from "../../graph/depth-of.ts";
import { measure } from "../../graph/measure.ts";
import type { Module } from "../../ir/graph.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import { nearest } from "../../support/nearest.ts";
import type { ComparisonOperator } from "../../syntax/ast.ts";
import type { BudgetDeclaration, Limit } from "../../syntax/ast/sections.ts";
import { findModel } from "./find-named.ts";
import type { ModelOf } from "./lower-train.ts";
import { settingValue, type SettingScope } from "./read-setting.ts";
import { settingScope, sourceText } from "./section-context.ts";

const measures = ["params", "flops", "memory", "depth"] as const;

/** A figure is exact, and so is the comparison: no limit is rounded. */
const holds: Readonly<Record<ComparisonOperator, (figure: bigint, limit: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a <= b && a >= b,
  "!=": (a, b) => a < b || a > b,
};

/** Checks a `budget` section: every limit must hold for the model as it stands, at the dims that it names. */
export function checkBudget(
  collector: Collector,
  file: ProgramFile,
  declaration: BudgetDeclaration,
  modelOf: ModelOf,
): void {
  const callable = findModel(collector, file, declaration.target);
  const lowered = callable && modelOf(callable, declaration.target, new Map());
  if (lowered !== undefined) collector.take(lowered);
  const scope = settingScope(collector, file);
  const figures = lowered?.module && figuresOf(lowered.module);
  const shapes = lowered?.header?.inputs.flatMap(({ type }) => type.shape);
  const dims = shapes && new Set(shapes.flatMap((dim) => [...variablesOf(dim)]));
  for (const limit of declaration.entries) checkLimit(limit, figures, dims, scope);
}

type Measure = (typeof measures)[number];

function figuresOf(module: Module): Readonly<Record<Measure, Dim>> {
  const { total, flops, activationBytes } = measure(module);
  return { params: total, flops, memory: activationBytes, depth: constant(depthOf(module)) };
}

/** The sizes of `at B=1, T=64`: of dims that the model has, where these are known, each once. Undefined after a report. */
function readSizes(
  { at }: Limit,
  dims: ReadonlySet<string> | undefined,
  scope: SettingScope,
): ReadonlyMap<string, Dim> | undefined {
  const sizes = new Map<string, Dim>();
  let fine = true;
  for (const { name, value } of at) {
    const size = settingValue(value, scope);
    if (name === undefined || dims?.has(name.text) === false) {
      const missing = name?.text ?? sourceText(value);
      const known = [...(dims ?? [])];
      const [only] = known.length === 1 ? known : [];
      const span = name?.span ?? value.span;
      const fix = only && { title: `change to ${only}`, edits: [{ span, text: only }] };
      const extras = only && fix && name !== undefined ? { help: `Did you mean \`${only}\`?`, fix } : {};
      scope.collector.report("MC4013", span, { what: "free dim", name: missing, known }, extras);
    } else if (sizes.has(name.text)) scope.collector.report("MC4002", name.span, { key: name.text, section: "budget" });
    else if (typeof size === "number" && Number.isSafeInteger(size) && size >= 1) {
      sizes.set(name.text, constant(size));
      continue;
    } else
      scope.collector.report("MC4006", value.span, {
        argument: name.text,
        callee: "this section",
        expected: "a whole number of at least 1",
        found: `\`${sourceText(value)}\``,
      });
    fine = false;
  }
  return fine ? sizes : undefined;
}

/** What measures are called elsewhere. */
const measuresElsewhere: ReadonlyMap<string, Measure> = new Map([
  ["parameters", "params"],
  ["weights", "params"],
  ["size", "params"],
  ["macs", "flops"],
  ["ops", "flops"],
  ["ram", "memory"],
  ["activations", "memory"],
  ["layers", "depth"],
]);

function checkLimit(
  limit: Limit,
  figures: Readonly<Record<Measure, Dim>> | undefined,
  dims: ReadonlySet<string> | undefined,
  scope: SettingScope,
): void {
  const { condition } = limit;
  const [left, right, more] = condition.kind === "comparison" ? condition.operands : [];
  const operator = condition.kind === "comparison" ? condition.operators[0] : undefined;
  const name = left?.kind === "reference" ? left.text : "";
  const figure = measures.find((it) => it === name);
  if (figure === undefined || operator === undefined || right === undefined || more !== undefined) {
    const near = measuresElsewhere.get(name) ?? nearest(name, measures);
    const found = figure === undefined && name !== "" ? name : sourceText(condition);
    const span = figure === undefined && left?.kind === "reference" ? left.span : condition.span;
    const fix = { title: `change to ${near ?? ""}`, edits: [{ span, text: near ?? "" }] };
    const meant = near === undefined ? {} : { help: `Did you mean \`${near}\`?`, fix };
    scope.collector.report("MC4021", span, { found, known: measures }, meant);
    return;
  }
  const bound = settingValue(right, scope);
  if (typeof bound !== "number") {
    const found = `\`${sourceText(right)}\``;
    scope.collector.report("MC4006", right.span, {
      argument: name,
      callee: "this section",
      expected: "a number",
      found,
    });
  }
  const sizes = readSizes(limit, dims, scope);
  if (typeof bound !== "number" || sizes === undefined || figures === undefined) return;
  const value = substitute(figures[figure], (dim) => sizes.get(dim));
  const known = asConstant(value);
  if (known === undefined) {
    const given = [...sizes].map(([it, size]) => `${it}=${formatDim(size)}`);
    const free = [...given, ...[...variablesOf(value)].map((it) => `${it}=1`)].join(", ");
    scope.collector.report("MC4018", condition.span, { figure, value: formatDim(value), at: free });
  } else if (!holds[operator](known, bound)) {
    scope.collector.report("MC4019", condition.span, {
      figure,
      value: known.toLocaleString("en"),
      limit: `${operator} ${bound.toLocaleString("en", { maximumFractionDigits: 20 })}`,
    });
  }
}
