import { elementTypes } from "../../analyze/builtins.ts";
import type { Program } from "../../analyze/program.ts";
import { createCollector } from "../../diagnostics/collector.ts";
import type { Findings } from "../../diagnostics/findings.ts";
import { flattenMeasured, flattenUnrounded, preparesAnew } from "../../autodiff/flatten-preparation.ts";
import { constant, sameForm, variable, type Dim } from "../../dims/dim.ts";
import type { Func, Value } from "../../ir/graph.ts";
import { portOf } from "../../ir/ports.ts";
import type { DataProgram, FeatureSpec, RawField, Statistic } from "../../ir/program.ts";
import type { DType, TensorType } from "../../ir/types.ts";
import { operandsOf } from "../../ir/visit.ts";
import { findMixedExamples } from "../../passes/find-mixed-examples.ts";
import { eliminateDeadNodes } from "../../passes/eliminate-dead-nodes.ts";
import { expandComposites, keepNone } from "../../passes/expand-composites.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import { required } from "../../support/fault.ts";
import type { Expression } from "../../syntax/ast.ts";
import type { DataDeclaration, Feature } from "../../syntax/ast/sections.ts";
import { castNode, freshValue, type Context, type Elaborator, type FunctionStore } from "../context.ts";
import { createElaborator } from "../elaborator.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { pathScope } from "../paths.ts";
import { answerOfElement } from "../../analyze/names-elsewhere.ts";
import { nearest } from "../../support/nearest.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import { formatType, poison, tensor, type TensorVal } from "../values.ts";
import { mapChildren } from "./map-children.ts";
import { lowerNoise } from "./noise.ts";
import { isDirect, rawName, replaceRawFields, type RawMention } from "./raw-fields.ts";
import { readClean, readSource, readSplit, reportIdleForText } from "./read-data.ts";
import { settingsOf, settingValue, type SettingScope } from "./read-setting.ts";
import { reportMisplaced } from "./report-misplaced.ts";
import { sectionContext, sectionFunc, settingScope } from "./section-context.ts";
import { sectionKeys } from "./section-keys.ts";
import { typeRawFields, viewOf } from "./type-raw-fields.ts";
import { hasDrawnFraction } from "./has-drawn-fraction.ts";

/** The batch dimension of features: the first of every model input. */
export const batchDim: Dim = variable("B");

interface DeclaredFeature {
  readonly feature: Feature;
  /** One example. */
  readonly type: TensorType;
  readonly classes: number | undefined;
  readonly expression: Expression;
  /** Raw fields that it mentions. */
  readonly mentions: ReadonlyMap<string, RawMention>;
  /** Whether it holds them as they are. */
  readonly direct: boolean;
}

/** A `data` section, lowered once for all that name it. */
export interface LoweredData extends Findings {
  /** Undefined where something is wrong with it. */
  readonly data: DataProgram | undefined;
  /** The functions that its features call. */
  readonly store: FunctionStore;
  /** The declarations that its features looked at. */
  readonly visited: Elaborator["visited"];
}

/** Lowers a `data` section: its source, its split, and the features as one function over batches of raw fields. */
export function lowerData(program: Program, file: ProgramFile, declaration: DataDeclaration): LoweredData {
  const collector = createCollector();
  const elaborator = createElaborator(program, collector);
  const data = lowerSection(elaborator, file, declaration);
  const { functions, memo, sizes, keys, visited } = elaborator;
  return {
    data,
    store: { functions, memo, sizes, keys },
    visited,
    found: collector.found,
    saysNames: collector.saysNames,
  };
}

function lowerSection(
  elaborator: Elaborator,
  file: ProgramFile,
  declaration: DataDeclaration,
): DataProgram | undefined {
  const { collector } = elaborator;
  const scope = settingScope(collector, file);
  const { now, later } = sectionKeys.data;
  const settings = settingsOf(declaration.entries, [...now, ...later], "data", scope);
  const augment = settings.get("augment");
  if (augment !== undefined) collector.report("MC4011", augment.span, { what: "`augment`" });
  reportMisplaced(declaration.entries, ["setting", "feature"], now, "data", collector);

  const source = readSource(settings, declaration, scope);
  const split = readSplit(settings.get("split"), scope);
  const clean = readClean(settings.get("clean"), scope);
  const declared = declaration.entries.flatMap((entry) =>
    entry.kind === "feature" ? (declareFeature(entry, file, scope) ?? []) : [],
  );
  const names = new Set<string>();
  for (const { feature } of declared) {
    if (names.has(feature.name.text))
      collector.report("MC4002", feature.name.span, { key: feature.name.text, section: "data" });
    names.add(feature.name.text);
  }
  if (source !== undefined) reportIdleForText(source, settings, scope);
  if (source === undefined || split === undefined || clean === undefined) return undefined;

  const unknown = new Set<string>();
  const raw = typeRawFields(source, declared, unknown, declaration.name, scope);
  if (raw === undefined) return undefined;
  const ctx = sectionContext(elaborator, file, declaration.name.text);
  const inputs = raw.map(({ name, type }) => ({ name, value: freshValue(ctx.unit, batched(type), name) }));
  const statistics: Statistic[] = [];
  const results: { readonly name: string; readonly value: Value }[] = [];
  const unrounded: { readonly name: string; readonly value: Value }[] = [];
  for (const it of declared) {
    if ([...it.mentions.keys()].some((name) => unknown.has(name))) continue;
    raw.forEach((field, at) => {
      if (!it.mentions.has(field.name)) return;
      const value = required(inputs[at], `raw field ${field.name}`).value;
      ctx.scope.names.set(rawName(field.name), tensor(castNode(ctx, value, viewOf(field, it), it.expression.span)));
    });
    // What a feature draws goes by its own name: other features, and those of the model, draw other numbers.
    const paths = pathScope(new Set(), `${portOf("feature", it.feature.name.text)}.`);
    const made = lowerFeature({ ...ctx, paths }, it, inputs, raw, statistics);
    if (made === undefined) continue;
    results.push({ name: it.feature.name.text, value: made.value });
    unrounded.push({ name: it.feature.name.text, value: made.unrounded });
  }
  if (collector.hasErrors || declaration.broken) return undefined;
  // What is missing for an error elsewhere was reported there.
  if (results.length < declared.length) return undefined;

  const features = declared.map(({ feature, type, classes, direct, mentions }): FeatureSpec => ({
    name: feature.name.text,
    type,
    ...(classes !== undefined && { classes }),
    ...(direct && { direct: [...mentions.keys()] }),
    ...(!direct && !isFloat(type.dtype) && { computes: [...mentions.keys()] }),
    origin: feature.span,
  }));
  const func = sectionFunc(ctx, "prepare", inputs, results, declaration.span);
  const before = sectionFunc(ctx, "unrounded", inputs, unrounded, declaration.span);
  const preparation = { func, unrounded: before, raw, statistics };
  const data: DataProgram = {
    name: declaration.name.text,
    source,
    split,
    clean,
    features,
    preparation,
    origin: declaration.name.span,
  };
  const drawn = reportDrawnStatistics(data, elaborator);
  return reportMixedExamples(data, elaborator) || drawn ? undefined : data;
}

/** Reports features that are standardized after they were drawn: with other draws, their statistics would be others. */
function reportDrawnStatistics(data: DataProgram, { functions, collector }: Elaborator): boolean {
  if (!preparesAnew(data, functions)) return false;
  const drawn = data.features.filter(({ name }) =>
    data.preparation.statistics.some((it) => it.path.startsWith(`${name}.`) && isDrawn(it, functions)),
  );
  for (const { name, origin } of drawn) collector.report("MC4069", origin, { feature: name });
  return drawn.length > 0;
}

/** Whether what a statistic is fitted on depends on the seed. */
function isDrawn(statistic: Statistic, functions: ReadonlyMap<string, Func>): boolean {
  const { inputs, nodes } = eliminateDeadNodes(flattenMeasured(statistic, { functions }));
  const seed = inputs.find(({ role }) => role === "seed")?.value.id;
  return nodes.some((node) => operandsOf(node).some(({ id }) => id === seed));
}

/** Reports features in which one example depends on others of its batch: it would be another one in other company. */
function reportMixedExamples(data: DataProgram, { functions, collector }: Elaborator): boolean {
  const modes = preparesAnew(data, functions) ? (["inference", "training"] as const) : (["inference"] as const);
  const found = modes.map((mode) => {
    const flat = flattenUnrounded(data, { functions, mode });
    return findMixedExamples(expandComposites(flat, keepNone), batchDim, (it) => it.role !== "feature");
  });
  const mixed = data.features.flatMap(({ name, origin }) => {
    const node = found.flatMap((it) => it.get(name) ?? [])[0];
    return node === undefined ? [] : [{ name, origin, node }];
  });
  for (const { name, origin, node } of mixed) {
    const at = node.origin?.file.path === origin.file.path ? node.origin : undefined;
    const labels = at === undefined ? [] : [{ span: at, message: "this brings the examples of a batch together" }];
    const help =
      "`-> standardize` subtracts the mean over the training examples and divides by their deviation; to work on one example's own axes, count them from the end (`axis=-1`)";
    collector.report("MC4064", origin, { feature: name }, { labels, help });
  }
  return mixed.length > 0;
}

/** The type of one example: literals and constants are sizes, capitalised names vary by example. */
function declareFeature(feature: Feature, file: ProgramFile, scope: SettingScope): DeclaredFeature | undefined {
  const { element, classes: classesExpression, dims } = feature.type;
  const shape: Dim[] = [];
  for (const dim of dims) {
    const value = dim.kind === "dim-spread" ? undefined : settingValue(dim, scope);
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) shape.push(constant(value));
    else if (typeof value === "string" && /^[A-Z]/.test(value)) shape.push(variable(value));
    else {
      const expected = "a whole number of at least 1, or a capitalised name for what varies by example";
      scope.collector.report("MC4006", dim.span, {
        argument: feature.name.text,
        callee: "this section",
        expected,
        found: "this",
      });
      return undefined;
    }
  }
  let classes: number | undefined;
  if (element.text === "class") {
    // `class` without parentheses is an error of syntax.
    if (classesExpression === undefined) return undefined;
    const value = settingValue(classesExpression, scope);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1) {
      const expected = "a whole number of at least 1";
      scope.collector.report("MC4006", feature.type.span, {
        argument: "class",
        callee: "this section",
        expected,
        found: "this",
      });
      return undefined;
    }
    classes = value;
  } else if (!elementTypes.has(element.text)) {
    const known = [...elementTypes];
    const answer = answerOfElement(element.text);
    const near = answer === undefined ? nearest(element.text, known) : answer.instead;
    scope.collector.report(
      "MC4004",
      element.span,
      { what: "element type", name: `\`${element.text}\``, known: [...known, "class(n)"] },
      near === undefined
        ? {}
        : {
            help: answer?.help ?? `Did you mean \`${near}\`?`,
            fix: { title: `change to ${near}`, edits: [{ span: element.span, text: near }] },
          },
    );
    return undefined;
  }
  const dtype = element.text === "class" ? "i32" : (element.text as DType);
  const mentions = new Map<string, RawMention>();
  const expression = replaceRawFields(feature.value, mentions, (it) => settingValue(it, scope));
  const direct = isDirect(expression, (name) => file.scope.has(name));
  return { feature, type: { dtype, shape }, classes, expression, mentions, direct };
}

const isSame = (a: Dim, b: Dim | undefined): boolean => b !== undefined && sameForm(a, b);

const batched = (type: TensorType): TensorType => ({ dtype: type.dtype, shape: [batchDim, ...type.shape] });

/**
 * Lowers one feature over a batch, to its declared type and to that of its expression; `standardize` stages of its pipe
 * are fitted statistics.
 */
function lowerFeature(
  ctx: Context,
  { feature, type, expression: written }: DeclaredFeature,
  inputs: readonly { readonly name: string; readonly value: Value }[],
  raw: readonly RawField[],
  statistics: Statistic[],
): { readonly value: Value; readonly unrounded: Value } | undefined {
  const { rules, collector } = ctx.elaborator;
  const name = feature.name.text;
  const expression = lowerNoise(ctx, name, type, batchDim, raw, written);
  if (expression === undefined || !reportUnknownNames(ctx, withoutStandardize(expression))) return undefined;
  // What is standardized is lowered, measured and stands under a name of its own in what is around it.
  let count = 0;
  const standardize = (measured: Expression, span: Expression["span"]): Expression => {
    const local = `${name}.standardized.${count}`;
    count += 1;
    const val = rules.expression(ctx, measured);
    if (val.kind !== "tensor" && val.kind !== "poison")
      collector.report("MC4016", measured.span, { feature: name, declared: formatType(type), found: "no tensor" });
    ctx.scope.names.set(
      local,
      val.kind === "tensor" ? tensor(standardized(ctx, val, name, inputs, raw.length, statistics)) : poison,
    );
    return { kind: "reference", text: local, span };
  };
  const resolve = (it: Expression): Expression => {
    if (it.kind === "call" && isStandardize(it.callee) && it.arguments[0] !== undefined && it.arguments.length === 1) {
      return standardize(resolve(it.arguments[0].value), it.span);
    }
    if (it.kind !== "pipe") return mapChildren(it, resolve);
    let current = resolve(it.source);
    for (const stage of it.stages) {
      if (isStandardize(stage)) current = standardize(current, stage.span);
      else if (current.kind === "pipe")
        current = { ...current, stages: [...current.stages, resolve(stage)], span: it.span };
      else current = { kind: "pipe", source: current, stages: [resolve(stage)], span: it.span };
    }
    return current;
  };
  const result = rules.expression(ctx, resolve(expression));
  if (result.kind === "poison") return undefined;
  const wanted = batched(type);
  // Numbers become the numbers that are declared; truth values stay what they are.
  const agrees = result.kind === "tensor" && (result.value.type.dtype === "bool") === (type.dtype === "bool");
  const value = agrees ? castNode(ctx, result.value, type.dtype, expression.span) : undefined;
  const fits =
    value?.type.shape.length === wanted.shape.length &&
    value.type.shape.every((dim, at) => isSame(dim, wanted.shape[at]));
  if (value !== undefined && fits && result.kind === "tensor") {
    if (isFloat(type.dtype) || !hasDrawnFraction(ctx.nodes, result.value)) return { value, unrounded: result.value };
    const help = "`floor(10 * noise.uniform)` is a whole number from 0 to 9.";
    const parameters = { feature: name, declared: formatType(type), found: "drawn numbers with a fraction" };
    collector.report("MC4016", expression.span, parameters, { help });
    return undefined;
  }
  const found = result.kind === "tensor" ? ofOneExample(result.value.type) : "no tensor";
  collector.report("MC4016", expression.span, { feature: name, declared: formatType(type), found });
  return undefined;
}

/** What a batch has for one example, in words. */
function ofOneExample(type: TensorType): string {
  const [first, ...shape] = type.shape;
  if (first === undefined || !isSame(first, batchDim)) return `${formatType(type)} for the whole batch`;
  return formatType({ dtype: type.dtype, shape });
}

/** `standardize` is no function: it is a stage that training data alone can fit. */
function withoutStandardize(expression: Expression): Expression {
  const inner = mapChildren(expression, withoutStandardize);
  if (inner.kind === "pipe") return { ...inner, stages: inner.stages.filter((it) => !isStandardize(it)) };
  const [argument] = inner.kind === "call" && isStandardize(inner.callee) ? inner.arguments : [];
  return argument?.value ?? inner;
}

const isStandardize = (it: Expression): boolean => it.kind === "reference" && it.text === "standardize";

/** `(x - mean) / deviation`, each along the last axis (over everything where one example is a number). */
function standardized(
  ctx: Context,
  measured: TensorVal,
  feature: string,
  inputs: readonly { readonly name: string; readonly value: Value }[],
  rawCount: number,
  statistics: Statistic[],
): Value {
  const { shape } = measured.value.type;
  const last = shape.length > 1 ? shape.slice(-1) : [];
  const type: TensorType = { dtype: "f32", shape: last };
  const origin = ctx.frame.call;
  // What is measured is everything lowered so far that leads to the value: a function of the raw fields alone.
  const func: Func = {
    ...sectionFunc(
      ctx,
      `${feature}.measured`,
      inputs.slice(0, rawCount),
      [{ name: feature, value: measured.value }],
      measuredSpan(ctx),
    ),
    states: [...ctx.unit.states],
    body: { inputs: inputs.map((it) => it.value), nodes: [...ctx.nodes], results: [measured.value] },
  };
  const read = (kind: Statistic["kind"], init: number): Value => {
    const first = `${feature}.${kind}`;
    const earlier = statistics.filter((it) => it.path === first || it.path.startsWith(`${first}_`)).length;
    const path = earlier === 0 ? first : `${first}_${earlier}`;
    statistics.push({ path, type, kind, measured: func });
    ctx.unit.states.push({ path, type, init: { name: "constant", arguments: { value: init } } });
    const value = freshValue(ctx.unit, type, kind);
    ctx.nodes.push({ kind: "state", path, results: [value], ...(origin !== undefined && { origin }) });
    return value;
  };
  const apply = (op: "sub" | "div", left: Value, right: Value): Value => {
    const value = freshValue(ctx.unit, measured.value.type);
    ctx.nodes.push({ kind: "operator", op, operands: [left, right], attributes: {}, results: [value] });
    return value;
  };
  const centred = apply("sub", measured.value, read("mean", 0));
  return apply("div", centred, read("deviation", 1));
}

const measuredSpan = (ctx: Context): Feature["span"] => ctx.file.ast.span;
