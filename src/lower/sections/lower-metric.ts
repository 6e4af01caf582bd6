import type { Dim } from "../../dims/dim.ts";
import type { Value } from "../../ir/graph.ts";
import { neverNegative } from "../../graph/never-negative.ts";
import type { Metric } from "../../ir/program.ts";
import { figureRanges } from "../../std/figure-ranges.ts";
import { library } from "../../std/library.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import { textOf } from "../../support/source.ts";
import type { Expression, Name } from "../../syntax/ast.ts";
import type { Phrase } from "../../syntax/ast/sections.ts";
import { applyMetric } from "../apply-instance.ts";
import { bindCall, resolveCallee } from "../calls.ts";
import type { Context } from "../context.ts";
import type { MetricParts } from "../instance.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import type { Val } from "../values.ts";
import { gatherMean, isOfExamples, meanMetric } from "./mean-metric.ts";
import type { SettingScope } from "./read-setting.ts";
import { trainingFunctions } from "./resolve-inverts.ts";
import { sourceText } from "./section-context.ts";

/** Metrics of the library that are asked for most. */
const usual: readonly string[] = ["accuracy", "f1", "auc", "mean_absolute_error", "r2", "perplexity"];

/** The names of metrics that a file may mean: its own, then the usual ones of the library, of which there are many more. */
function likelyMetrics({ scope }: ProgramFile): readonly string[] {
  const own = [...scope].flatMap(([name, it]) =>
    it.kind === "callable" && it.declaration.flavor === "metric" ? [name] : [],
  );
  return [...own, ...usual.filter((it) => !scope.has(it))];
}

/** A metric as it is written: `dollars=mean_absolute_error(guess, price)`. */
export interface WrittenMetric {
  /** The name that it is given; else that of what is called. */
  readonly name: Name | undefined;
  readonly expression: Expression;
}

/** What stands between two commas of `metrics`. Undefined after a report. */
export function writtenMetric(phrase: Phrase, file: ProgramFile, scope: SettingScope): WrittenMetric | undefined {
  const [part, more] = phrase.parts;
  if (part !== undefined && more === undefined) return { name: part.name, expression: part.value };
  scope.collector.report("MC4010", phrase.span, { text: textOf(phrase.span), known: likelyMetrics(file) });
  return undefined;
}

/** The name that a metric in which something is wrong has all the same; undefined where it is not known which is meant. */
export function metricName({ name, expression }: WrittenMetric, { scope }: ProgramFile): string | undefined {
  if (name !== undefined) return name.text;
  const callee = expression.kind === "call" ? expression.callee : expression;
  if (callee.kind !== "reference") return undefined;
  const isKnown = scope.get(callee.text)?.kind === "callable" || library.find(callee.text) !== undefined;
  return isKnown ? callee.text : undefined;
}

/** A metric of a section: what makes it one, and what a batch gives to its accumulators. */
export interface LoweredMetric {
  readonly metric: Metric;
  readonly values: readonly Value[];
}

/**
 * Lowers a metric: a call of one, or of a function that gives a number for a batch or for each of its examples, whose
 * mean over examples it then is. `before` are the metrics that have their names. Undefined after a report.
 */
export function lowerMetric(
  ctx: Context,
  { name: given, expression }: WrittenMetric,
  batch: Dim,
  before: readonly Metric[],
): LoweredMetric | undefined {
  if (given !== undefined && takenNames(before).has(given.text)) {
    const help = given.text === "loss" ? { help: "That is the name of the loss: call the metric otherwise." } : {};
    ctx.elaborator.collector.report("MC4002", given.span, { key: given.text, section: "train" }, help);
    return undefined;
  }
  if (!reportUnknownNames(ctx, expression, { metrics: true, also: trainingFunctions })) return undefined;
  const callee = expression.kind === "call" ? expression.callee : expression;
  const name = callee.kind === "reference" ? callee.text : undefined;
  const made = (parts: MetricParts, values: readonly Value[]): LoweredMetric => {
    const own = given?.text ?? freeName(name ?? "", before);
    return { metric: { ...parts, name: own, finish: { ...parts.finish, key: `metric ${own}`, name: own } }, values };
  };
  let isRecipe = false;
  if (name !== undefined) {
    const target = resolveCallee(ctx, callee, undefined);
    if (target.kind === "poison") return undefined;
    isRecipe = target.kind === "recipe";
    if (target.kind === "recipe" && target.target.kind === "callable") {
      const { callable } = target.target;
      if (callable.declaration.flavor === "metric") {
        const given = expression.kind === "call" ? expression.arguments : [];
        const bound = bindCall(ctx, target, callable, [], given, expression.span);
        const called = bound && applyMetric(ctx, callable, bound.hyperparameters, bound.inputs, expression.span);
        const range = callable.file.library ? figureRanges.get(name) : undefined;
        return called && made({ ...called.parts, ...(range !== undefined && { range }) }, valuesOf(called.result));
      }
    }
    const result = expression.kind === "call" ? ctx.elaborator.rules.expression(ctx, expression) : target;
    if (result.kind === "poison") return undefined;
    if (expression.kind === "call" && result.kind === "tensor" && isOfExamples(result.value, batch))
      return made({ ...meanMetric(name), ...rangeOf(ctx, result.value) }, gatherMean(ctx, result.value, batch));
  }
  const known = likelyMetrics(ctx.file);
  const helps = {
    list: "Metrics stand without brackets, by commas: `accuracy(logits, label), f1(score, hit)`.",
    string: "A metric is a call: `accuracy(logits, label)`.",
  };
  const help =
    expression.kind === "list" || expression.kind === "string"
      ? helps[expression.kind]
      : expression.kind === "reference" && isRecipe
        ? `A metric is a call: \`${expression.text}(...)\`.`
        : undefined;
  const extras = help === undefined ? {} : { help };
  ctx.elaborator.collector.report("MC4010", expression.span, { text: sourceText(expression), known }, extras);
  return undefined;
}

/** The range of the mean of a value, as far as it is known. */
function rangeOf({ nodes, elaborator }: Context, value: Value): Pick<Metric, "range"> {
  const isNever = neverNegative({ body: { inputs: [], nodes, results: [value] } }, elaborator.functions);
  return isNever ? { range: { least: 0 } } : {};
}

function valuesOf(result: Val): readonly Value[] {
  const elements = result.kind === "tuple" ? result.elements : [result];
  return elements.flatMap((it) => (it.kind === "tensor" ? [it.value] : []));
}

const takenNames = (before: readonly Metric[]): ReadonlySet<string> =>
  new Set(["loss", ...before.map(({ name }) => name)]);

/** The name of a metric after others: its own, or the first of its numbered relatives that is no figure's already. */
function freeName(wanted: string, before: readonly Metric[]): string {
  const taken = takenNames(before);
  let name = wanted;
  for (let number = 1; taken.has(name); number++) name = `${wanted}_${number}`;
  return name;
}
