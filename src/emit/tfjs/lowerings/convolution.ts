import { elementAt } from "../../../support/element-at.ts";
import type { TfjsLowerings } from "./lowering.ts";
import { convolutionOptions, forAxes } from "./window-options.ts";

/** Convolutions and their gradients, as TensorFlow.js says them. */
export const convolution = {
  conv: (writer, { args, operands, attributes }) =>
    writer.helper(
      forAxes(elementAt(operands, 0).type, "conv1d", "conv2d", "conv3d"),
      elementAt(args, 0),
      elementAt(args, 1),
      ...convolutionOptions(writer, attributes),
    ),
  conv_input_gradient: (writer, { args, operands, attributes }) =>
    writer.helper(
      forAxes(elementAt(operands, 0).type, "conv1dTranspose", "conv2dTranspose", "conv3dTranspose"),
      elementAt(args, 0),
      elementAt(args, 1),
      writer.shape(attributes.inputShape),
      ...convolutionOptions(writer, attributes),
    ),
  conv_transpose: {
    lower: (writer, { args, operands, results, attributes }) =>
      writer.helper(
        forAxes(elementAt(operands, 0).type, "conv1dTranspose", "conv2dTranspose", "conv3dTranspose"),
        elementAt(args, 0),
        elementAt(args, 1),
        writer.shape(elementAt(results, 0).type.shape),
        ...convolutionOptions(writer, attributes),
      ),
  },
  conv_kernel_gradient: (writer, { args, operands, attributes }) =>
    writer.helper(
      forAxes(elementAt(operands, 0).type, "conv1dKernelGradient", "groupedKernelGradient", "conv3dKernelGradient"),
      elementAt(args, 0),
      elementAt(args, 1),
      writer.shape(attributes.kernelShape),
      ...convolutionOptions(writer, attributes),
    ),
} satisfies Partial<TfjsLowerings>;
