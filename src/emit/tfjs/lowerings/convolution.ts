import { elementAt } from "../../../support/element-at.ts";
import type { TfjsLowerings } from "./lowering.ts";
import { convolutionOptions } from "./window-options.ts";

/** Convolutions and their gradients, as TensorFlow.js says them. */
export const convolution = {
  conv2d: (writer, { args, attributes }) =>
    writer.helper("conv2d", elementAt(args, 0), elementAt(args, 1), ...convolutionOptions(writer, attributes)),
  conv2d_input_gradient: (writer, { args, attributes }) =>
    writer.helper(
      "conv2dTranspose",
      elementAt(args, 0),
      elementAt(args, 1),
      writer.shape(attributes.inputShape),
      ...convolutionOptions(writer, attributes),
    ),
  conv2d_kernel_gradient: (writer, { args, attributes }) =>
    writer.helper(
      "conv2dKernelGradient",
      elementAt(args, 0),
      elementAt(args, 1),
      writer.shape(attributes.kernelShape),
      ...convolutionOptions(writer, attributes),
    ),
} satisfies Partial<TfjsLowerings>;
