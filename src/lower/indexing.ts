import { add, asNumber, ceilDivide, constant, subtract, type Dim } from "../dims/dim.ts";
import { decide } from "../dims/decide.ts";
import { atLeast, lessThan } from "../dims/facts.ts";
import { findOperator } from "../ops/registry.ts";
import type { Expression, IndexExpression, SliceExpression } from "../syntax/ast.ts";
import { applyOperator } from "./apply-operator.ts";
import { report, type Context } from "./context.ts";
import { asDim, asInteger } from "./convert.ts";
import { exampleOf, named } from "./shape-checker.ts";
import { describe, formatType, poison, type TensorVal, type Val } from "./values.ts";
import { factsIn } from "./minima.ts";

/** `layers[0]`, `x[:, -1]`, `x[0, 1:3]`. */
export function lowerIndex(ctx: Context, e: IndexExpression): Val {
  const target = ctx.elaborator.rules.expression(ctx, e.target);
  switch (target.kind) {
    case "poison":
      return poison;
    case "list":
    case "tuple":
      return elementOf(ctx, target.elements, e);
    case "tensor":
      return lowerTensorIndex(ctx, target, e);
    default:
      report(ctx, "MC3008", e.target.span, {
        expected: "only lists and tensors have elements",
        actual: describe(target),
      });
      return poison;
  }
}

function elementOf(ctx: Context, elements: readonly Val[], e: IndexExpression): Val {
  const [index, ...others] = e.indices;
  if (index === undefined || others.length > 0 || index.kind === "slice") {
    report(ctx, "MC3008", e.span, {
      expected: "a list takes one index",
      actual: `${String(e.indices.length)} indices or a slice`,
    });
    return poison;
  }
  const val = ctx.elaborator.rules.expression(ctx, index, { integer: true });
  const at = asInteger(ctx, val, index.span, "the index of a list");
  if (at === undefined) return poison;
  const element = elements[at < 0 ? at + elements.length : at];
  if (element !== undefined) return element;
  report(ctx, "MC3025", index.span, {
    index: String(at),
    what: "the list",
    size: String(elements.length),
    example: "",
  });
  return poison;
}

function lowerTensorIndex(ctx: Context, target: TensorVal, e: IndexExpression): Val {
  const { type } = target.value;
  if (e.indices.length > type.shape.length) {
    report(ctx, "MC3001", e.span, {
      what: "the indexed value",
      expected: `${String(e.indices.length)} axes or more`,
      actual: formatType(type),
    });
    return poison;
  }
  const dropped: number[] = [];
  let current: TensorVal = target;
  for (const [axis, index] of e.indices.entries()) {
    const size = type.shape[axis];
    if (size === undefined) return poison;
    const window = index.kind === "slice" ? sliceWindow(ctx, index, size) : pointWindow(ctx, index, size);
    if (window === undefined) return poison;
    if (window === "all") continue;
    if (index.kind !== "slice") dropped.push(axis);
    const slice = findOperator("slice");
    if (slice === undefined) return poison;
    const attributes = {
      axis: { value: axis },
      start: { value: window.start },
      size: { value: window.size },
      step: { value: window.step },
    };
    const made = applyOperator(ctx, slice, [current], attributes, e.span, [e.target.span]);
    if (made.kind !== "tensor") return poison;
    current = made;
  }
  if (dropped.length === 0) return current;
  const shape = current.value.type.shape.filter((_, axis) => !dropped.includes(axis));
  const reshape = findOperator("reshape");
  if (reshape === undefined) return poison;
  return applyOperator(ctx, reshape, [current], { shape: { value: shape } }, e.span, [e.target.span]);
}

interface Window {
  readonly start: Dim;
  readonly size: Dim;
  readonly step: number;
}

/** A place counted from the end where it is negative. */
function place(ctx: Context, e: Expression, size: Dim): Dim | undefined {
  const dim = asDim(ctx, ctx.elaborator.rules.expression(ctx, e, { integer: true }), e.span, "an index");
  if (dim === undefined) return undefined;
  const known = asNumber(dim);
  return known !== undefined && known < 0 ? add(size, dim) : dim;
}

function pointWindow(ctx: Context, e: Expression, size: Dim): Window | undefined {
  const start = place(ctx, e, size);
  if (start === undefined) return undefined;
  const inside =
    decide(lessThan(start, size), factsIn(ctx)).verdict === "proved" &&
    decide(atLeast(start, constant(0)), factsIn(ctx)).verdict === "proved";
  if (inside) return { start, size: constant(1), step: 1 };
  const below = decide(atLeast(start, constant(0)), factsIn(ctx)).verdict !== "proved";
  const relation = below ? atLeast(start, constant(0)) : lessThan(start, size);
  report(ctx, "MC3025", e.span, {
    index: named(start),
    what: "the axis",
    size: named(size),
    example: exampleOf(relation, start, below ? constant(0) : size, below ? "is less than" : "is not less than", ctx),
  });
  return undefined;
}

function sliceWindow(ctx: Context, e: SliceExpression, size: Dim): Window | "all" | undefined {
  if (e.start === undefined && e.stop === undefined && e.step === undefined) return "all";
  const start = e.start === undefined ? constant(0) : place(ctx, e.start, size);
  const stop = e.stop === undefined ? size : place(ctx, e.stop, size);
  const step =
    e.step === undefined ? 1 : asInteger(ctx, ctx.elaborator.rules.expression(ctx, e.step), e.step.span, "the step");
  if (start === undefined || stop === undefined || step === undefined) return undefined;
  if (step < 1) {
    report(ctx, "MC3010", e.span, { what: "the step of a slice", limit: "at least 1", actual: String(step) });
    return undefined;
  }
  const length = subtract(stop, start);
  const checks = [
    { relation: atLeast(start, constant(0)), left: start, right: constant(0), verb: "is less than" },
    { relation: atLeast(size, stop), left: stop, right: size, verb: "is more than" },
    { relation: atLeast(length, constant(1)), left: length, right: constant(1), verb: "is less than" },
  ];
  for (const { relation, left, right, verb } of checks) {
    if (decide(relation, factsIn(ctx)).verdict === "proved") continue;
    report(ctx, "MC3025", e.span, {
      index: `${named(start)}:${named(stop)}`,
      what: "the axis",
      size: named(size),
      example: exampleOf(relation, left, right, verb, ctx),
    });
    return undefined;
  }
  return { start, size: step === 1 ? length : ceilDivide(length, constant(step)), step };
}
