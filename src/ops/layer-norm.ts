import { constant, multiply } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { elementAt } from "../support/element-at.ts";
import { defineComposite, type OperandSpec, type Sample, type ShapeChecker } from "./define/operator.ts";
import { elementsOf, one, sharedDType, withAxis } from "./define/shape-rules.ts";

const operands: readonly OperandSpec[] = [
  { name: "x", dtype: "float", shape: "[..., D]" },
  { name: "scale", dtype: "float", shape: "[D]" },
  { name: "bias", dtype: "float", shape: "[D]" },
];

/** What keeps a normalisation from dividing by zero; its default is Keras's. */
export const epsilonAttribute = { kind: "float", doc: "Added to the variance.", default: 1e-3, min: 0 } as const;

const attributes = { epsilon: epsilonAttribute } as const;

const samples: readonly Sample[] = [
  {
    operands: [
      { dtype: "f32", shape: [3, 5], range: [-2, 3] },
      { dtype: "f32", shape: [5], range: [0.5, 2] },
      { dtype: "f32", shape: [5] },
    ],
  },
  {
    operands: [
      { dtype: "f32", shape: [2, 3, 4], range: [-2, 3] },
      { dtype: "f32", shape: [4], range: [0.5, 2] },
      { dtype: "f32", shape: [4] },
    ],
    attributes: { epsilon: 1e-5 },
  },
];

function checkOperands(types: readonly TensorType[], check: ShapeChecker): boolean {
  const x = elementAt(types, 0);
  const size = x.shape[x.shape.length - 1];
  if (sharedDType(types, "layer_norm", check) === undefined) return false;
  if (size === undefined) {
    check.fail("layer_norm needs an axis to normalise along, and its input is a scalar");
    return false;
  }
  return [1, 2].every((index) => {
    const { shape } = elementAt(types, index);
    const name = elementAt(operands, index).name;
    if (shape.length === 1)
      return check.equal(elementAt(shape, 0), size, `the ${name} and the last axis of layer_norm`);
    check.fail(`the ${name} of layer_norm has one axis, not ${shape.length}`);
    return false;
  });
}

/** `layer_norm`: zero mean and unit variance along the last axis, then a scale and a bias (Ba et al., 2016). */
export const layerNorm = defineComposite({
  name: "layer_norm",
  doc: "Normalises the last axis to mean 0 and variance 1, then scales and shifts it.",
  exposed: true,
  structure: "other",
  operands,
  attributes,
  infer: ({ operands: types, check }) => (checkOperands(types, check) ? [elementAt(types, 0)] : undefined),
  cost: ({ operands: types }) => ({ flops: multiply(elementsOf(elementAt(types, 0)), constant(8)) }),
  samples,
  // The same statistics serve the gradient: both name one operator, whose applications are merged.
  decompose: (b, { operands: values, attributes: { epsilon } }) => [
    elementAt(b.ops("layer_norm_with_statistics", values, { epsilon }), 0),
  ],
  gradient: ({ b, operands: values, g: dy, attributes: { epsilon }, needs }) => {
    const [x, scale] = [elementAt(values, 0), elementAt(values, 1)];
    const statistics = b.ops("layer_norm_with_statistics", values, { epsilon });
    const [mean, inverse] = [elementAt(statistics, 1), elementAt(statistics, 2)];
    const normal = b.mul(b.sub(x, mean), inverse);
    const leading = x.type.shape.slice(1).map((_, axis) => axis);
    return [
      needs[0] === true ? inputGradient(b, b.mul(dy, scale), normal, inverse) : undefined,
      needs[1] === true ? b.sum(b.mul(dy, normal), leading) : undefined,
      needs[2] === true ? b.sum(dy, leading) : undefined,
    ];
  },
});

/** `layer_norm` together with the mean and the inverse deviation of each line, which its gradient needs. */
export const layerNormWithStatistics = defineComposite({
  name: "layer_norm_with_statistics",
  doc: "layer_norm, the mean of each line and one over its standard deviation.",
  exposed: false,
  structure: "other",
  operands,
  attributes,
  infer: ({ operands: types, check }) => {
    if (!checkOperands(types, check)) return undefined;
    const x = elementAt(types, 0);
    const lines = { dtype: x.dtype, shape: withAxis(x.shape, x.shape.length - 1, one) };
    return [x, lines, lines];
  },
  cost: ({ operands: types }) => ({ flops: multiply(elementsOf(elementAt(types, 0)), constant(8)) }),
  samples,
  decompose: (b, { operands: values, attributes: { epsilon } }) => {
    const [x, scale, bias] = [elementAt(values, 0), elementAt(values, 1), elementAt(values, 2)];
    const axes = [x.type.shape.length - 1];
    const mean = b.mean(x, axes, true);
    const centred = b.sub(x, mean);
    const variance = b.mean(b.op("square", [centred]), axes, true);
    const inverse = b.op("rsqrt", [b.add(variance, b.scalar(epsilon, x.type.dtype))]);
    return [b.add(b.mul(b.mul(centred, inverse), scale), bias), mean, inverse];
  },
});

/** The gradient through the normalisation: g less its mean and its part along the normalised values. */
function inputGradient(b: GraphBuilder, g: Value, normal: Value, inverse: Value): Value {
  const axes = [g.type.shape.length - 1];
  const along = b.mul(normal, b.mean(b.mul(g, normal), axes, true));
  return b.mul(b.sub(b.sub(g, b.mean(g, axes, true)), along), inverse);
}
