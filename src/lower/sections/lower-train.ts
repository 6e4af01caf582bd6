import { mayBeLeftOut } from "../../analyze/may-be-left-out.ts";
import type { Program } from "../../analyze/program.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { entryOf, parametersOf, statesOf } from "../../graph/parameters-of.ts";
import { hasSplit } from "../../ir/has-split.ts";
import { lossName, namesOfNumbers } from "../../ir/measures-of.ts";
import type { ObjectiveStep, Split, TrainProgram, TrainStep } from "../../ir/program.ts";
import type { Callable, ProgramFile } from "../../std/program-file.ts";
import { elementAt } from "../../support/element-at.ts";
import { once } from "../../support/once.ts";
import type { Span } from "../../support/source.ts";
import type { CallableDeclaration, CallExpression, Expression, NameReference } from "../../syntax/ast.ts";
import type { DataDeclaration, Directive, Setting, TrainDeclaration } from "../../syntax/ast/sections.ts";
import { lostName } from "../../syntax/lost-name.ts";
import { fixedByFacts, hasOpenSizes } from "../fixed-by-facts.ts";
import { createElaborator } from "../elaborator.ts";
import type { LoweredModel } from "../elaborate-model.ts";
import { addLengths } from "./add-lengths.ts";
import { checkFollowers } from "./check-followers.ts";
import { fedInputs } from "./fed-inputs.ts";
import { findData, findModel } from "./find-named.ts";
import { freezePhases } from "./freeze-phases.ts";
import { joinData } from "./join-data.ts";
import { rangeAmong, unknownTraining, type KnownTraining } from "./known-training.ts";
import type { KnownData, LoweredData } from "./lower-data.ts";
import { writtenMetric } from "./lower-metric.ts";
import { calleesOf, lowerObjective } from "./lower-objective.ts";
import { lowerPredict, type LoweredPrediction } from "./lower-predict.ts";
import { matchFeatures, withSizes, type FeatureMatch } from "./match-features.ts";
import { readBatch } from "./read-batch.ts";
import { readDirective } from "./read-directive.ts";
import { readInitials } from "./read-initials.ts";
import type { Measurable } from "./names-of-training.ts";
import { onlyExpression, onlyPart, settingsOf, type SettingScope } from "./read-setting.ts";
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
import { reportIdleGroups } from "./report-idle-groups.ts";
import { reportIdleSteps } from "./report-idle-steps.ts";
import { reportMisplaced } from "./report-misplaced.ts";
import { reportPadded } from "./report-padded.ts";
import { reportUnlearnable } from "./report-unlearnable.ts";
import { reportUnreached } from "./report-unreached.ts";
import { sectionContext, settingScope, sourceText } from "./section-context.ts";
import { sectionKeys } from "./section-keys.ts";
import { helpOfMissing, helpOfSplit } from "./training-helps.ts";
import { readUpdates, writtenSteps, writtenUpdates } from "./written-steps.ts";

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

/** A training, with what is known of it where something is wrong. */
export interface LoweredTraining {
  readonly train: TrainProgram | undefined;
  readonly known: KnownTraining;
}

/**
 * Lowers a `train` section: the model for its data, and loss and metrics as one function. Each entry is checked as far as
 * what it rests on is right. What loss and metrics look at joins `visited`.
 */
export function lowerTrainSection(
  program: Program,
  declaration: TrainDeclaration,
  given: TrainedOn,
  collector: Collector,
  visited: Set<CallableDeclaration>,
): LoweredTraining {
  const file = program.entry;
  const scope = settingScope(collector, file);
  const { broken } = declaration;

  const callable = findModel(collector, file, declaration.model);
  const found = findData(collector, file, declaration.data);
  const lowered = found && given.data(found.file, found.declaration);
  if (lowered !== undefined) collector.take(lowered);
  const data = lowered?.known;
  if (lowered !== undefined && data === undefined) return { train: undefined, known: unknownTraining(declaration) };
  const settings = settingsOf(declaration.entries, sectionKeys.train, "train", scope);
  const directives = declaration.entries.filter((it): it is Directive => it.kind === "directive");
  reportMisplaced(
    declaration.entries,
    ["setting", "directive", "step", "predict"],
    sectionKeys.train,
    "train",
    collector,
  );

  const { lowered: made, match } = fitModel(callable, data, declaration, given, collector);
  const module = made?.module;
  const elaborator = createElaborator(program, collector, made?.store, visited);
  const model = callable?.declaration.name.text ?? sourceText(declaration.model);
  const name = declaration.label?.text ?? model;
  const trained = { declaration: callable?.declaration, header: made?.header, module, elaborator };
  const prepared = lowered?.data && joinData(elaborator, lowered.data, lowered.store);
  const measurable = { file, declaration, model: trained, data, prepared, match };

  const setting = (key: string): Expression | undefined => {
    const found = settings.get(key);
    return found === undefined ? undefined : onlyExpression(found, scope);
  };
  const epochs = readInteger(settings.get("epochs"), 1, 1, scope);
  const steps = readInteger(settings.get("steps"), 0, 1, scope);
  const stepsSetting = settings.get("steps");
  if (settings.has("epochs") && stepsSetting !== undefined) collector.report("MC4014", stepsSetting.span, {});

  const written = writtenSteps(declaration, settings, model, scope);
  const leading = written.find(({ every }) => every === 1) ?? written[0];
  const phrases = settings.get("metrics")?.phrases ?? [];
  const writtenMetrics = phrases.flatMap((it) => writtenMetric(it, file, scope) ?? []);
  const owned = module && {
    parameters: parametersOf(module).map((it) => it.path),
    states: statesOf(module).map((it) => it.path),
  };
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
      const mayBeLost = broken || step.setting(lostName) !== undefined;
      const missing = { missing: `\`${key}\``, where: step.where };
      if (step.setting(key) === undefined && !mayBeLost)
        collector.report("MC4003", step.span, missing, helpOfMissing(key));
      return own(key);
    };
    const [loss, optimizer, clip] = [required("loss"), required("optimizer"), own("clip")];
    if (loss !== undefined && prepared !== undefined) reportPadded(loss, file, prepared, collector);
    return {
      step,
      ...lowerObjective(measurable, loss, step === leading ? writtenMetrics : []),
      optimizer: optimizer && optimizerOf(optimizer),
      clip: clip && clipOf(clip),
      updates: readUpdates(step, owned?.parameters, model, scope),
    };
  });
  const predicted = readPredict(measurable, declaration, scope);
  const averageExpression = setting("average");
  const average = averageExpression && readAverage(averageExpression, scope);
  const precisionExpression = setting("precision");
  const precision = precisionExpression && readPrecision(precisionExpression, scope);
  const lacking = new Set<Split>();
  const reportLack = (split: Split, at: Span): void => {
    if (data?.split === undefined || hasSplit(data.split, split) || lacking.has(split)) return;
    collector.report("MC4020", at, { data: data.name, split }, helpOfSplit(split, data.name));
    lacking.add(split);
  };
  reportLack("train", declaration.data.span);
  const { size: batch, bucket } = readBatch(settings.get("batch"), data, scope);
  const accumulate = readInteger(settings.get("accumulate"), 1, 1, scope);
  const seed = readInteger(settings.get("seed"), 0, 0, scope);
  const validateSetting = settings.get("validate");
  const validate = validateSetting === undefined ? undefined : readValidate(validateSetting, scope);
  if (validateSetting !== undefined) reportLack("validate", validateSetting.span);
  const metrics = read.flatMap((it) => it.metrics);
  const wrong = read.flatMap((it) => it.wrong);
  // A key that is none may be meant for them.
  const unknown = settings.has("metrics") ? [] : (settings.get(lostName)?.phrases ?? []);
  const mayBeMetrics = unknown.some((it) => ["call", "list"].includes(onlyPart(it)?.kind ?? "call"));
  const isLost = mayBeMetrics || writtenMetrics.length < phrases.length;
  const mayBeWrong = (it: string): boolean =>
    isLost || wrong.some((own) => own === undefined || it === own || it.startsWith(`${own}_`));
  // No metric has the name of a loss.
  const mayMeasure = (it: string): boolean => broken || (!/(?:^|\.)loss$/.test(it) && mayBeWrong(it));
  const losses = written.map(lossName);
  const measured = { losses, metrics, mayMeasure, reportLack };
  const stopExpression = setting("stop");
  const stop = stopExpression === undefined ? undefined : readStop(stopExpression, measured, scope);
  const saveExpression = setting("save");
  const save = saveExpression === undefined ? undefined : readSave(saveExpression, measured, scope);

  const marks = directives.flatMap((it) => readDirective(it, owned, model, scope) ?? []);
  const isMarked = marks.length === directives.length;
  if (owned !== undefined && isMarked) reportIdleGroups(marks, owned.parameters, scope);
  const isFollowed = module === undefined || checkFollowers(marks, written.flatMap(writtenUpdates), module, scope);
  const initials = readInitials(
    marks.flatMap((it) => (it.kind === "init" ? [it.directive] : [])),
    module === undefined ? [] : parametersOf(module),
    sectionContext(elaborator, file, name),
    scope,
  );
  const follows = marks.flatMap((it) => (it.kind === "follow" ? [it.follow] : []));
  const freezes = marks.flatMap((it) => (it.kind === "freeze" ? [it.freeze] : []));
  const still = follows.map(({ pattern }) => pattern);
  const length = settings.has("steps") ? { steps: steps ?? Infinity } : { epochs: epochs ?? Infinity };
  const phases = freezePhases(freezes, still, length, scope);

  const objectives = read.flatMap(({ step, objective, updates }): readonly ObjectiveStep[] => {
    if (objective === undefined || updates === undefined) return [];
    const { name, every } = step;
    const { func, inputs } = objective;
    return [{ ...(name !== undefined && { name }), objective: func, objectiveInputs: inputs, updates, every }];
  });
  const isLearning = isMarked && isFollowed && !broken && read.every((it) => it.updates !== undefined);
  if (module !== undefined && phases !== undefined && isLearning) {
    const changing = read.map(({ step, updates = [] }) => ({ step, updates }));
    const callees = read.flatMap((it) => [...(it.objective?.callees ?? [])]);
    const whole = { ...module, functions: new Map([...module.functions, ...callees]) };
    const isIdle =
      reportIdleSteps(changing, phases, parametersOf(module), model, collector) ||
      reportUnlearnable(changing, phases, parametersOf(module), collector);
    const isWhole = match?.fits === true && leading?.every === 1 && objectives.length === written.length;
    const program = { name, model: whole, steps: objectives, metrics, phases, origin: declaration.model.span };
    if (!isIdle && isWhole) reportUnreached(program, read, collector);
  }

  const known = {
    name,
    model,
    data: data?.name,
    split: data?.split,
    broken,
    figures: [...losses, ...metrics.map((it) => it.name)],
    numbers: [...losses, ...namesOfNumbers(metrics)],
    rangeOf: (figure: string) => rangeAmong(figure, { steps: objectives, metrics }, elaborator.functions),
    mayMeasure,
  };
  const [first, ...others] = objectives.flatMap((objective, at): readonly TrainStep[] => {
    const { optimizer, clip } = elementAt(read, at);
    return optimizer === undefined ? [] : [{ ...objective, optimizer, ...(clip !== undefined && { clip }) }];
  });
  const nothing = { train: undefined, known: { ...known, train: undefined } };
  if (collector.hasErrors || broken || module === undefined || prepared === undefined || first === undefined)
    return nothing;
  if (phases === undefined || epochs === undefined || steps === undefined || seed === undefined) return nothing;
  if (batch === undefined || accumulate === undefined || others.length + 1 < written.length) return nothing;
  const train: TrainProgram = {
    name,
    model: {
      ...module,
      functions: new Map([
        ...module.functions,
        ...calleesOf(elaborator, prepared.preparation.func),
        ...read.flatMap((it) => [...(it.objective?.callees ?? [])]),
        ...(predicted?.callees ?? []),
      ]),
    },
    data: addLengths(
      prepared,
      read.flatMap((it) => it.lengths),
    ),
    steps: [first, ...others],
    metrics,
    ...(predicted !== undefined && { prediction: predicted.prediction }),
    ...(average !== undefined && { average }),
    ...(precision !== undefined && { precision }),
    initials,
    follows,
    groups: marks.flatMap((it) => (it.kind === "group" ? [it.group] : [])),
    phases,
    length,
    batch,
    ...(bucket !== undefined && { bucket }),
    accumulate,
    seed,
    ...(validate !== undefined && { validate }),
    ...(stop !== undefined && { stop }),
    ...(save !== undefined && { save }),
    origin: declaration.model.span,
  };
  return { train, known: { ...known, train } };
}

/** What the section says of predictions: once, or nothing. */
function readPredict(
  measurable: Measurable,
  { entries }: TrainDeclaration,
  scope: SettingScope,
): LoweredPrediction | undefined {
  const [first, ...more] = entries.filter((it) => it.kind === "predict");
  for (const it of more) {
    const labels = first === undefined ? [] : [{ span: first.span, message: "first here" }];
    scope.collector.report("MC4002", it.span, { key: "predict", section: "train" }, { labels });
  }
  return first && lowerPredict(measurable, first, scope);
}

/** The model as its data fix it, and how its inputs take their features; neither where that is not known. */
function fitModel(
  callable: Callable | undefined,
  data: KnownData | undefined,
  declaration: TrainDeclaration,
  given: TrainedOn,
  collector: Collector,
): { readonly lowered?: LoweredModel; readonly match?: FeatureMatch | undefined } {
  if (callable === undefined) return {};
  const fed = data === undefined ? new Set<string>() : fedInputs(callable.declaration, data, declaration, collector);
  const open = given.model(callable, declaration.model, new Map(), fed);
  collector.take(open);
  if (data === undefined || open.header === undefined) return { lowered: open };
  // What did not parse may be a feature for an input that may be left out.
  if (data.mayLack && callable.declaration.inputs.some((it) => mayBeLeftOut(it) && !fed.has(it.name?.text ?? "")))
    return {};
  const name = callable.declaration.name.text;
  const match = matchFeatures(collector, name, open.header, data, declaration.data.span);
  if (match === undefined) return { lowered: open, match };
  const atSizes = (sizes: FeatureMatch["fixed"]): LoweredModel => {
    const sized = given.model(callable, declaration.model, sizes, fed);
    collector.take(sized);
    return sized;
  };
  const sized = match.fixed.size === 0 ? open : atSizes(match.fixed);
  if (sized.module === undefined || !hasOpenSizes(sized.module)) return { lowered: sized, match };
  // The batch is as large as it comes.
  const types = entryOf(sized.module).body.inputs.map(({ type: { dtype, shape } }) => ({
    dtype,
    shape: shape.slice(1),
  }));
  const stated = fixedByFacts(types, sized.module.facts);
  if (stated.size === 0) return { lowered: sized, match };
  const lowered = atSizes(new Map([...match.fixed, ...stated]));
  return { lowered, match: withSizes(match, stated) };
}
