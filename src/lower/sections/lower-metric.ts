import type { Func, Node, Value } from "../../ir/graph.ts";
import type { Metric } from "../../ir/program.ts";
import type { MetricTrait } from "../../ops/define/operator.ts";
import { meanOf } from "../../ops/metrics.ts";
import { allOperators, findOperator } from "../../ops/registry.ts";
import type { Expression } from "../../syntax/ast.ts";
import type { Phrase } from "../../syntax/ast/sections.ts";
import type { Context } from "../context.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import { type SettingScope, onlyPart } from "./read-setting.ts";
import { betterByName } from "./read-training.ts";
import { sourceText } from "./section-context.ts";

/** The names of the operators that are metrics. */
export const knownMetrics = allOperators.flatMap(({ name, metric }) => (metric === undefined ? [] : [name])).sort();

/** What stands between two commas of `metrics`. Undefined after a report. */
export function metricExpression(phrase: Phrase, scope: SettingScope): Expression | undefined {
  const part = onlyPart(phrase);
  if (part === undefined) scope.collector.report("MC4010", phrase.span, { text: "this", known: knownMetrics });
  return part;
}

/** A metric of a section: what it is called, what makes it one, and what a batch gives to its accumulators. */
export interface LoweredMetric {
  readonly name: string;
  readonly trait: MetricTrait;
  readonly values: readonly Value[];
}

/**
 * Lowers a metric: a call of an operator that is one, of a function that gives what such a one gives, or of any function
 * that gives a sum and a count. Undefined after a report.
 */
export function lowerMetric(ctx: Context, expression: Expression): LoweredMetric | undefined {
  if (!reportUnknownNames(ctx, expression)) return undefined;
  const result = ctx.elaborator.rules.expression(ctx, expression);
  if (result.kind === "poison") return undefined;
  const values =
    result.kind === "tuple" ? result.elements.flatMap((it) => (it.kind === "tensor" ? [it.value] : [])) : [];
  const callee = expression.kind === "call" ? expression.callee : expression;
  if (callee.kind === "reference") {
    const { text: name } = callee;
    const known = traitOf(ctx.nodes, values, (key) => ctx.elaborator.functions.get(key)?.body);
    const trait = known ?? (isPair(values) ? meanOf(betterByName(name)) : undefined);
    if (trait !== undefined) return { name, trait, values };
  }
  ctx.elaborator.collector.report("MC4010", expression.span, { text: sourceText(expression), known: knownMetrics });
  return undefined;
}

/** The name of a metric after others: its own, or the first of its numbered relatives that is no figure's already. */
export function freeName(wanted: string, before: readonly Metric[]): string {
  const taken = new Set(["loss", ...before.map(({ name }) => name)]);
  let name = wanted;
  for (let number = 1; taken.has(name); number++) name = `${wanted}_${number}`;
  return name;
}

/** A sum and a count. */
function isPair(values: readonly Value[]): boolean {
  return values.length === 2 && values.every(({ type }) => type.dtype === "f32" && type.shape.length === 0);
}

/** What makes a metric of the operator that gives these values, directly or as the result of a function. */
function traitOf(
  nodes: readonly Node[],
  values: readonly Value[],
  bodyOf: (callee: string) => Func["body"] | undefined,
): MetricTrait | undefined {
  const maker = nodes.find(
    ({ results }) =>
      results.length > 0 && results.length === values.length && results.every(({ id }, at) => id === values[at]?.id),
  );
  if (maker?.kind === "operator") return findOperator(maker.op)?.metric;
  const body = maker?.kind === "call" ? bodyOf(maker.callee) : undefined;
  return body && traitOf(body.nodes, body.results, bodyOf);
}
