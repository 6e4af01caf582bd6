import { convolutionAttributes, convolutionFlops, convolutionShape } from "./define/window-geometry.ts";
import { forEachTap } from "./define/conv-reference.ts";
import { elementAt } from "../support/element-at.ts";
import { convolutionSamples, forwardSample } from "./define/conv-samples.ts";
import { sizeOf } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { sharedDType } from "./define/shape-rules.ts";

/** A convolution over one to three spatial axes (cross-correlation, as every framework has it). */
export const conv = definePrimitive({
  name: "conv",
  doc: "A convolution with a kernel over one to three spatial axes: of sequences, images or volumes.",
  exposed: true,
  structure: { kind: "image", operands: ["image", "kernel"], results: ["image"], window: "kernel" },
  sumsProducts: true,
  operands: [
    { name: "x", dtype: "float", shape: "[B, ...S, C]" },
    { name: "kernel", dtype: "float", shape: "[...K, C // groups, filters]" },
  ],
  attributes: convolutionAttributes,
  infer: ({ operands, attributes, check }) => {
    const dtype = sharedDType(operands, "conv", check);
    const [x, kernel] = operands;
    if (dtype === undefined || x === undefined || kernel === undefined) return undefined;
    const shape = convolutionShape("conv", x.shape, kernel.shape, attributes, check);
    return shape && [{ dtype, shape }];
  },
  cost: ({ operands, results, attributes }) =>
    convolutionFlops(elementAt(operands, 1).shape, elementAt(results, 0).shape, attributes.layout),
  samples: convolutionSamples.map(forwardSample),
  reference: ({ operands, attributes, results }) => {
    const [x, kernel] = [elementAt(operands, 0), elementAt(operands, 1)];
    const result = elementAt(results, 0);
    const data = new Float64Array(sizeOf(result.shape));
    forEachTap(x.shape, kernel.shape, attributes, (tap) => {
      data[tap.output] =
        elementAt(data, tap.output) + elementAt(x.data, tap.input) * elementAt(kernel.data, tap.kernel);
    });
    return [{ ...result, data }];
  },
  gradient: ({ b, operands, g: dy, attributes, needs }) => {
    const [x, kernel] = [elementAt(operands, 0), elementAt(operands, 1)];
    return [
      needs[0] === true
        ? b.op("conv_input_gradient", [dy, kernel], { ...attributes, inputShape: x.type.shape })
        : undefined,
      needs[1] === true
        ? b.op("conv_kernel_gradient", [x, dy], { ...attributes, kernelShape: kernel.type.shape })
        : undefined,
    ];
  },
});
