import type { Dim } from "../../../dims/dim.ts";
import type { TensorType } from "../../../ir/types.ts";
import { isFloat } from "../../../ops/define/dtype-class.ts";
import { sameShape } from "../../../ops/define/shape-rules.ts";
import type { Expression } from "../../structured/tree.ts";
import type { TfjsWriter } from "../tfjs-writer.ts";

/** A tensor repeated to a shape. */
export function broadcast(writer: TfjsWriter, x: Expression, type: TensorType, shape: readonly Dim[]): Expression {
  return isPlain(type, shape)
    ? writer.tf("broadcastTo", x, writer.shape(shape))
    : writer.helper("broadcastTo", x, writer.shape(shape));
}

/** An operand of a function of `tf` that repeats its operands to a shape as `tf.broadcastTo` does. */
export function broadcasting(writer: TfjsWriter, x: Expression, type: TensorType, shape: readonly Dim[]): Expression {
  const asItIs = x.kind === "number" || sameShape(type.shape, shape) || isPlain(type, shape);
  return asItIs ? x : broadcast(writer, x, type, shape);
}

/** Whether TensorFlow.js itself differentiates that, or nothing does: from five axes on it cannot. */
function isPlain({ dtype }: TensorType, shape: readonly Dim[]): boolean {
  return shape.length <= 4 || !isFloat(dtype);
}
