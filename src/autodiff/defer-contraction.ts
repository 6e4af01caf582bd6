import { constant, multiply, type Dim } from "../dims/dim.ts";
import type { OperatorNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";
import { moveToFront } from "../ops/transpose.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";

/** A value of the forward body, for all steps at once. */
export interface Stacked {
  readonly stack: Value;
  /** Where the steps lie in it. */
  readonly axis: number;
}

/**
 * One use of a captured weight or bias in a scan's body, whose gradient is computed after the backward scan from all
 * steps at once: one large product in place of one small product and one sum a step.
 */
export type Deferral = {
  readonly weight: Value;
  /** Gradient of the node's result, in the backward body. */
  readonly cotangent: Value;
} & (
  | { readonly kind: "matmul"; readonly left: Value; readonly transposed: boolean }
  | { readonly kind: "bias"; readonly negative: boolean }
);

/** The deferral of one operand of a node in a scan's body, where there is one. */
export function deferralOf(
  node: OperatorNode,
  at: number,
  cotangent: Value,
  definedInside: (value: Value) => boolean,
  captures: ReadonlySet<number>,
): Deferral | undefined {
  const weight = elementAt(node.operands, at);
  if (!captures.has(weight.id)) return undefined;
  if (node.op === "matmul" && at === 1) {
    const left = required(node.operands[0], "left operand");
    const fits = weight.type.shape.length === 2 && left.type.shape.length >= 2 && definedInside(left);
    if (!fits || readAttribute(node, "transposeA", "boolean")) return undefined;
    return { kind: "matmul", weight, left, cotangent, transposed: readAttribute(node, "transposeB", "boolean") };
  }
  // A value of the result's own rank is no smaller than its cotangent: stacking that would only take memory.
  if ((node.op === "add" || node.op === "sub") && weight.type.shape.length < cotangent.type.shape.length) {
    return { kind: "bias", weight, cotangent, negative: node.op === "sub" && at === 1 };
  }
  return undefined;
}

/** The gradient of a deferred use. `cotangent` is stacked along a first axis; `stackOf` gives the left operands. */
export function contractOutside(
  b: GraphBuilder,
  deferral: Deferral,
  cotangent: Value,
  stackOf: (value: Value) => Stacked,
): Value {
  const { weight } = deferral;
  if (deferral.kind === "bias") {
    const sum = b.reduceTo(cotangent, weight.type);
    return deferral.negative ? b.neg(sum) : sum;
  }
  const { stack, axis } = stackOf(deferral.left);
  const left = asMatrix(b, moveToFront(b, stack, axis));
  const right = asMatrix(b, cotangent);
  return deferral.transposed
    ? b.op("matmul", [right, left], { transposeA: true })
    : b.op("matmul", [left, right], { transposeA: true });
}

/** The value with all axes but the last made one. */
function asMatrix(b: GraphBuilder, value: Value): Value {
  const { shape } = value.type;
  const rows = shape.slice(0, -1).reduce<Dim>((product, it) => multiply(product, it), constant(1));
  return b.reshape(value, [rows, required(shape[shape.length - 1], "last axis")]);
}
