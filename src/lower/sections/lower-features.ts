import { asNumber, sameForm, variable } from "../../dims/dim.ts";
import type { Func, Value } from "../../ir/graph.ts";
import { portOf } from "../../ir/ports.ts";
import type { FeatureSpec, Moment, Preparation, RawField, SourceSpec, Statistic } from "../../ir/program.ts";
import type { TensorType } from "../../ir/types.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { sameShape } from "../../ops/define/shape-rules.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import { elementAt } from "../../support/element-at.ts";
import type { Span } from "../../support/source.ts";
import type { Expression } from "../../syntax/ast.ts";
import type { DataDeclaration, Feature } from "../../syntax/ast/sections.ts";
import { lostName } from "../../syntax/lost-name.ts";
import { building } from "../building.ts";
import { castNode, freshValue, type Context, type Elaborator } from "../context.ts";
import { pathScope } from "../paths.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import { formatType, poison, tensor, type TensorVal } from "../values.ts";
import { augmentFeatures, type MadeFeature } from "./augment-features.ts";
import { batchDim } from "./batch-dim.ts";
import { declareFeature, type DeclaredFeature } from "./declare-feature.ts";
import { fillMissing } from "./fill-missing.ts";
import { hasDrawnFraction } from "./has-drawn-fraction.ts";
import { helpOfMisfit } from "./help-of-misfit.ts";
import { mapChildren } from "./map-children.ts";
import { replaceLengths, withoutLengths, type LengthsOf } from "./lengths.ts";
import { lowerNoise, withoutNoise } from "./noise.ts";
import { rawName, type RawReader } from "./raw-fields.ts";
import type { Augmentation } from "./read-augment.ts";
import { reportMethods } from "./report-methods.ts";
import { sectionContext, sectionFunc } from "./section-context.ts";
import { typeRawFields, viewOf } from "./type-raw-fields.ts";

/** The features of a section as far as they are right. */
export interface LoweredFeatures {
  /** Those whose declared types are right. */
  readonly declared: readonly FeatureSpec[];
  /** Those that are right. */
  readonly features: readonly FeatureSpec[];
  readonly preparation: Preparation;
  /** The names of those whose types are wrong, or not what they are made of. */
  readonly doubted: readonly string[];
}

/** Lowers features as one function over batches of raw fields: each that is right, whatever else is wrong. */
export function lowerFeatures(
  elaborator: Elaborator,
  file: ProgramFile,
  declaration: DataDeclaration,
  entries: readonly Feature[],
  source: SourceSpec | undefined,
  augmentations: readonly Augmentation[],
  { scope, names }: Pick<RawReader, "scope" | "names">,
): LoweredFeatures {
  const all = entries.map((it) => declareFeature(it, file, scope, names));
  const declared = all.filter((it) => it.kind === "declared");
  const raw = source === undefined ? [] : typeRawFields(source, all, declaration, scope);
  const section = sectionContext(elaborator, file, declaration.name.text);
  const ctx = { ...section, frame: { ...section.frame, batch: batchDim } };
  const inputs = raw.map(({ name, type }) => ({ name, value: freshValue(ctx.unit, batched(type), name) }));
  const statistics: Statistic[] = [];
  const lengthsOf: LengthsOf = {
    features: declared.map(specOf),
    // An entry that could not be parsed may be the one that is meant.
    doubted: (name) => declaration.broken || all.some((it) => it.feature.name.text === name),
    where: declaration.name.text,
    scope,
  };
  const made = all.map((it) => {
    for (const name of it.mentions.keys()) ctx.scope.names.set(rawName(name), poison);
    raw.forEach((field, at) => {
      if (!it.mentions.has(field.name) || it.kind === "broken") return;
      const { value } = elementAt(inputs, at);
      ctx.scope.names.set(rawName(field.name), tensor(castNode(ctx, value, viewOf(field, it), it.expression.span)));
    });
    for (const [name, filled] of it.filled) {
      const isKnown = it.kind === "declared" && [filled.field, filled.missing].every((of) => isTyped(raw, of));
      const rawInputs = raw.map((field, at) => ({ field, value: elementAt(inputs, at).value }));
      ctx.scope.names.set(name, isKnown ? fillMissing(ctx, filled, rawInputs, statistics) : poison);
    }
    // What a feature draws goes by its own name: other features, and those of the model, draw other numbers.
    const paths = pathScope(new Set(), `${portOf("feature", it.feature.name.text)}.`);
    const own = { ...ctx, paths };
    if (reportMethods(own, it.expression)) return undefined;
    if (it.kind === "declared") {
      const expression = file.scope.has("lengths") ? it.expression : lowerLengths(own, it.expression, lengthsOf);
      return lowerFeature(own, { ...it, expression }, inputs, raw, statistics);
    }
    reportUnknownNames(own, withoutLengths(withoutStandardize(withoutNoise(it.expression))), { also: stages });
    return "misfit";
  });
  const right = declared.flatMap((it) => {
    const found = made[all.indexOf(it)];
    return found === undefined || found === "misfit" ? [] : [{ spec: specOf(it), found }];
  });
  const augmented = augmentFeatures(
    ctx,
    augmentations,
    right.map(({ found }) => found),
  );
  const results = augmented.map(({ name, value }) => ({ name, value }));
  const unrounded = augmented.map((it) => ({ name: it.name, value: it.unrounded }));
  return {
    declared: declared.map(specOf),
    features: right.map(({ spec }) => spec),
    preparation: {
      func: sectionFunc(ctx, "prepare", inputs, results, declaration.span),
      unrounded: sectionFunc(ctx, "unrounded", inputs, unrounded, declaration.span),
      raw,
      statistics,
    },
    doubted: all.flatMap(({ feature }, at) => (made[at] === "misfit" ? [feature.name.text] : [])),
  };
}

function specOf({ feature, type, classes, direct, mentions }: DeclaredFeature): FeatureSpec {
  return {
    name: feature.name.text,
    type,
    ...(classes !== undefined && { classes }),
    ...(direct && { direct: [...mentions.keys()] }),
    ...(!direct && !isFloat(type.dtype) && { computes: [...mentions.keys()] }),
    origin: feature.span,
  };
}

const isTyped = (raw: readonly RawField[], name: string): boolean => raw.some((it) => it.name === name);

const batched = (type: TensorType): TensorType => ({ dtype: type.dtype, shape: [batchDim, ...type.shape] });

/**
 * Lowers one feature over a batch; `standardize` stages of its pipe are fitted statistics. After a report undefined, or a
 * misfit where what is made is not what is declared: either may be meant.
 */
function lowerFeature(
  ctx: Context,
  { feature, type, expression: written }: DeclaredFeature,
  inputs: readonly { readonly name: string; readonly value: Value }[],
  raw: readonly RawField[],
  statistics: Statistic[],
): MadeFeature | "misfit" | undefined {
  const { rules, collector } = ctx.elaborator;
  const name = feature.name.text;
  const expression = lowerNoise(ctx, name, type, batchDim, raw, written);
  if (expression === undefined || !reportUnknownNames(ctx, withoutStandardize(expression), { also: stages }))
    return undefined;
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
      val.kind === "tensor" ? tensor(standardized(ctx, val, span, name, inputs, raw.length, statistics)) : poison,
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
  // Numbers become the numbers that are declared; truth values stay what they are.
  const agrees = result.kind === "tensor" && (result.value.type.dtype === "bool") === (type.dtype === "bool");
  const value = agrees ? castNode(ctx, result.value, type.dtype, expression.span) : undefined;
  if (value !== undefined && sameShape(value.type.shape, batched(type).shape) && result.kind === "tensor") {
    if (isFloat(type.dtype) || !hasDrawnFraction(ctx.nodes, result.value))
      return { name, value, unrounded: result.value };
    const help = "`floor(10 * noise.uniform)` is a whole number from 0 to 9.";
    const parameters = { feature: name, declared: formatType(type), found: "drawn numbers with a fraction" };
    collector.report("MC4016", expression.span, parameters, { help });
    return "misfit";
  }
  const found = result.kind === "tensor" ? ofOneExample(result.value.type) : "no tensor";
  const help = helpOfMisfit(feature, type, result, batchDim);
  const parameters = { feature: name, declared: formatType(type), found };
  collector.report("MC4016", expression.span, parameters, help === undefined ? {} : { help });
  return "misfit";
}

/** What a batch has for one example, in words. */
function ofOneExample(type: TensorType): string {
  const [first, ...shape] = type.shape;
  if (first === undefined || !sameForm(first, batchDim)) return `${formatType(type)} for the whole batch`;
  return formatType({ dtype: type.dtype, shape });
}

/** `standardize` is no function: it is a stage that training data alone can fit. */
function withoutStandardize(expression: Expression): Expression {
  const inner = mapChildren(expression, withoutStandardize);
  if (inner.kind === "pipe") return { ...inner, stages: inner.stages.filter((it) => !isStandardize(it)) };
  const [argument] = inner.kind === "call" && isStandardize(inner.callee) ? inner.arguments : [];
  return argument?.value ?? inner;
}

/** What features alone have, beside all functions. */
const stages: readonly string[] = ["standardize", "lengths"];

/** A feature's expression with a local for each lengths that it asks: the size of the batch, as all its examples have it. */
function lowerLengths(ctx: Context, expression: Expression, of: LengthsOf): Expression {
  return replaceLengths(expression, of, (asked, { span }) => {
    const text = asked === undefined ? lostName : `${asked.feature}.lengths.${asked.size}`;
    const made = asked && building(ctx, (b) => b.broadcast(b.dimAs(variable(asked.size), "i32"), [batchDim]));
    ctx.scope.names.set(text, made === undefined ? poison : tensor(made));
    return { kind: "reference", text, span };
  });
}

const isStandardize = (it: Expression): boolean => it.kind === "reference" && it.text === "standardize";

/**
 * `(x - mean) / deviation`, each along the last axis; over everything where one example is a number, or the last axis is of
 * another size in each.
 */
function standardized(
  ctx: Context,
  measured: TensorVal,
  span: Span,
  feature: string,
  inputs: readonly { readonly name: string; readonly value: Value }[],
  rawCount: number,
  statistics: Statistic[],
): Value {
  // Whole numbers and truth values have a mean and a deviation that are neither.
  const numbers = isFloat(measured.value.type.dtype) ? measured.value : castNode(ctx, measured.value, "f32", span);
  const { shape } = numbers.type;
  const last = shape.length > 1 ? shape.slice(-1).filter((it) => asNumber(it) !== undefined) : [];
  const type: TensorType = { dtype: "f32", shape: last };
  const origin = ctx.frame.call;
  // What is measured is everything lowered so far that leads to the value: a function of the raw fields alone.
  const func: Func = {
    ...sectionFunc(
      ctx,
      `${feature}.measured`,
      inputs.slice(0, rawCount),
      [{ name: feature, value: numbers }],
      measuredSpan(ctx),
    ),
    states: [...ctx.unit.states],
    body: { inputs: inputs.map((it) => it.value), nodes: [...ctx.nodes], results: [numbers] },
  };
  const read = (kind: Moment["kind"], init: number): Value => {
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
    const value = freshValue(ctx.unit, numbers.type);
    ctx.nodes.push({ kind: "operator", op, operands: [left, right], attributes: {}, results: [value] });
    return value;
  };
  const centred = apply("sub", numbers, read("mean", 0));
  return apply("div", centred, read("deviation", 1));
}

const measuredSpan = (ctx: Context): Feature["span"] => ctx.file.ast.span;
