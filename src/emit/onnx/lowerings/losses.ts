import { constant } from "../../../dims/dim.ts";
import { elementAt } from "../../../support/element-at.ts";
import type { OnnxLowerings } from "./lowering.ts";

/** Losses and dropout, as ONNX says them. */
export const losses = {
  cross_entropy: "decomposed",
  binary_cross_entropy: "decomposed",
  mse: "decomposed",
  mae: "decomposed",
  huber: "decomposed",
  kl_normal: "decomposed",
  cross_entropy_gradient: (writer, { operands, refs }) => {
    const { dtype, shape } = elementAt(operands, 0).type;
    const labelShape = elementAt(operands, 1).type.shape;
    const places = writer.node("Unsqueeze", [elementAt(refs, 1), writer.ints([-1])]);
    // One scattered subtraction instead of a one-hot tensor as large as the logits.
    const minusOne = writer.node("Expand", [writer.constant(dtype, -1), writer.shape([...labelShape, constant(1)])]);
    const differences = writer.node("ScatterElements", [writer.node("Exp", [elementAt(refs, 0)]), places, minusOne], {
      axis: { int: shape.length - 1 },
      reduction: { string: "add" },
    });
    return [writer.node("Mul", [differences, elementAt(refs, 2)])];
  },
  dropout: "decomposed",
} satisfies Partial<OnnxLowerings>;
