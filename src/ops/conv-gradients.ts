import { type Dim } from "../dims/dim.ts";
import {
  convolutionAttributes,
  convolutionFlops,
  convolutionShape,
  type ConvolutionAttributes,
} from "./define/window-geometry.ts";
import { forEachTap } from "./define/conv-reference.ts";
import { convolutionSamples, inputGradientSample, kernelGradientSample } from "./define/conv-samples.ts";
import { elementAt } from "../support/element-at.ts";
import { sizeOf } from "./define/nd-array.ts";
import { definePrimitive, type ShapeChecker } from "./define/operator.ts";
import { checkSameShape, sharedDType } from "./define/shape-rules.ts";

/** The gradient of a convolution with respect to its input. */
export const convInputGradient = definePrimitive({
  name: "conv_input_gradient",
  doc: "The gradient of conv with respect to its input: a transposed convolution.",
  exposed: false,
  structure: { kind: "image", operands: ["image", "kernel"], results: ["image"], imageShapes: ["inputShape"] },
  sumsProducts: true,
  operands: [
    { name: "dy", dtype: "float", shape: "[B, ...O, filters]" },
    { name: "kernel", dtype: "float", shape: "[...K, C // groups, filters]" },
  ],
  attributes: {
    ...convolutionAttributes,
    inputShape: { kind: "dims", min: 1, doc: "Shape of the convolution's input, which is that of the result." },
  },
  infer: ({ operands, attributes, check }) => {
    const dtype = sharedDType(operands, "conv_input_gradient", check);
    const [dy, kernel] = operands;
    if (dtype === undefined || dy === undefined || kernel === undefined) return undefined;
    const { inputShape } = attributes;
    const fits = checkConvolved("conv_input_gradient", inputShape, kernel.shape, dy.shape, attributes, check);
    return fits ? [{ dtype, shape: inputShape }] : undefined;
  },
  cost: ({ operands, attributes }) =>
    convolutionFlops(elementAt(operands, 1).shape, elementAt(operands, 0).shape, attributes.layout),
  samples: convolutionSamples.map(inputGradientSample),
  reference: ({ operands, attributes, results }) => {
    const [dy, kernel] = [elementAt(operands, 0), elementAt(operands, 1)];
    const result = elementAt(results, 0);
    const data = new Float64Array(sizeOf(result.shape));
    forEachTap(result.shape, kernel.shape, attributes, (tap) => {
      data[tap.input] =
        elementAt(data, tap.input) + elementAt(dy.data, tap.output) * elementAt(kernel.data, tap.kernel);
    });
    return [{ ...result, data }];
  },
  gradient: ({ b, operands, g, attributes: { inputShape: _, ...shared }, needs }) => {
    const [dy, kernel] = [elementAt(operands, 0), elementAt(operands, 1)];
    return [
      needs[0] === true ? b.op("conv", [g, kernel], shared) : undefined,
      needs[1] === true
        ? b.op("conv_kernel_gradient", [g, dy], { ...shared, kernelShape: kernel.type.shape })
        : undefined,
    ];
  },
});

/** The gradient of a convolution with respect to its kernel. */
export const convKernelGradient = definePrimitive({
  name: "conv_kernel_gradient",
  doc: "The gradient of conv with respect to its kernel.",
  exposed: false,
  structure: "other",
  sumsProducts: true,
  operands: [
    { name: "x", dtype: "float", shape: "[B, ...S, C]" },
    { name: "dy", dtype: "float", shape: "[B, ...O, filters]" },
  ],
  attributes: {
    ...convolutionAttributes,
    kernelShape: { kind: "dims", min: 1, doc: "Shape of the kernel, which is that of the result." },
  },
  infer: ({ operands, attributes, check }) => {
    const dtype = sharedDType(operands, "conv_kernel_gradient", check);
    const [x, dy] = operands;
    if (dtype === undefined || x === undefined || dy === undefined) return undefined;
    const { kernelShape } = attributes;
    const fits = checkConvolved("conv_kernel_gradient", x.shape, kernelShape, dy.shape, attributes, check);
    return fits ? [{ dtype, shape: kernelShape }] : undefined;
  },
  cost: ({ operands, attributes }) =>
    convolutionFlops(attributes.kernelShape, elementAt(operands, 1).shape, attributes.layout),
  samples: convolutionSamples.map(kernelGradientSample),
  reference: ({ operands, attributes, results }) => {
    const [x, dy] = [elementAt(operands, 0), elementAt(operands, 1)];
    const result = elementAt(results, 0);
    const data = new Float64Array(sizeOf(result.shape));
    forEachTap(x.shape, result.shape, attributes, (tap) => {
      data[tap.kernel] = elementAt(data, tap.kernel) + elementAt(x.data, tap.input) * elementAt(dy.data, tap.output);
    });
    return [{ ...result, data }];
  },
  gradient: ({ b, operands, g, attributes: { kernelShape: _, ...shared }, needs }) => {
    const [x, dy] = [elementAt(operands, 0), elementAt(operands, 1)];
    return [
      needs[0] === true ? b.op("conv_input_gradient", [dy, g], { ...shared, inputShape: x.type.shape }) : undefined,
      needs[1] === true ? b.op("conv", [x, g], shared) : undefined,
    ];
  },
});

/** Reports unless `output` is what convolving `input` with `kernel` gives. */
function checkConvolved(
  what: string,
  input: readonly Dim[],
  kernel: readonly Dim[],
  output: readonly Dim[],
  attributes: ConvolutionAttributes,
  check: ShapeChecker,
): boolean {
  const expected = convolutionShape(what, input, kernel, attributes, check);
  return (
    expected !== undefined &&
    checkSameShape(output, expected, `the output gradient of ${what} and its convolution`, check)
  );
}
