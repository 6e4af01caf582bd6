import { elementAt } from "../../../support/element-at.ts";
import type { TfjsLowerings } from "./lowering.ts";

/** Losses and dropout, as TensorFlow.js says them. */
export const losses = {
  cross_entropy: {
    lower: (writer, { args, attributes: { smoothing } }) =>
      smoothing === 0
        ? writer.helper("crossEntropy", ...args)
        : writer.helper("smoothCrossEntropy", ...args, writer.attribute("smoothing")),
  },
  binary_cross_entropy: "decomposed",
  mse: "decomposed",
  mae: "decomposed",
  huber: "decomposed",
  kl_normal: "decomposed",
  cross_entropy_gradient: (writer, { operands, args }) => {
    const { shape } = elementAt(operands, 0).type;
    const hot = writer.helper("oneHot", elementAt(args, 1), writer.dim(elementAt(shape, shape.length - 1)));
    const differences = writer.tf("sub", writer.tf("exp", elementAt(args, 0)), hot);
    return writer.tf("mul", differences, elementAt(args, 2));
  },
  dropout: {
    lower: (writer, { args }) =>
      writer.helper("dropout", elementAt(args, 0), elementAt(args, 1), writer.attribute("rate")),
  },
} satisfies Partial<TfjsLowerings>;
