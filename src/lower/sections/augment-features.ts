import type { Value } from "../../ir/graph.ts";
import { portOf } from "../../ir/ports.ts";
import type { TensorType } from "../../ir/types.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { sameShape } from "../../ops/define/shape-rules.ts";
import { elementAt } from "../../support/element-at.ts";
import type { Span } from "../../support/source.ts";
import type { Body, Expression, WhenExpression } from "../../syntax/ast.ts";
import { castNode, type Context } from "../context.ts";
import { pathScope, type PathScope } from "../paths.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import { formatType, tensor, type Val } from "../values.ts";
import { mixesExamples, type Augmentation, type AugmentStage } from "./read-augment.ts";

/** A feature over a batch: in its declared type, and before it becomes that. */
export interface MadeFeature {
  readonly name: string;
  readonly value: Value;
  readonly unrounded: Value;
}

/**
 * The features as training sees them: outside of it they are what they were. Real numbers are augmented before they are
 * rounded, others in their declared type. `features` are those that are right, and so is the result, in their order.
 */
export function augmentFeatures(
  ctx: Context,
  augmentations: readonly Augmentation[],
  features: readonly MadeFeature[],
): readonly MadeFeature[] {
  ctx.scope.names.set(trainingName, { kind: "training", negated: false });
  return augmentations.reduce((made, it) => augment(ctx, it, made), features);
}

/** What `training` is called here: a person's file may have a constant of that name. */
const trainingName = "<training>";

function augment(ctx: Context, augmentation: Augmentation, made: readonly MadeFeature[]): readonly MadeFeature[] {
  const { features, stages } = augmentation;
  const names = features.map(({ text }) => text);
  const before = names.flatMap((name) => {
    const it = made.find((feature) => feature.name === name);
    return it === undefined ? [] : [{ ...it, current: isFloat(it.value.type.dtype) ? it.unrounded : it.value }];
  });
  // What is wrong with a feature was reported.
  if (before.length < names.length) return made;
  const whole = before.find(({ current }) => !isFloat(current.type.dtype));
  if (whole !== undefined && mixesExamples(augmentation, ctx.file)) {
    const { name, current } = whole;
    const help = "`one_hot(cast(raw.label, i32), 10)` is a label as shares, for `soft_cross_entropy(logits, shares)`.";
    ctx.elaborator.collector.report(
      "MC4098",
      augmentation.span,
      { feature: name, type: ofOne(current.type) },
      { help },
    );
    return made;
  }
  // Draws go by the names of the features, and are the same for all of them.
  let paths = pathScope(new Set(), `${portOf("feature", names.join("+"))}.augment.`);
  let current: readonly Value[] = before.map((it) => it.current);
  for (const stage of stages) {
    const found = carryOut({ ...ctx, paths }, stage, names, current);
    if (found === undefined) return made;
    ({ values: current, paths } = found);
  }
  const augmented = before.map(({ name, value }, at): MadeFeature => {
    const unrounded = elementAt(current, at);
    return { name, value: castNode(ctx, unrounded, value.type.dtype, elementAt(features, at).span), unrounded };
  });
  return made.map((it) => augmented.find(({ name }) => name === it.name) ?? it);
}

interface CarriedOut {
  readonly values: readonly Value[];
  readonly paths: PathScope;
}

/** What a stage makes of the features; undefined after a report. */
function carryOut(
  ctx: Context,
  { stage, takesAll }: AugmentStage,
  names: readonly string[],
  current: readonly Value[],
): CarriedOut | undefined {
  const { span } = stage;
  const { rules } = ctx.elaborator;
  const locals = names.map((name, at) => {
    const local = `${name}.augmented`;
    ctx.scope.names.set(local, tensor(elementAt(current, at)));
    return local;
  });
  const references = locals.map((text): Expression => ({ kind: "reference", text, span }));
  const sources = takesAll ? [tupleOf(references, span)] : references;
  const values: Value[] = [];
  let { paths } = ctx;
  for (const [at, source] of sources.entries()) {
    const own: Context = { ...ctx, paths: copyOf(ctx.paths) };
    const staged: Expression = { kind: "pipe", source, stages: [stage], span };
    if (!reportUnknownNames(own, staged)) return undefined;
    const taken = takesAll
      ? names.map((name, place) => ({ name, place }))
      : [{ name: elementAt(names, at), place: at }];
    // What it makes is looked at before it is put beside what there was.
    const tried = rules.expression({ ...own, nodes: [], paths: copyOf(ctx.paths) }, staged);
    if (
      !isOfTypes(
        ctx,
        tried,
        taken.map(({ name, place }) => ({ name, before: elementAt(current, place) })),
        span,
      )
    )
      return undefined;
    const made = rules.expression(own, inTraining(staged, source, span));
    values.push(...partsOf(made).flatMap((it) => (it.kind === "tensor" ? [it.value] : [])));
    paths = own.paths;
  }
  return { values, paths };
}

/** Whether what a stage makes of features has the types that they had; what has not is reported. */
function isOfTypes(
  ctx: Context,
  made: Val,
  features: readonly { readonly name: string; readonly before: Value }[],
  span: Span,
): boolean {
  if (made.kind === "poison") return false;
  const results = partsOf(made);
  return features.every(({ name, before: { type } }, at) => {
    const found = results[at];
    const after = found?.kind === "tensor" && results.length === features.length ? found.value.type : undefined;
    if (after?.dtype === type.dtype && sameShape(after.shape, type.shape)) return true;
    const shown = after === undefined ? "no tensor" : ofOne(after);
    ctx.elaborator.collector.report("MC4096", span, { feature: name, declared: ofOne(type), found: shown });
    return false;
  });
}

const ofOne = ({ dtype, shape }: TensorType): string => formatType({ dtype, shape: shape.slice(1) });

const partsOf = (val: Val): readonly Val[] => (val.kind === "tuple" ? val.elements : [val]);

/** A scope in which what comes next has the names that it would have in another. */
const copyOf = (scope: PathScope): PathScope => ({
  ...scope,
  taken: new Set(scope.taken),
  counters: new Map(scope.counters),
});

const tupleOf = (elements: readonly Expression[], span: Span): Expression => ({ kind: "tuple", elements, span });

/** `when training { then } else { otherwise }` */
function inTraining(then: Expression, otherwise: Expression, span: Span): WhenExpression {
  const body = (value: Expression): Body => ({
    kind: "body",
    statements: [{ kind: "expression-statement", value, span }],
    span,
  });
  const condition: Expression = { kind: "reference", text: trainingName, span };
  return { kind: "when-expression", condition, then: body(then), otherwise: body(otherwise), span };
}
