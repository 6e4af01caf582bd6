import type { Program } from "../../analyze/program.ts";
import { helpOfMissing, helpOfSplit } from "./training-helps.ts";
import { mayBeLost } from "../../analyze/may-be-lost.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { usesOf } from "../../graph/rewrite.ts";
import { constant, type Dim } from "../../dims/dim.ts";
import type { Func, Module, Value } from "../../ir/graph.ts";
import type { DataProgram, Metric, Split, TrainProgram, TrainStep } from "../../ir/program.ts";
import { lossName } from "../../ir/measures-of.ts";
import { once } from "../../support/once.ts";
import { parametersOf, statesOf } from "../../graph/parameters-of.ts";
import type { Callable, ProgramFile } from "../../std/program-file.ts";
import type { Span } from "../../support/source.ts";
import type { CallableDeclaration, CallExpression, Expression, NameReference } from "../../syntax/ast.ts";
import { lostName } from "../../syntax/lost-name.ts";
import type { DataDeclaration, Directive, Setting, TrainDeclaration } from "../../syntax/ast/sections.ts";
import { labelsOf } from "../value-facts.ts";
import { freshValue, report, type Context, type Elaborator } from "../context.ts";
import { describe, formatType, tensor, type ValueFacts } from "../values.ts";
import { createElaborator } from "../elaborator.ts";
import { assumptionsOf, reachable, type LoweredModel } from "../elaborate-model.ts";
import { fedInputs } from "./fed-inputs.ts";
import { joinData } from "./join-data.ts";
import type { LoweredData } from "./lower-data.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import { batchOf, batchType, matchFeatures, type FeatureMatch } from "./match-features.ts";
import { onlyExpression, settingsOf } from "./read-setting.ts";
import {
  checkRate,
  readAverage,
  readClip,
  readInteger,
  readOptimizer,
  readPrecision,
  readSave,
  readStop,
  readValidate,
} from "./read-training.ts";
import { readDirective } from "./read-directive.ts";
import { readInitials } from "./read-initials.ts";
import { checkFollowers } from "./check-followers.ts";
import { freezePhases } from "./freeze-phases.ts";
import { reportUnlearnable } from "./report-unlearnable.ts";
import { reportIdleSteps } from "./report-idle-steps.ts";
import { reportUnreached } from "./report-unreached.ts";
import { lowerMetric, metricExpression } from "./lower-metric.ts";
import { isOfExamples, meanOfExamples } from "./mean-metric.ts";
import { reportMisplaced } from "./report-misplaced.ts";
import { reportSwapped } from "./report-swapped.ts";
import { sectionContext, sectionFunc, settingScope, sourceText } from "./section-context.ts";
import { sectionKeys } from "./section-keys.ts";
import { readUpdates, writtenSteps, writtenUpdates } from "./written-steps.ts";
import { reportIdleGroups } from "./report-idle-groups.ts";

/** Gives a model as a section names it, with dims that are fixed. */
export type ModelOf = (
  callable: Callable,
  target: NameReference | CallExpression,
  dims: ReadonlyMap<string, number>,
  given?: ReadonlySet<string>,
) => LoweredModel;

/** What a `train` section rests on: models and data, each lowered once for all that name it. */
export interface TrainedOn {
  readonly model: ModelOf;
  readonly data: (file: ProgramFile, declaration: DataDeclaration) => LoweredData;
}

/**
 * Lowers a `train` section: the model for its data, and loss and metrics as one function. Undefined after a report. What
 * loss and metrics look at joins `visited`.
 */
export function lowerTrainSection(
  program: Program,
  declaration: TrainDeclaration,
  given: TrainedOn,
  collector: Collector,
  visited: Set<CallableDeclaration>,
): TrainProgram | undefined {
  const file = program.entry;
  const scope = settingScope(collector, file);

  const callable = findModel(collector, file, declaration.model);
  const found = findData(collector, file, declaration, given);
  const { now, later } = sectionKeys.train;
  const settings = settingsOf(declaration.entries, [...now, ...later], "train", scope);
  for (const key of later) {
    const setting = settings.get(key);
    if (setting !== undefined) collector.report("MC4011", setting.span, { what: `\`${key}\`` });
  }
  const directives = declaration.entries.filter((it): it is Directive => it.kind === "directive");
  reportMisplaced(declaration.entries, ["setting", "directive", "step"], now, "train", collector);
  if (callable === undefined || found?.data === undefined) return undefined;
  const { data, store } = found;

  const fed = fedInputs(callable.declaration, data, declaration, collector);
  const open = given.model(callable, declaration.model, new Map(), fed);
  collector.take(open);
  const entry = open.module?.functions.get(open.module.entry);
  if (entry === undefined) return undefined;
  const match = matchFeatures(collector, entry, data, declaration.data.span);
  if (match === undefined) return undefined;
  const sized = match.fixed.size === 0 ? open : given.model(callable, declaration.model, match.fixed, fed);
  collector.take(sized);
  if (sized.module === undefined) return undefined;
  const elaborator = createElaborator(program, collector, sized.store, visited);
  const model: TrainedModel = { module: sized.module, resultFacts: sized.resultFacts, elaborator };
  const prepared = joinData(elaborator, data, store);

  const setting = (key: string): Expression | undefined => {
    const found = settings.get(key);
    return found === undefined ? undefined : onlyExpression(found, scope);
  };
  const epochs = readInteger(settings.get("epochs"), 1, 1, scope);
  const steps = readInteger(settings.get("steps"), 0, 1, scope);
  const stepsSetting = settings.get("steps");
  if (settings.has("epochs") && stepsSetting !== undefined) collector.report("MC4014", stepsSetting.span, {});

  const written = writtenSteps(declaration, settings, callable.declaration.name.text, scope);
  const leading = written.find(({ every }) => every === 1);
  const metricExpressions = (settings.get("metrics")?.phrases ?? []).flatMap(
    (it) => metricExpression(it, file, scope) ?? [],
  );
  const paths = parametersOf(model.module).map((it) => it.path);
  // What several steps share is read once.
  const expressionOf = once((it: Setting) => onlyExpression(it, scope));
  const optimizerOf = once((it: Expression) => {
    const optimizer = readOptimizer(it, scope);
    if (optimizer !== undefined) checkRate(optimizer.rate, settings.has("steps") ? steps : undefined, it.span, scope);
    return optimizer;
  });
  const clipOf = once((it: Expression) => readClip(it, scope));
  const read = written.map((step) => {
    const own = (key: string): Expression | undefined => {
      const found = step.setting(key);
      return found && expressionOf(found);
    };
    const required = (key: string): Expression | undefined => {
      // What is missing may be what did not parse.
      const mayBeLost = declaration.broken || step.setting(lostName) !== undefined;
      const missing = { missing: `\`${key}\``, where: step.where };
      if (step.setting(key) === undefined && !mayBeLost)
        collector.report("MC4003", step.span, missing, helpOfMissing(key));
      return own(key);
    };
    const [loss, optimizer, clip] = [required("loss"), required("optimizer"), own("clip")];
    const metrics = step === leading ? metricExpressions : [];
    return {
      step,
      objective: loss && lowerObjective(model, file, declaration, data, match, loss, metrics),
      optimizer: optimizer && optimizerOf(optimizer),
      clip: clip && clipOf(clip),
      updates: readUpdates(step, paths, model.module.name, scope),
    };
  });
  const averageExpression = setting("average");
  const average = averageExpression && readAverage(averageExpression, scope);
  const precisionExpression = setting("precision");
  const precision = precisionExpression && readPrecision(precisionExpression, scope);
  const lacking = new Set<Split>();
  const reportLack = (split: Split, at: Span): void => {
    if (!lacking.has(split)) collector.report("MC4020", at, { data: data.name, split }, helpOfSplit(split, data.name));
    lacking.add(split);
  };
  if (data.split.fractions.train === undefined) reportLack("train", declaration.data.span);
  const batch = readInteger(settings.get("batch"), 32, 1, scope);
  const accumulate = readInteger(settings.get("accumulate"), 1, 1, scope);
  const seed = readInteger(settings.get("seed"), 0, 0, scope);
  const validateSetting = settings.get("validate");
  const validate = validateSetting === undefined ? undefined : readValidate(validateSetting, scope);
  if (validateSetting !== undefined && data.split.fractions.validate === undefined)
    reportLack("validate", validateSetting.span);
  const metrics = read.flatMap((it) => it.objective?.metrics ?? []);
  const measured = { losses: written.map(lossName), metrics, data, reportLack };
  // What is measured is not known where an objective is wrong.
  const watching = (key: "stop" | "save"): Expression | undefined =>
    read.some((it) => it.objective === undefined) ? undefined : setting(key);
  const stopExpression = watching("stop");
  const stop = stopExpression === undefined ? undefined : readStop(stopExpression, measured, scope);
  const saveExpression = watching("save");
  const save = saveExpression === undefined ? undefined : readSave(saveExpression, measured, scope);
  const owned = { parameters: paths, states: statesOf(model.module).map((it) => it.path) };
  const marks = directives.flatMap((it) => readDirective(it, owned, model.module.name, scope) ?? []);
  reportIdleGroups(marks, paths, scope);
  checkFollowers(marks, written.flatMap(writtenUpdates), model.module, scope);
  const initials = readInitials(
    marks.flatMap((it) => (it.kind === "init" ? [it.directive] : [])),
    parametersOf(model.module),
    sectionContext(elaborator, file, declaration.label?.text ?? model.module.name),
    scope,
  );
  const follows = marks.flatMap((it) => (it.kind === "follow" ? [it.follow] : []));
  const freezes = marks.flatMap((it) => (it.kind === "freeze" ? [it.freeze] : []));
  const still = follows.map(({ pattern }) => pattern);
  const length = settings.has("steps") ? { steps: steps ?? Infinity } : { epochs: epochs ?? Infinity };
  const phases = freezePhases(freezes, still, length, scope);
  if (!collector.hasErrors) reportIdleSteps(read, phases, paths, model.module.name, collector);
  reportUnlearnable(read, phases, parametersOf(model.module), collector);

  const lowered = read.flatMap(({ step, objective, optimizer, clip, updates }): readonly TrainStep[] => {
    if (objective === undefined || optimizer === undefined) return [];
    const { name, every } = step;
    const { func, inputs } = objective;
    return [
      {
        ...(name !== undefined && { name }),
        objective: func,
        objectiveInputs: inputs,
        updates,
        optimizer,
        ...(clip !== undefined && { clip }),
        every,
      },
    ];
  });
  const [first, ...others] = lowered;
  if (collector.hasErrors || declaration.broken) return undefined;
  if (first === undefined || lowered.length < written.length) return undefined;
  if (epochs === undefined || steps === undefined || seed === undefined) return undefined;
  if (batch === undefined || accumulate === undefined) return undefined;
  const training: TrainProgram = {
    name: declaration.label?.text ?? model.module.name,
    model: {
      ...model.module,
      functions: new Map([
        ...model.module.functions,
        ...calleesOf(model.elaborator, prepared.preparation.func),
        ...read.flatMap((it) => [...(it.objective?.callees ?? [])]),
      ]),
    },
    data: prepared,
    steps: [first, ...others],
    metrics,
    ...(average !== undefined && { average }),
    ...(precision !== undefined && { precision }),
    initials,
    follows,
    groups: marks.flatMap((it) => (it.kind === "group" ? [it.group] : [])),
    phases,
    length,
    batch,
    accumulate,
    seed,
    ...(validate !== undefined && { validate }),
    ...(stop !== undefined && { stop }),
    ...(save !== undefined && { save }),
    origin: declaration.model.span,
  };
  reportUnreached(training, read, collector);
  return collector.hasErrors ? undefined : training;
}

/** The functions that a section's own function calls. */
function calleesOf({ functions }: Elaborator, func: Func): ReadonlyMap<string, Func> {
  const callees = new Map(reachable(functions, func));
  callees.delete(func.key);
  return callees;
}

/** The model that a section names. */
export function findModel(
  collector: Collector,
  file: ProgramFile,
  target: NameReference | CallExpression,
): Callable | undefined {
  const callee = target.kind === "call" ? target.callee : target;
  const name = callee.kind === "reference" ? callee.text : sourceText(callee);
  const found = file.scope.get(name);
  if (found?.kind === "callable" && found.declaration.flavor === "model") return found;
  if (mayBeLost(file, name)) return undefined;
  const known = [...file.scope].flatMap(([key, it]) =>
    it.kind === "callable" && it.declaration.flavor === "model" ? [key] : [],
  );
  collector.sayNames();
  collector.report("MC4013", callee.span, { what: "model", name, known });
  return undefined;
}

function findData(
  collector: Collector,
  file: ProgramFile,
  declaration: TrainDeclaration,
  given: TrainedOn,
): LoweredData | undefined {
  const found = file.scope.get(declaration.data.text);
  if (found?.kind === "data") {
    const lowered = given.data(found.file, found.declaration);
    collector.take(lowered);
    return lowered;
  }
  if (mayBeLost(file, declaration.data.text)) return undefined;
  collector.sayNames();
  const known = [...file.scope].flatMap(([key, it]) => (it.kind === "data" ? [key] : []));
  collector.report("MC4013", declaration.data.span, {
    what: "data section",
    name: declaration.data.text,
    known,
  });
  return undefined;
}

/** The model that is trained, with the elaborator in which the section's own expressions join its functions. */
interface TrainedModel {
  readonly module: Module;
  readonly resultFacts: readonly ValueFacts[];
  readonly elaborator: Elaborator;
}

interface Objective {
  readonly func: Func;
  /** Functions that it calls. */
  readonly callees: ReadonlyMap<string, Func>;
  readonly inputs: TrainStep["objectiveInputs"];
  readonly metrics: TrainProgram["metrics"];
}

/** Loss and metrics as one function of the model's outputs and the features that they mention. */
function lowerObjective(
  model: TrainedModel,
  file: ProgramFile,
  declaration: TrainDeclaration,
  data: DataProgram,
  match: FeatureMatch,
  loss: Expression,
  metrics: readonly Expression[],
): Objective | undefined {
  const { module, elaborator } = model;
  const entry = module.functions.get(module.entry);
  if (entry === undefined) return undefined;
  const { facts } = module;
  const assumptions = assumptionsOf(module);
  const values = new Map<number, Value>();
  const section = sectionContext(elaborator, file, declaration.label?.text ?? module.name, { facts, assumptions });
  const ctx: Context = { ...section, measured: { entry, values } };
  const inputs: { readonly from: "output" | "feature"; readonly name: string; readonly value: Value }[] = [];
  for (const [at, name] of entry.resultNames.entries()) {
    const inModel = entry.body.results[at];
    if (name === undefined || inModel === undefined) continue;
    const value = freshValue(ctx.unit, inModel.type, name);
    ctx.scope.names.set(name, tensor(value, model.resultFacts[at] ?? {}));
    inputs.push({ from: "output", name, value });
    values.set(value.id, inModel);
  }
  for (const feature of data.features) {
    if (entry.resultNames.includes(feature.name)) {
      // Each step meets it: it is told once.
      report(ctx, "MC4017", declaration.data.span, {
        name: feature.name,
        model: module.name,
        data: data.name,
      });
      return undefined;
    }
    const value = freshValue(ctx.unit, batchType(feature, match.renamed), feature.name);
    const facts: ValueFacts = labelsOf(feature.classes === undefined ? undefined : constant(feature.classes));
    ctx.scope.names.set(feature.name, tensor(value, facts));
    inputs.push({ from: "feature", name: feature.name, value });
    const inModel = entry.body.inputs[entry.inputNames.indexOf(feature.name)];
    if (inModel !== undefined) values.set(value.id, inModel);
  }
  const batch = batchOf(match.renamed);
  const lossValue = lowerLoss(ctx, loss, batch);
  const gathered: Value[] = [];
  const named: Metric[] = [];
  for (const expression of metrics) {
    const found = lowerMetric(ctx, expression, batch, named);
    if (found === undefined) continue;
    named.push(found.metric);
    gathered.push(...found.values);
  }
  if (lossValue === undefined || named.length !== metrics.length) return undefined;
  reportSwapped(ctx, inputs);
  const used = usedValues(ctx, [lossValue, ...gathered]);
  const kept = inputs.filter((it) => used.has(it.value.id));
  const results = [lossValue, ...gathered].map((value, at) => ({ name: at === 0 ? "loss" : `metric_${at}`, value }));
  const func = sectionFunc(ctx, "objective", kept, results, declaration.span);
  return {
    func,
    callees: new Map([func, ...named.map((it) => it.finish)].flatMap((it) => [...calleesOf(elaborator, it)])),
    inputs: kept.map(({ from, name }) => ({ from, name })),
    metrics: named,
  };
}

/** A loss: a number of the batch, or numbers of its examples, whose mean is taken. Undefined after a report. */
function lowerLoss(ctx: Context, expression: Expression, batch: Dim): Value | undefined {
  if (!reportUnknownNames(ctx, expression)) return undefined;
  const result = ctx.elaborator.rules.expression(ctx, expression);
  if (result.kind === "poison") return undefined;
  if (result.kind === "tensor" && isOfExamples(result.value, batch)) return meanOfExamples(ctx, result.value);
  const found = result.kind === "tensor" ? formatType(result.value.type) : describe(result);
  const help = "A loss is computed of outputs and features, by their names: `mse(y, target)`.";
  ctx.elaborator.collector.report("MC4009", expression.span, { found }, result.kind === "tensor" ? {} : { help });
  return undefined;
}

/** Ids of all values that the nodes of a context, and some results, take. */
function usedValues(ctx: Context, results: readonly Value[]): ReadonlySet<number> {
  return new Set([...results, ...ctx.nodes.flatMap(usesOf)].map((it) => it.id));
}
