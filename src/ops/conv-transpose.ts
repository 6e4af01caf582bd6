import { add, asNumber, constant, multiply, subtract, type Dim } from "../dims/dim.ts";
import { elementAt } from "../support/element-at.ts";
import {
  checkImage,
  checkWindowAttributes,
  convolutionAttributes,
  convolutionFlops,
  forEachAxis,
  imageAxes,
  imageShape,
  kernelAxes,
  kernelSizes,
  paddingAlong,
  type ConvolutionAttributes,
} from "./define/window-geometry.ts";
import { defineComposite, type ShapeChecker } from "./define/operator.ts";
import { literalShape, one, sharedDType } from "./define/shape-rules.ts";

const attributes = {
  ...convolutionAttributes,
  padding: {
    ...convolutionAttributes.padding,
    doc: "That of the convolution whose transpose it is. `same`: the result has size * stride places; `valid`: all that the kernel reaches, and at least size * stride; in numbers, which are cut off again: one for all sides, one for each axis, or those before each axis and then those behind each.",
    oneOf: ["valid", "same"],
  },
  output_padding: {
    kind: "ints",
    doc: "Places added behind each axis where the padding is in numbers, fewer than a stride: sizes that the convolution makes one of.",
    default: [0],
    min: 0,
  },
} as const;

/** A transposed convolution: the gradient of `conv` with respect to its input, by the sizes that layers give. */
export const convTranspose = defineComposite({
  name: "conv_transpose",
  doc: "A transposed convolution over one to three spatial axes: each place adds its multiple of the kernel to the result.",
  exposed: true,
  structure: { kind: "image", operands: ["image", "kernel"], results: ["image"] },
  sumsProducts: true,
  operands: [
    { name: "x", dtype: "float", shape: "[B, ...S, C]" },
    { name: "kernel", dtype: "float", shape: "[...K, filters // groups, C]" },
  ],
  attributes,
  infer: ({ operands, attributes: given, check }) => {
    const dtype = sharedDType(operands, "conv_transpose", check);
    const [x, kernel] = operands;
    if (dtype === undefined || x === undefined || kernel === undefined) return undefined;
    const shape = transposedShape(x.shape, kernel.shape, given, check);
    return shape && [{ dtype, shape }];
  },
  cost: ({ operands, attributes: { layout } }) =>
    convolutionFlops(elementAt(operands, 1).shape, elementAt(operands, 0).shape, layout),
  samples: [
    { operands: operandsOf([2, 3, 2], [3, 4, 2]) },
    { operands: operandsOf([2, 3, 2], [2, 4, 2]), attributes: { strides: [3] } },
    { operands: operandsOf([1, 4, 2], [4, 2, 2]), attributes: { padding: "same", strides: [2], groups: constant(2) } },
    { operands: operandsOf([2, 3, 4, 2], [3, 2, 3, 2]), attributes: { strides: [2, 1], dilations: [1, 2] } },
    {
      operands: operandsOf([1, 3, 2, 4], [3, 3, 1, 4]),
      attributes: { strides: [2], padding: [1], output_padding: [1, 0], groups: constant(2) },
    },
    { operands: operandsOf([1, 4, 3, 2], [3, 2, 3, 2]), attributes: { padding: [0, 1, 2, 0], strides: [3, 2] } },
    {
      operands: operandsOf([1, 2, 3, 2], [2, 3, 2, 2]),
      attributes: { padding: "same", strides: [2], layout: "NCHW" },
    },
    { operands: operandsOf([1, 2, 3, 2, 2], [2, 3, 2, 3, 2]), attributes: { strides: [1, 2, 2], padding: "same" } },
    {
      operands: operandsOf([1, 2, 2, 3, 4], [2, 1, 3, 1, 4]),
      attributes: { strides: [2, 1, 2], padding: [0, 0, 1], output_padding: [1, 0, 1], groups: constant(2) },
    },
  ],
  decompose: (b, { operands, results, attributes: { output_padding: _, ...shared } }) => [
    b.op("conv_input_gradient", operands, { ...shared, inputShape: elementAt(results, 0).type.shape }),
  ],
});

function operandsOf(x: readonly number[], kernel: readonly number[]) {
  return [x, kernel].map((shape) => ({ dtype: "f32", shape }) as const);
}

type TransposedAttributes = ConvolutionAttributes & { readonly output_padding: readonly number[] };

/** The shape of the result, or undefined after a report. */
function transposedShape(
  input: readonly Dim[],
  kernel: readonly Dim[],
  given: TransposedAttributes,
  check: ShapeChecker,
): readonly Dim[] | undefined {
  const what = "conv_transpose";
  if (!checkImage(what, input, check)) return undefined;
  if (kernel.length !== input.length) {
    return check.fail(
      `${what} takes a kernel of the rank of its input, with its spatial axes first and then the channels that go out and in: ${kernel.length} is not ${input.length}`,
    );
  }
  const { layout, groups, dilations, output_padding } = given;
  const at = kernelAxes(layout, kernel.length);
  const axes = at.spatial.length;
  if (!checkWindowAttributes(what, axes, given, { dilations, output_padding }, check)) return undefined;
  if (literalShape(at.spatial.map((axis) => elementAt(kernel, axis))) === undefined) {
    return check.fail(`the spatial sizes of the kernel of ${what} must be known numbers`);
  }
  const places = imageAxes(layout, input.length);
  const channels = elementAt(input, places.channels);
  const fits = check.equal(
    channels,
    elementAt(kernel, at.output),
    `the input's channels and those that the kernel of ${what} takes, its last axis`,
  );
  const divided = asNumber(groups) === 1 || check.divides(groups, channels, `the groups and the channels of ${what}`);
  const sizes: Dim[] = [];
  // What is wrong along one axis is so along all, as a rule: the first is enough.
  const sized = places.spatial.every((place, axis) => {
    const size = transposedSize(elementAt(input, place), kernelSizes(kernel, layout), given, axis, check);
    if (size !== undefined) sizes.push(size);
    return size !== undefined;
  });
  if (!fits || !divided || !sized) return undefined;
  return imageShape(layout, elementAt(input, 0), sizes, multiply(elementAt(kernel, at.input), groups));
}

/** The size of the result along one axis, or undefined after a report. */
function transposedSize(
  input: Dim,
  kernel: readonly number[],
  { strides, dilations, padding, output_padding }: TransposedAttributes,
  axis: number,
  check: ShapeChecker,
): Dim | undefined {
  const axes = kernel.length;
  const along = (numbers: readonly number[]): number => elementAt(forEachAxis(numbers, axes), axis);
  const [stride, extra] = [along(strides), along(output_padding)];
  const extent = (elementAt(kernel, axis) - 1) * along(dilations) + 1;
  const sides = paddingAlong(padding, axis, axes);
  const whole = multiply(input, constant(stride));
  if (typeof sides === "string") {
    if (extra > 0) {
      return check.fail(
        `\`${sides}\` says how large the result of conv_transpose is: \`output_padding\` goes with a padding in numbers`,
      );
    }
    return sides === "same" ? whole : add(whole, constant(Math.max(extent - stride, 0)));
  }
  if (extra >= stride) {
    return check.fail(
      `the \`output_padding\` of conv_transpose must be less than its stride: ${extra} is not less than ${stride}`,
      "from a stride on, no convolution has this input: cut less off by `padding`, or add zeros behind by `pad`",
    );
  }
  const reach = add(multiply(subtract(input, one), constant(stride)), constant(extent));
  const size = add(reach, constant(extra - sides[0] - sides[1]));
  return check.atLeast(size, one, "what the padding of conv_transpose leaves of its result") ? size : undefined;
}
