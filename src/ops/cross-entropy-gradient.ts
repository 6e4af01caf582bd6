import { constant, multiply } from "../dims/dim.ts";
import { elementAt } from "../support/element-at.ts";
import { fillArray } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { checkLabels, labelIndex } from "./losses.ts";
import { elementsOf, sharedDType } from "./define/shape-rules.ts";

/** The gradient of cross entropy with respect to logits: (probabilities - one-hot labels) * scale. */
export const crossEntropyGradient = definePrimitive({
  name: "cross_entropy_gradient",
  doc: "The gradient of cross_entropy: probabilities, less 1 at the label, times a scale.",
  exposed: false,
  structure: "other",
  operands: [
    { name: "logarithms", dtype: "float", shape: "[..., classes]", doc: "The logarithms of the probabilities." },
    { name: "labels", dtype: "i32", shape: "[...]" },
    { name: "scale", dtype: "float", shape: "[]" },
  ],
  attributes: {},
  index: labelIndex,
  infer: ({ operands, check }) => {
    const [logarithms, scale] = [elementAt(operands, 0), elementAt(operands, 2)];
    if (sharedDType([logarithms, scale], "cross_entropy_gradient", check) === undefined) return undefined;
    if (!checkLabels("cross_entropy_gradient", operands, check)) return undefined;
    if (scale.shape.length > 0) return check.fail("the scale of cross_entropy_gradient must be a scalar");
    return [logarithms];
  },
  cost: ({ operands }) => ({ flops: multiply(elementsOf(elementAt(operands, 0)), constant(3)) }),
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [4, 3], range: [-3, 0] },
        { dtype: "i32", shape: [4], range: [0, 2] },
        { dtype: "f32", shape: [], data: [0.25] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 3, 5], range: [-3, 0] },
        { dtype: "i32", shape: [2, 3], range: [0, 4] },
        { dtype: "f32", shape: [], data: [2] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [4], range: [-3, 0] },
        { dtype: "i32", shape: [], data: [1] },
        { dtype: "f32", shape: [], data: [1] },
      ],
    },
  ],
  reference: ({ operands }) => {
    const [logarithms, labels, scale] = [elementAt(operands, 0), elementAt(operands, 1), elementAt(operands, 2)];
    const classes = elementAt(logarithms.shape, logarithms.shape.length - 1);
    return [
      fillArray(logarithms, (index) => {
        const label = elementAt(labels.data, Math.floor(index / classes));
        const target = index % classes === label ? 1 : 0;
        return (Math.exp(elementAt(logarithms.data, index)) - target) * elementAt(scale.data, 0);
      }),
    ];
  },
  gradient: ({ b, operands, g: dy, needs }) => {
    const [logarithms, labels, scale] = [elementAt(operands, 0), elementAt(operands, 1), elementAt(operands, 2)];
    const axes = dy.type.shape.map((_, axis) => axis);
    const unscaled = () => b.op("cross_entropy_gradient", [logarithms, labels, b.scalar(1, scale.type.dtype)]);
    return [
      needs[0] === true ? b.mul(b.mul(dy, scale), b.op("exp", [logarithms])) : undefined,
      undefined,
      needs[2] === true ? b.sum(b.mul(dy, unscaled()), axes) : undefined,
    ];
  },
});
