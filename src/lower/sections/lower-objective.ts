import { constant, variablesOf, type Dim } from "../../dims/dim.ts";
import { noFacts } from "../../dims/facts.ts";
import { entryOf } from "../../graph/parameters-of.ts";
import { usesOf } from "../../graph/rewrite.ts";
import type { Func, Module, Value } from "../../ir/graph.ts";
import type { Metric, TrainStep } from "../../ir/program.ts";
import type { TensorType } from "../../ir/types.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import type { CallableDeclaration, Expression } from "../../syntax/ast.ts";
import type { TrainDeclaration } from "../../syntax/ast/sections.ts";
import { lostName } from "../../syntax/lost-name.ts";
import { answerOfName } from "../../analyze/names-elsewhere.ts";
import { meansSomething } from "../explain-member.ts";
import { freshValue, report, type Context, type Elaborator } from "../context.ts";
import { reachable } from "../elaborate-model.ts";
import type { ModelHeader } from "../model-header.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import { labelsOf } from "../value-facts.ts";
import { describe, targetName, formatType, poison, tensor, type ValueFacts } from "../values.ts";
import type { KnownData } from "./lower-data.ts";
import { helpOfLabels } from "./help-of-labels.ts";
import { lowerMetric, metricName, type LoweredMetric } from "./lower-metric.ts";
import { lengthsName } from "./add-lengths.ts";
import { replaceLengths, type AskedLengths, type LengthsOf } from "./lengths.ts";
import { batchOf, batchType, type FeatureMatch } from "./match-features.ts";
import { isOfExamples, meanOfExamples } from "./mean-metric.ts";
import { reportSwapped } from "./report-swapped.ts";
import { sectionContext, sectionFunc, settingScope } from "./section-context.ts";
import { createToldOfOperands } from "./told-of-operands.ts";

/** The model that is trained, with the elaborator in which the section's own expressions join its functions. */
export interface TrainedModel {
  /** Undefined where nothing has that name. */
  readonly declaration: CallableDeclaration | undefined;
  /** Undefined where it is not known what it takes and gives. */
  readonly header: ModelHeader | undefined;
  /** Undefined where something is wrong with it. */
  readonly module: Module | undefined;
  readonly elaborator: Elaborator;
}

/** What losses and metrics of a section are computed of. */
export interface Measurable {
  readonly file: ProgramFile;
  readonly declaration: TrainDeclaration;
  readonly model: TrainedModel;
  /** Undefined where there are none. */
  readonly data: KnownData | undefined;
  /** Undefined where it is not known how the two go together. */
  readonly match: FeatureMatch | undefined;
}

/** A loss and metrics as one function. */
export interface Objective {
  readonly func: Func;
  /** Functions that it calls. */
  readonly callees: ReadonlyMap<string, Func>;
  readonly inputs: TrainStep["objectiveInputs"];
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
  metrics: readonly Expression[],
): LoweredObjective {
  const asked = askLengths(measurable, loss, metrics);
  return { ...lowerAsked(measurable, asked.loss, asked.metrics, asked.lengths), lengths: asked.lengths };
}

/** Loss and metrics with their lengths replaced by names, and what these ask. */
function askLengths({ file, data, model }: Measurable, loss: Expression | undefined, metrics: readonly Expression[]) {
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
      return { kind: "reference", text: asked === undefined ? wrongLengths : localOf(asked), span };
    });
  return { loss: loss && replaced(loss), metrics: metrics.map(replaced), lengths };
}

/** The name of lengths that are wrong, and were reported. */
const wrongLengths = ".lengths";

/** The name by which an objective refers to lengths; no person can write it. */
const localOf = ({ feature, size }: AskedLengths): string => `${feature}.lengths.${size}`;

function lowerAsked(
  measurable: Measurable,
  loss: Expression | undefined,
  metrics: readonly Expression[],
  lengths: readonly AskedLengths[],
): Omit<LoweredObjective, "lengths"> {
  const { declaration, model, match } = measurable;
  const { ctx, inputs } = namesOf(measurable, lengths);
  const batch = batchOf(match?.renamed ?? new Map());
  const told = createToldOfOperands();
  const lossValue =
    loss &&
    told.lower(
      ctx,
      loss,
      (at) => lowerLoss(at, loss, batch, operandsOf(inputs)),
      (it) => helpOfLabels(ctx, it),
    );
  const gathered: Value[] = [];
  const named: Metric[] = [];
  const wrong: (string | undefined)[] = [];
  for (const expression of metrics) {
    const { length } = ctx.unit.applied;
    const lowered = (at: Context): LoweredMetric | undefined => lowerMetric(at, expression, batch, named);
    const found = told.lower(ctx, expression, lowered, (it) => helpOfLabels(ctx, it));
    if (found === undefined) {
      wrong.push(metricName(expression, ctx.file));
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

interface ObjectiveInput {
  readonly from: "output" | "feature";
  readonly name: string;
  readonly value: Value;
}

/** A context in which outputs and features have their names; those of which something is wrong mean nothing there. */
function namesOf(
  { file, declaration, model, data, match }: Measurable,
  lengths: readonly AskedLengths[],
): {
  readonly ctx: Context;
  readonly inputs: readonly ObjectiveInput[];
} {
  const { module, header, elaborator } = model;
  const { facts = noFacts, assumptions = "" } = header ?? {};
  const values = new Map<number, Value>();
  const section = declaration.label?.text ?? model.declaration?.name.text ?? "";
  const entry = module && match?.fits === true ? entryOf(module) : undefined;
  const ctx: Context = {
    ...sectionContext(elaborator, file, section, { facts, assumptions }),
    measured: { entry, values },
  };
  const { names } = ctx.scope;
  const inputs: ObjectiveInput[] = [];
  const add = (
    from: ObjectiveInput["from"],
    name: string,
    type: TensorType | undefined,
    known: ValueFacts,
    inModel: Value | undefined,
    local = name,
  ): void => {
    if (type === undefined || match === undefined || isDoubted(type, match)) {
      names.set(local, poison);
      return;
    }
    const value = freshValue(ctx.unit, type, name);
    names.set(local, tensor(value, known));
    inputs.push({ from, name, value });
    if (inModel !== undefined) values.set(value.id, inModel);
  };
  const declared = model.declaration?.results?.map(({ name }) => ({ name: name?.text, type: undefined, facts: {} }));
  const results = header?.results ?? declared;
  for (const [at, { name, type, facts: known }] of (results ?? []).entries())
    if (name !== undefined) add("output", name, type, known, entry?.body.results[at]);
  names.set(wrongLengths, poison);
  for (const asked of lengths) {
    const local = localOf(asked);
    if (data === undefined || names.has(local)) continue;
    const type = match && ({ dtype: "i32", shape: [batchOf(match.renamed)] } as const);
    add("feature", lengthsName(asked, data.features), type, {}, undefined, local);
  }
  let isTaken = false;
  for (const feature of data?.features ?? []) {
    if (names.has(feature.name)) {
      // Each step meets it: it is told once.
      report(ctx, "MC4017", declaration.data.span, {
        name: feature.name,
        model: model.declaration?.name.text ?? "",
        data: data?.name ?? "",
      });
      names.set(feature.name, poison);
      isTaken = true;
      continue;
    }
    const known = labelsOf(feature.classes === undefined ? undefined : constant(feature.classes));
    const type = match && batchType(feature, match.renamed);
    add("feature", feature.name, type, known, entry?.body.inputs[entry.inputNames.indexOf(feature.name)]);
  }
  for (const name of data?.doubted ?? []) names.set(name, poison);
  if (results === undefined || data === undefined || data.mayLack || isTaken) names.set(lostName, poison);
  return { ctx, inputs };
}

/** Whether a type rests on dims of which it is not known what they are. */
function isDoubted({ shape }: TensorType, { doubted }: FeatureMatch): boolean {
  return shape.some((dim) => [...variablesOf(dim)].some((name) => doubted.has(name)));
}

/** What a loss is most often computed of, in words: the first output, and the last feature, for those that models take stand first. */
function operandsOf(inputs: readonly ObjectiveInput[]): string {
  const output = inputs.find((it) => it.from === "output")?.name ?? "...";
  return `${output}, ${inputs.findLast((it) => it.from === "feature")?.name ?? "..."}`;
}

/** A loss: a number of the batch, or numbers of its examples, whose mean is taken. Undefined after a report. */
function lowerLoss(ctx: Context, expression: Expression, batch: Dim, operands: string): Value | undefined {
  if (!reportUnknownNames(ctx, expression)) return undefined;
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
