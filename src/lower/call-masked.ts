import { isMaskArgument } from "../analyze/masks.ts";
import { decide } from "../dims/decide.ts";
import { constant, type Dim } from "../dims/dim.ts";
import { equal } from "../dims/facts.ts";
import type { OperatorNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { loweringInput, type Operator } from "../ops/define/operator.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";
import { elementAt } from "../support/element-at.ts";
import { fault, required } from "../support/fault.ts";
import type { Span } from "../support/source.ts";
import type { Argument } from "../syntax/ast.ts";
import { building } from "./building.ts";
import { callOperator, type Given } from "./call-operator.ts";
import { findLocal, report, type Context } from "./context.ts";
import { asTensor } from "./convert.ts";
import { factsIn } from "./minima.ts";
import { formatType, poison, tensor, type RecipeVal, type Val } from "./values.ts";

/** What keeps elements, with the text that gives it. */
interface Mask {
  readonly what: "mask" | "lengths";
  readonly value: Value;
  readonly span: Span;
}

/**
 * Calls a sum, a mean or a loss with `mask=`, with `lengths=` or with both: elements that are left out count for nothing,
 * neither in a sum nor in the number of which a mean is taken. The mean of no elements is 0.
 */
export function callMasked(
  ctx: Context,
  operator: Operator,
  piped: readonly Given[],
  args: readonly Argument[],
  recipe: RecipeVal,
  span: Span,
): Val {
  const masks = masksOf(ctx, args, operator.name);
  const rest = args.filter((it) => !isMaskArgument(it.name?.text));
  const result = callOperator(ctx, operator, piped, rest, recipe, span);
  if (masks === undefined || result.kind !== "tensor") return poison;
  if (masks.length === 0) return result;
  // The node that has just been made says what is to be masked, and is replaced.
  const node = ctx.nodes.pop();
  if (node?.kind !== "operator" || node.op !== operator.name) return fault(`${operator.name} made no node of its own`);
  const { values, axes, keep } = elementsOf(ctx, operator, node);
  if (!masks.map((it) => fits(ctx, it, values, operator.name)).every((fine) => fine)) return poison;
  const made = building(ctx, (b) => {
    const weights = masks.map((it) => weightOf(b, it, values)).reduce((one, other) => b.mul(one, other));
    const full = b.op("broadcast_to", [weights], { shape: values.type.shape });
    const zero = b.scalar(0, values.type.dtype);
    // What is left out counts for nothing even where it is no number.
    const kept = b.where(b.op("not_equal", [full, zero]), b.mul(values, full), b.zeros(values.type));
    const total = b.sum(kept, axes, keep);
    if (operator.name === "sum") return total;
    const count = b.sum(full, axes, keep);
    const none = b.op("equal", [count, zero]);
    return b.div(total, b.where(none, b.op("ones_like", [count]), count));
  });
  return tensor(made);
}

/** The elements that an operator adds up or takes the mean of, and along which axes. */
function elementsOf(
  ctx: Context,
  operator: Operator,
  node: OperatorNode,
): { readonly values: Value; readonly axes: readonly number[]; readonly keep: boolean } {
  if (operator.kind === "primitive") {
    const axes = readAttribute(node, "axes", "numbers");
    return { values: elementAt(node.operands, 0), axes, keep: readAttribute(node, "keep", "boolean") };
  }
  const each = required(operator.each, `the elements of ${operator.name}`);
  const values = building(ctx, (b) => b.cast(each(b, loweringInput(operator, node)), "f32"));
  return { values, axes: values.type.shape.map((_, axis) => axis), keep: false };
}

/** The masks that a call gives; one that is handed on, and left out here, is none. Undefined after a report. */
function masksOf(ctx: Context, args: readonly Argument[], callee: string): readonly Mask[] | undefined {
  const masks: Mask[] = [];
  const seen = new Set<string>();
  let fine = true;
  for (const { name, value, span } of args) {
    const what = name?.text;
    if (what !== "mask" && what !== "lengths") continue;
    if (seen.has(what)) {
      report(ctx, "MC2012", span, { name: what, callee });
      fine = false;
    }
    seen.add(what);
    const local = value.kind === "reference" ? findLocal(ctx.scope, value.text) : undefined;
    if (local?.kind === "absent" && local.what === "input") continue;
    const val = asTensor(ctx, ctx.elaborator.rules.expression(ctx, value), value.span);
    if (val === undefined) fine = false;
    else masks.push({ what, value: val.value, span: value.span });
  }
  return fine ? masks : undefined;
}

/** Whether a mask has the first axes of what it masks, and lengths one number for each example; false after a report. */
function fits(ctx: Context, { what, value, span }: Mask, { type }: Value, callee: string): boolean {
  const { dtype, shape } = value.type;
  const same = (dim: Dim, axis: number): boolean => {
    const other = type.shape[axis];
    return other !== undefined && decide(equal(dim, other), factsIn(ctx)).verdict === "proved";
  };
  const typed = what === "mask" ? dtype === "bool" || isFloat(dtype) : dtype === "i32" || dtype === "i64";
  const shaped = what === "mask" ? shape.every(same) : shape.length === 1 && type.shape.length > 1 && shape.every(same);
  if (typed && shaped) return true;
  report(ctx, "MC3063", span, { what, found: formatType(value.type), callee, of: formatType(type) });
  return false;
}

/** How much each element counts, in the element type of the values, with axes of size 1 for those that are not told apart. */
function weightOf(b: GraphBuilder, { what, value }: Mask, { type: { dtype, shape } }: Value): Value {
  const after = (from: number): readonly Dim[] => shape.slice(from).map(() => constant(1));
  if (what === "mask") return b.cast(b.reshape(value, [...value.type.shape, ...after(value.type.shape.length)]), dtype);
  const places = b.op("range", [], { size: elementAt(shape, 1), dtype: value.type.dtype });
  const place = b.reshape(places, [constant(1), elementAt(shape, 1), ...after(2)]);
  const length = b.reshape(value, [elementAt(shape, 0), ...after(1)]);
  return b.cast(b.op("less", [place, length]), dtype);
}
