import type { Dim } from "../../dims/dim.ts";
import { usesOf } from "../../graph/rewrite.ts";
import type { Func, Value } from "../../ir/graph.ts";
import type { SectionInput } from "../../ir/prediction.ts";
import type { Metric } from "../../ir/program.ts";
import type { Expression } from "../../syntax/ast.ts";
import { answerOfName } from "../../analyze/names-elsewhere.ts";
import { meansSomething } from "../explain-member.ts";
import type { Context, Elaborator } from "../context.ts";
import { reachable } from "../elaborate-model.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import { describe, targetName, formatType } from "../values.ts";
import { helpOfLabels } from "./help-of-labels.ts";
import { askedName, replaceLengths, wrongLengths, type AskedLengths, type LengthsOf } from "./lengths.ts";
import { lowerMetric, metricName, type LoweredMetric, type WrittenMetric } from "./lower-metric.ts";
import { batchOf } from "./match-features.ts";
import { isOfExamples, meanOfExamples } from "./mean-metric.ts";
import { namesOf, type Measurable, type NamedInput } from "./names-of-training.ts";
import { reportSwapped } from "./report-swapped.ts";
import { resolveInverts, trainingFunctions } from "./resolve-inverts.ts";
import { sectionFunc, settingScope } from "./section-context.ts";
import { createToldOfOperands } from "./told-of-operands.ts";

/** A loss and metrics as one function. */
export interface Objective {
  readonly func: Func;
  /** Functions that it calls. */
  readonly callees: ReadonlyMap<string, Func>;
  readonly inputs: readonly SectionInput[];
}

/** A loss and metrics as far as they are right. */
export interface LoweredObjective {
  /** The loss, with those metrics that are right; undefined where something is wrong with it. */
  readonly objective: Objective | undefined;
  readonly metrics: readonly Metric[];
  /** The names of metrics in which something is wrong; undefined where it is not known which one is meant. */
  readonly wrong: readonly (string | undefined)[];
  /** The lengths that they ask. */
  readonly lengths: readonly AskedLengths[];
}

/** Loss and metrics as one function of the model's outputs and the features that they mention. */
export function lowerObjective(
  measurable: Measurable,
  loss: Expression | undefined,
  metrics: readonly WrittenMetric[],
): LoweredObjective {
  const asked = askLengths(measurable, loss, metrics);
  return { ...lowerAsked(measurable, asked.loss, asked.metrics, asked.lengths), lengths: asked.lengths };
}

/** Loss and metrics with their lengths replaced by names, and what these ask. */
function askLengths(
  { file, data, model }: Measurable,
  loss: Expression | undefined,
  metrics: readonly WrittenMetric[],
) {
  if (data === undefined || file.scope.has("lengths")) return { loss, metrics, lengths: [] };
  const lengths: AskedLengths[] = [];
  const of: LengthsOf = {
    features: data.features,
    doubted: (name) => data.doubted.has(name) || data.mayLack,
    where: data.name,
    scope: settingScope(model.elaborator.collector, file),
  };
  const replaced = (expression: Expression): Expression =>
    replaceLengths(expression, of, (asked, { span }) => {
      if (asked !== undefined) lengths.push(asked);
      return { kind: "reference", text: asked === undefined ? wrongLengths : askedName(asked), span };
    });
  return {
    loss: loss && replaced(loss),
    metrics: metrics.map((it) => ({ ...it, expression: replaced(it.expression) })),
    lengths,
  };
}

function lowerAsked(
  measurable: Measurable,
  loss: Expression | undefined,
  metrics: readonly WrittenMetric[],
  lengths: readonly AskedLengths[],
): Omit<LoweredObjective, "lengths"> {
  const { declaration, model, match } = measurable;
  const names = namesOf(measurable, lengths);
  const { ctx, inputs } = names;
  const batch = batchOf(match?.renamed ?? new Map());
  const told = createToldOfOperands();
  const lossValue =
    loss &&
    told.lower(
      ctx,
      loss,
      (at) => {
        const resolved = resolveInverts(at, loss, { measurable, names });
        return resolved && lowerLoss(at, resolved.expression, batch, operandsOf(inputs));
      },
      (it) => helpOfLabels(ctx, it),
    );
  const gathered: Value[] = [];
  const named: Metric[] = [];
  const wrong: (string | undefined)[] = [];
  for (const written of metrics) {
    const { name, expression } = written;
    const { length } = ctx.unit.applied;
    const lowered = (at: Context): LoweredMetric | undefined => {
      const resolved = resolveInverts(at, expression, { measurable, names }, { metrics: true });
      return resolved && lowerMetric(at, { name, expression: resolved.expression }, batch, named);
    };
    const found = told.lower(ctx, expression, lowered, (it) => helpOfLabels(ctx, it));
    if (found === undefined) {
      wrong.push(metricName(written, ctx.file));
      // Of what is wrong already nothing more is said.
      ctx.unit.applied.splice(length);
      continue;
    }
    named.push(found.metric);
    gathered.push(...found.values);
  }
  told.tell(model.elaborator.collector);
  if (lossValue === undefined) return { objective: undefined, metrics: named, wrong };
  reportSwapped(ctx, inputs);
  const used = usedValues(ctx, [lossValue, ...gathered]);
  const kept = inputs.filter((it) => used.has(it.value.id));
  const results = [lossValue, ...gathered].map((value, at) => ({ name: at === 0 ? "loss" : `metric_${at}`, value }));
  const func = sectionFunc(ctx, "objective", kept, results, declaration.span);
  const objective = {
    func,
    callees: new Map([func, ...named.map((it) => it.finish)].flatMap((it) => [...calleesOf(model.elaborator, it)])),
    inputs: kept.map(({ from, name }) => ({ from, name })),
  };
  return { objective, metrics: named, wrong };
}

/** The functions that a section's own function calls. */
export function calleesOf({ functions }: Elaborator, func: Func): ReadonlyMap<string, Func> {
  const callees = new Map(reachable(functions, func));
  callees.delete(func.key);
  return callees;
}

/** What a loss is most often computed of, in words: the first output, and the last feature, for those that models take stand first. */
function operandsOf(inputs: readonly NamedInput[]): string {
  const output = inputs.find((it) => it.from === "output")?.name ?? "...";
  return `${output}, ${inputs.findLast((it) => it.from === "feature")?.name ?? "..."}`;
}

/** A loss: a number of the batch, or numbers of its examples, whose mean is taken. Undefined after a report. */
function lowerLoss(ctx: Context, expression: Expression, batch: Dim, operands: string): Value | undefined {
  if (!reportUnknownNames(ctx, expression, { also: trainingFunctions })) return undefined;
  const result = ctx.elaborator.rules.expression(ctx, expression);
  if (result.kind === "poison") return undefined;
  if (result.kind === "tensor" && isOfExamples(result.value, batch)) return meanOfExamples(ctx, result.value);
  const found = result.kind === "tensor" ? formatType(result.value.type) : describe(result);
  const isFunction =
    result.kind === "recipe" &&
    (result.target.kind === "operator" ||
      (result.target.kind === "callable" && result.target.callable.declaration.flavor === "fn"));
  const named = result.kind === "string" ? result.value : isFunction ? targetName(result.target) : undefined;
  const loss = named && (answerOfName(named)?.instead ?? named);
  const isLoss = loss !== undefined && meansSomething(ctx, loss);
  const call = isLoss ? `${loss}(${operands})` : "mse(y, target)";
  const help = `A loss is computed of outputs and features, by their names: \`${call}\`.`;
  ctx.elaborator.collector.report("MC4009", expression.span, { found }, result.kind === "tensor" ? {} : { help });
  return undefined;
}

/** Ids of all values that the nodes of a context, and some results, take. */
function usedValues(ctx: Context, results: readonly Value[]): ReadonlySet<number> {
  return new Set([...results, ...ctx.nodes.flatMap(usesOf)].map((it) => it.id));
}
