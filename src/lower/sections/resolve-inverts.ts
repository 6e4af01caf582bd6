import { stepsOf, type Irreversible } from "../../autodiff/undo-feature.ts";
import type { Value } from "../../ir/graph.ts";
import type { FeatureSpec } from "../../ir/program.ts";
import { walk } from "../../analyze/walk.ts";
import { writtenName } from "../../ops/define/operator-signs.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { sameShape } from "../../ops/define/shape-rules.ts";
import { nearest } from "../../support/nearest.ts";
import type { Span } from "../../support/source.ts";
import type { Argument, Expression } from "../../syntax/ast.ts";
import { building } from "../building.ts";
import { findLocal, report, type Context } from "../context.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import { describe, formatType, poison, tensor, type TensorVal, type Val } from "../values.ts";
import { mapChildren } from "./map-children.ts";
import { batchType } from "./match-features.ts";
import type { Measurable, TrainingNames } from "./names-of-training.ts";

/** What `invert` goes by where a section's expression is lowered. */
export interface Inverting {
  readonly measurable: Measurable;
  readonly names: TrainingNames;
  /** The feature that is meant where the call does not say: that of the entry's name. */
  readonly implied?: string;
}

/** An expression in which what `invert` gives has a name. */
export interface WithoutInverts {
  readonly expression: Expression;
  /** The raw field that the expression is in the units of, where it is one `invert` and nothing else. */
  readonly field?: string;
  /** The features whose steps are undone. */
  readonly features: readonly FeatureSpec[];
}

/** The name under which what `invert` gives is in scope; no person can write it. */
const invertedName = (name: string): string => `inverted.${name}`;

/** What sections of a training have beside all functions. */
export const trainingFunctions: readonly string[] = ["invert"];

/** Lowers the calls of `invert` in an expression. Undefined after a report. */
export function resolveInverts(
  ctx: Context,
  written: Expression,
  { names, ...others }: Inverting,
  { metrics = false }: { readonly metrics?: boolean } = {},
): WithoutInverts | undefined {
  const isInvert = (it: Expression): boolean =>
    it.kind === "reference" &&
    it.text === "invert" &&
    !ctx.file.scope.has(it.text) &&
    findLocal(ctx.scope, it.text) === undefined;
  const callOf = (it: Expression): readonly Argument[] | undefined =>
    it.kind === "call" && isInvert(it.callee) ? it.arguments : isInvert(it) ? [] : undefined;
  let isThere = false;
  walk(written, (node) => {
    isThere ||= node.kind === "reference" && isInvert(node);
  });
  if (!isThere) return { expression: written, features: [] };
  const bare = (expression: Expression): Expression => {
    const given = callOf(expression);
    if (given !== undefined) {
      const elements = given.flatMap(({ name, value }) => (name === undefined ? [bare(value)] : []));
      return { kind: "tuple", elements, span: expression.span };
    }
    if (expression.kind !== "pipe") return mapChildren(expression, bare);
    const stages = expression.stages.filter((it) => callOf(it) === undefined);
    return mapChildren({ ...expression, stages }, bare);
  };
  if (!reportUnknownNames(ctx, bare(written), { metrics, also: trainingFunctions })) return undefined;

  const fields = new Map<Expression, string>();
  const features: FeatureSpec[] = [];
  /** The features that something was scaled by, by what stands in its place. */
  const scaled = new Map<string, FeatureSpec>();
  let count = 0;
  const isResolved = (it: Expression): boolean => it.kind === "reference" && it.text.startsWith(invertedName(""));
  const replace = (measured: Expression | undefined, given: readonly Argument[], span: Span): Expression => {
    const text = invertedName(String(count));
    count += 1;
    const named: Expression = { kind: "reference", text, span };
    const problem =
      measured === undefined
        ? "is given nothing to undo steps of"
        : isResolved(measured)
          ? "is given what is in its own units already"
          : undefined;
    if (problem !== undefined) report(ctx, "MC4111", span, { problem }, { help: howToInvert });
    const found =
      measured === undefined || problem !== undefined
        ? undefined
        : inverted(ctx, measured, given, span, { names, ...others });
    ctx.scope.names.set(text, found === undefined ? poison : tensor(found.value));
    if (found?.field !== undefined) fields.set(named, found.field);
    if (found !== undefined) features.push(found.feature);
    if (found?.isScaled === true) scaled.set(text, found.feature);
    return named;
  };
  const resolve = (it: Expression): Expression => {
    const given = callOf(it);
    if (given !== undefined) {
      const [first, ...others] = given;
      return first?.name === undefined
        ? replace(first && resolve(first.value), others, it.span)
        : replace(undefined, given, it.span);
    }
    if (it.kind === "call") {
      const call = mapChildren(it, resolve);
      reportMixedUnits(ctx, call, scaled, names, others.measurable);
      return call;
    }
    if (it.kind !== "pipe") return mapChildren(it, resolve);
    let current = resolve(it.source);
    for (const stage of it.stages) {
      const own = callOf(stage);
      if (own !== undefined) current = replace(current, own, stage.span);
      else if (current.kind === "pipe")
        current = { ...current, stages: [...current.stages, resolve(stage)], span: it.span };
      else current = { kind: "pipe", source: current, stages: [resolve(stage)], span: it.span };
    }
    return current;
  };
  const expression = resolve(written);
  const field = fields.get(expression);
  return { expression, ...(field !== undefined && { field }), features };
}

/**
 * Warns of a call of which one operand is in the units that were read, and another as a feature has it. A feature that is
 * what was read is in those units by itself.
 */
function reportMixedUnits(
  ctx: Context,
  call: Expression,
  scaled: ReadonlyMap<string, FeatureSpec>,
  { inputs }: TrainingNames,
  { prepared }: Measurable,
): void {
  if (call.kind !== "call") return;
  const operands = call.arguments.flatMap(({ name, value }) =>
    name === undefined && value.kind === "reference" ? [value] : [],
  );
  const feature = operands.flatMap(({ text }) => scaled.get(text) ?? [])[0]?.name;
  if (feature === undefined || prepared === undefined) return;
  const fromOf = (name: string) => inputs.find((it) => it.from !== "statistic" && it.name === name)?.from;
  const other = operands.find(({ text }) => {
    const from = fromOf(text);
    if (from !== "feature") return from !== undefined;
    const steps = stepsOf(prepared, text, ctx.elaborator.functions);
    return steps.ok && steps.value.isScaled;
  });
  if (other === undefined) return;
  const text = fromOf(other.text) === "feature" ? `invert(${other.text})` : `invert(${other.text}, of=${feature})`;
  const fix = { title: `write ${text}`, edits: [{ span: other.span, text }] };
  report(ctx, "MC4113", other.span, { name: other.text, feature }, { fix });
}

const howToInvert =
  "`invert(y, of=price)` undoes, from the last to the first, the steps that the feature `price` is made by; in `predict`, the entry `price: invert(y)` says the same.";

/** What numbers were before the steps of a feature. */
export interface Undone {
  readonly value: Value;
  /** The raw field that it is of, where it is of one. */
  readonly field: string | undefined;
  /** Whether anything had to be undone. */
  readonly isScaled: boolean;
}

/** What an expression was before the steps of a feature. Undefined after a report. */
function inverted(
  ctx: Context,
  measured: Expression,
  given: readonly Argument[],
  span: Span,
  inverting: Inverting,
): (Undone & { readonly feature: FeatureSpec }) | undefined {
  const { measurable, implied } = inverting;
  const val = ctx.elaborator.rules.expression(ctx, measured);
  const feature = featureOf(ctx, measured, given, span, { data: measurable.data, implied });
  if (feature === undefined || val.kind === "poison") return undefined;
  if (!isOfFeature(ctx, val, feature, measured.span, measurable.match)) return undefined;
  const undone = undoFeature(ctx, val, feature, span, inverting);
  if (undone === undefined) return undefined;
  const read = measurable.prepared?.preparation.raw.find(({ name }) => name === undone.field);
  if (read?.reading?.kind === "categories" && !isFloat(feature.type.dtype) && isFloat(val.value.type.dtype)) {
    const problem = `undoes the steps of \`${feature.name}\`, which numbers words, and is given ${formatType(val.value.type)}`;
    const help = "A word has a whole number: `argmax(logits, axis=-1)` is that of the likeliest one.";
    report(ctx, "MC4111", measured.span, { problem }, { help });
    return undefined;
  }
  return { ...undone, feature };
}

/** What numbers were before the steps of a feature that they are of. Undefined after a report. */
export function undoFeature(
  ctx: Context,
  val: TensorVal,
  feature: FeatureSpec,
  span: Span,
  { measurable: { prepared, match }, names }: Inverting,
): Undone | undefined {
  // Something is wrong with the data, or in how they and the model go together: that is told where it is.
  if (prepared === undefined || match === undefined) return undefined;
  const steps = stepsOf(prepared, feature.name, ctx.elaborator.functions);
  if (!steps.ok) {
    reportIrreversible(ctx, feature, steps.error, span);
    return undefined;
  }
  const { fields, isScaled } = steps.value;
  const value = building(ctx, (b) =>
    steps.value.undo(b, val.value, {
      rename: (name) => match.renamed.get(name),
      statistic(path, type) {
        const known = names.inputs.find((it) => it.from === "statistic" && it.name === path);
        if (known !== undefined) return known.value;
        const input = { from: "statistic", name: path, value: b.value(type, path.replaceAll(".", "_")) } as const;
        names.inputs.push(input);
        return input.value;
      },
    }),
  );
  const [field, ...more] = fields;
  return { value, field: more.length === 0 ? field : undefined, isScaled };
}

/** The feature whose steps are undone. Undefined after a report. */
function featureOf(
  ctx: Context,
  measured: Expression,
  given: readonly Argument[],
  span: Span,
  { data, implied }: { readonly data: Measurable["data"]; readonly implied: string | undefined },
): FeatureSpec | undefined {
  const features = data?.features ?? [];
  const find = (name: string | undefined): FeatureSpec | undefined => features.find((it) => it.name === name);
  const [first, second] = given;
  const wrong = first?.name?.text === "of" ? second : (given.find((it) => it.name?.text !== "of") ?? second);
  if (wrong !== undefined) {
    const named = wrong.name?.text;
    const argument = named === undefined ? "a second value" : named === "of" ? "`of` twice" : `\`${named}\``;
    const parameters = { argument, callee: "invert", known: ["of"] };
    report(ctx, "MC4005", wrong.span, parameters, { help: howToInvert });
    return undefined;
  }
  if (first === undefined) {
    const name = measured.kind === "reference" ? measured.text : undefined;
    const found = find(name) ?? find(implied);
    const mayBeMeant = data === undefined || data.mayLack || (implied !== undefined && data.doubted.has(implied));
    if (found === undefined && !mayBeMeant) {
      const problem = `does not say of which feature steps are undone`;
      report(ctx, "MC4111", span, { problem }, { help: howToInvert });
    }
    return found;
  }
  const name = first.value.kind === "reference" ? first.value.text : undefined;
  const found = find(name);
  if (found !== undefined || data === undefined || data.mayLack || (name !== undefined && data.doubted.has(name)))
    return found;
  const known = features.map((it) => it.name);
  const meant = name === undefined ? undefined : nearest(name, known);
  const fix = meant !== undefined && { title: `change to ${meant}`, edits: [{ span: first.value.span, text: meant }] };
  const problem = `undoes the steps of a feature, and \`of\` names none of ${data.name}, which has ${known.map((it) => `\`${it}\``).join(", ")}`;
  report(ctx, "MC4111", first.value.span, { problem }, fix === false ? { help: howToInvert } : { fix });
  return undefined;
}

/** Whether a value is what a feature may be: a batch of numbers of its shape. False after a report. */
function isOfFeature(
  ctx: Context,
  val: Val,
  feature: FeatureSpec,
  span: Span,
  match: Measurable["match"],
): val is TensorVal {
  const type = match && batchType(feature, match.renamed);
  if (type === undefined) return false;
  if (val.kind === "tensor") {
    const { dtype, shape } = val.value.type;
    if (dtype !== "bool" && sameShape(shape, type.shape)) return true;
  }
  const found = val.kind === "tensor" ? formatType(val.value.type) : describe(val);
  const problem = `undoes the steps of \`${feature.name}\`, which is ${formatType(type)}, and is given ${found}`;
  report(ctx, "MC4111", span, { problem }, { labels: [{ span: feature.origin, message: "the feature" }] });
  return false;
}

const undoable =
  "What can be undone: `standardize`; `+`, `-`, `*` and `/` with what is no column; `exp`, `log`, `log1p`, `expm1`, `sqrt`, `reciprocal`; casts to real numbers; what moves numbers, as `reshape` and `stack`.";

/** What helps where a step cannot be undone. */
function helpOfStep({ why, step }: Irreversible): string {
  if (why === "several")
    return "Columns that stand side by side are scaled behind that: `stack(raw.a, raw.b, axis=-1) -> log`. What is computed of several, as `raw.a - raw.b`, has no way back to one of them.";
  if (why === "drawn")
    return "What is drawn in training alone, `when training { ... }`, is none of the steps that are undone.";
  return step === "cast" ? "Leave out the cast: the declared type of the feature casts, and is no step." : undoable;
}

/** Tells that a step of a feature cannot be undone, where it was written. */
function reportIrreversible(ctx: Context, feature: FeatureSpec, found: Irreversible, span: Span): void {
  const { why, step, origin } = found;
  // What a library's function is made of is told at its use.
  const own = origin !== undefined && origin.file.path === feature.origin.file.path;
  const labels = [{ span, message: "it is undone here" }];
  const name = writtenName(step);
  const parameters = { feature: feature.name, step: name.startsWith("`") ? name : `\`${name}\``, why };
  ctx.elaborator.collector.report("MC4110", own ? origin : feature.origin, parameters, {
    labels,
    help: helpOfStep(found),
  });
}
