import type { Label } from "../diagnostics/diagnostic.ts";
import { constant, sameForm, type Dim } from "../dims/dim.ts";
import type { Attributes, Value } from "../ir/graph.ts";
import type { DType } from "../ir/types.ts";
import { inferOperator, operandSpecAt } from "../graph/infer.ts";
import { attributesFor, type Operator } from "../ops/define/operator.ts";
import { tagAttributes } from "../ops/define/tag-attributes.ts";
import { inClass } from "../ops/define/dtype-class.ts";
import { rangeOfType } from "../ops/define/value-range.ts";
import { findOperator } from "../ops/registry.ts";
import { required } from "../support/fault.ts";
import type { Span } from "../support/source.ts";
import { freshValue, type Context } from "./context.ts";
import { noteCrossing } from "./crossings.ts";
import { guardDivision } from "./guard-division.ts";
import { noteApplication } from "./note-application.ts";
import { reportExchanged } from "./report-exchanged.ts";
import { shapeChecker } from "./shape-checker.ts";
import { sizeChains } from "./size-chain.ts";
import { lacksAxes } from "./sizes/help-of-axes.ts";
import { helpOfSizes } from "./sizes/help-of-sizes.ts";
import { helpOfTable } from "./sizes/help-of-table.ts";
import { alignedShapes } from "./per-example.ts";
import type { Maker } from "./prove-probability.ts";
import { factsOfResult, judgePlaces, refusesProbability } from "./value-facts.ts";
import { formatType, poison, tensor, type TensorVal, type Val } from "./values.ts";

/** Appends one application of an operator, checked; a tuple where it has several results, poison after a report. */
export function applyOperator(
  ctx: Context,
  operator: Operator,
  operands: readonly TensorVal[],
  attributes: Attributes,
  span: Span,
  operandSpans: readonly Span[],
): Val {
  if (operator.structure === "elementwise" && ctx.frame.batch !== undefined) {
    const types = operands.map((it) => it.value.type);
    const shapes = alignedShapes(ctx, types);
    if (shapes.some((it) => it !== undefined)) {
      const aligned = operands.map((it, at) => reshaped(ctx, it, shapes[at], operandSpans[at] ?? span));
      if (!aligned.every((it) => it !== undefined)) return poison;
      return applyOperator(ctx, operator, aligned, attributes, span, operandSpans);
    }
  }
  const labels = (): readonly Label[] =>
    operands.flatMap((it, index) => {
      const at = operandSpans[index];
      return at === undefined || operator.operands[index]?.isKey === true
        ? []
        : [{ span: at, message: `this is ${formatType(it.value.type)}` }];
    });
  const wanted = operands.map((val, index) => {
    const { name, dtype } = required(operandSpecAt(operator, index), "operand");
    const at = operandSpans[index];
    const takes = (given: DType): boolean => inClass(given, dtype);
    return { name, element: dtype, takes, given: at && { val, span: at } };
  });
  if (reportExchanged(ctx, operator.name, wanted)) return poison;
  const ones: Dim[] = [];
  const crossings: (() => void)[] = [];
  const crossed = (left: readonly Dim[], right: readonly Dim[], dim: Dim): void => {
    const spanOf = (shape: readonly Dim[]): Span | undefined =>
      operandSpans[operands.findIndex((it) => it.value.type.shape === shape)];
    crossings.push(() => {
      noteCrossing(ctx, {
        span,
        left: { shape: left, span: spanOf(left) },
        right: { shape: right, span: spanOf(right) },
        dim,
      });
    });
  };
  const types = inferOperator(
    operator,
    operands.map((it) => it.value.type),
    attributes,
    shapeChecker(ctx, span, labels, {
      crossed,
      one: (dim) => ones.push(dim),
      origins: (sizes) =>
        sizeChains(
          ctx,
          operands.map((it) => it.value),
          sizes,
        ),
      lacksAxes: operator.structure === "elementwise" && areUnlike(operands),
      instead: () =>
        operator.structure === "elementwise"
          ? helpOfTable(
              ctx,
              operands.map((it) => it.value),
              operandSpans,
            )
          : undefined,
      help: () =>
        helpOfSizes(ctx, {
          operator,
          operands: operands.map((it) => it.value),
          spans: operandSpans,
          attributes,
          span,
        }),
    }),
  );
  if (types !== undefined && ones.length > 0) {
    const literal = operands.map((it) => withOnes(ctx, it, ones, span));
    if (!literal.every((it) => it !== undefined)) return poison;
    return applyOperator(ctx, operator, literal, attributes, span, operandSpans);
  }
  crossings.forEach((note) => note());
  if (types === undefined || !checkValues(ctx, operator, operands, attributes, span, operandSpans)) return poison;
  const guard = guardDivision(ctx, operator, operands, span, (it, given) =>
    applyOperator(ctx, it, given, {}, span, operandSpans),
  );
  if (ctx.frame.section === true) {
    const names = operator.operands.map((it) => it.name);
    const given = operands.map((val, at) => ({ val, span: operandSpans[at] ?? span }));
    noteApplication(ctx, operator.name, names, given, span);
  }
  const results = types.map((type) => freshValue(ctx.unit, type));
  ctx.nodes.push({
    kind: "operator",
    op: operator.name,
    operands: (guard?.operands ?? operands).map((it) => it.value),
    attributes: { ...attributes, ...provedAttributes(operator, operands, attributes) },
    results,
    origin: span,
  });
  const [only, ...others] = results;
  const made: Maker = { op: operator.name, operands, attributes };
  const known = (it: Value): TensorVal => {
    ctx.unit.makers.set(it.id, made);
    return tensor(it, factsOfResult(ctx.unit.makers, operator, made, it.type, span));
  };
  if (only !== undefined && others.length === 0) return guard?.finish(known(only)) ?? known(only);
  return { kind: "tuple", elements: results.map(known) };
}

/** Whether operands have axes between those of others that these lack. */
function areUnlike(operands: readonly TensorVal[]): boolean {
  const shapes = operands.map((it) => it.value.type.shape);
  return shapes.some((a, at) => shapes.slice(at + 1).some((b) => lacksAxes(a, b)));
}

/** Internal attributes that what is known of the operands decides; those that are as by default are left out. */
function provedAttributes(operator: Operator, operands: readonly TensorVal[], attributes: Attributes): Attributes {
  const proved = operator.proved?.({
    operands: operands.map((it) => it.value.type),
    ranges: operands.map((it) => it.facts.range ?? rangeOfType(it.value.type.dtype)),
    attributes: attributesFor(operator, attributes),
  });
  const entries = Object.entries(proved ?? {}).filter(([name, value]) => operator.attributes[name]?.default !== value);
  return tagAttributes(operator, Object.fromEntries(entries));
}

/** What shapes do not say: logits against probabilities, and the range of labels. */
function checkValues(
  ctx: Context,
  operator: Operator,
  operands: readonly TensorVal[],
  attributes: Attributes,
  span: Span,
  spans: readonly Span[],
): boolean {
  let fine = true;
  const logits = operands.findIndex((_, index) => operandSpecAt(operator, index)?.unnormalized === true);
  const given = operands[logits];
  if (given !== undefined && refusesProbability(ctx, given, spans[logits] ?? span, operator.name)) fine = false;
  const { index } = operator;
  const places = index === undefined ? undefined : operands[index.operand];
  if (index !== undefined && places !== undefined) {
    const size = index.size({
      operands: operands.map((it) => it.value.type),
      attributes: attributesFor(operator, attributes),
    });
    const spec = operandSpecAt(operator, index.operand);
    const named = { what: spec?.name ?? "indices", taker: operator.name };
    if (!judgePlaces(ctx, places.facts, size, spans[index.operand] ?? span, named)) fine = false;
  }
  return fine;
}

/** An operand whose dims that are proved to be 1 are the literal 1: what is broadcast is known by that alone from here on. */
function withOnes(ctx: Context, operand: TensorVal, ones: readonly Dim[], span: Span): TensorVal | undefined {
  const { shape } = operand.value.type;
  const literal = shape.map((dim) => (ones.some((it) => sameForm(it, dim)) ? constant(1) : dim));
  return reshaped(ctx, operand, literal.every((dim, axis) => dim === shape[axis]) ? undefined : literal, span);
}

/** An operand in another shape of as many elements; itself where none is given. */
function reshaped(
  ctx: Context,
  operand: TensorVal,
  shape: readonly Dim[] | undefined,
  span: Span,
): TensorVal | undefined {
  if (shape === undefined) return operand;
  const reshape = required(findOperator("reshape"), "reshape");
  const made = applyOperator(ctx, reshape, [operand], { shape: { kind: "dims", value: shape } }, span, [span]);
  return made.kind === "tensor" ? made : undefined;
}
