import { constant, multiply, product, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { required } from "../support/fault.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { elementAt } from "../support/element-at.ts";
import {
  defineComposite,
  type Composite,
  type NoAttributes,
  type OperandSpec,
  type Sample,
  type ShapeChecker,
} from "./define/operator.ts";
import { checkSameShape, elementsOf, shapeOfOthers, sharedDType } from "./define/shape-rules.ts";
import { always } from "./define/non-negative.ts";

/** A loss: one f32 scalar. */
export const lossType: TensorType = { dtype: "f32", shape: [] };

/** Reports unless labels have the shape of logits without their last axis. */
export function checkLabels(what: string, operands: readonly TensorType[], check: ShapeChecker): boolean {
  const [logits, labels] = [elementAt(operands, 0), elementAt(operands, 1)];
  if (logits.shape.length === 0) {
    check.fail(`the logits of ${what} need an axis of classes, and they are a scalar`);
    return false;
  }
  if (labels.shape.length === logits.shape.length) {
    check.fail(
      `the labels of ${what} are class numbers, one for each example, and have the rank of the logits`,
      "pass labels without an axis of classes; one-hot targets belong to binary_cross_entropy",
    );
    return false;
  }
  return checkSameShape(
    labels.shape,
    logits.shape.slice(0, -1),
    `the labels and the logits of ${what}, without classes,`,
    check,
  );
}

/** Labels: a number is that of every example. */
export const labelOperand: OperandSpec = {
  name: "labels",
  dtype: "i32",
  shape: "[...]",
  shapeOfNumber: ([logits]) => logits?.shape.slice(0, -1),
};

/** Two tensors of one shape. */
export const pairOperands: readonly OperandSpec[] = [
  { name: "a", dtype: "float", shape: "[...]", shapeOfNumber: shapeOfOthers },
  { name: "b", dtype: "float", shape: "[...]", shapeOfNumber: shapeOfOthers },
];

/** Labels are places among the logits' last axis. */
export const labelIndex = {
  operand: 1,
  size: ({ operands }: { readonly operands: readonly TensorType[] }): Dim =>
    required(elementAt(operands, 0).shape.at(-1), "axis of classes"),
};

/** Reports unless two tensors have one type. */
export function checkPair(what: string, operands: readonly TensorType[], check: ShapeChecker): boolean {
  const [a, b] = [elementAt(operands, 0), elementAt(operands, 1)];
  if (sharedDType(operands, what, check) === undefined) return false;
  return checkSameShape(a.shape, b.shape, `the inputs of ${what}`, check);
}

/** The mean of all elements, in f32. */
function meanOfAll(b: GraphBuilder, x: Value): Value {
  const wide = b.cast(x, "f32");
  return b.mean(
    wide,
    x.type.shape.map((_, axis) => axis),
  );
}

/** The gradient of a mean loss at each element: the loss's own over the number of elements. */
function share(b: GraphBuilder, dy: Value, type: TensorType): Value {
  return b.cast(b.div(dy, b.dimAs(product(type.shape), "f32")), type.dtype);
}

/** The logarithms of the likelihoods of labels; a share of each target, `smoothing`, goes to all classes alike. */
function likelihoods(b: GraphBuilder, operands: readonly Value[], smoothing: number): Value {
  const logarithms = b.op("log_softmax", [elementAt(operands, 0)]);
  const { dtype, shape } = logarithms.type;
  const ofLabels = b.op("take_along", [logarithms, elementAt(operands, 1)]);
  if (smoothing === 0) return ofLabels;
  const ofAll = b.mean(logarithms, [shape.length - 1]);
  return b.add(b.mul(ofLabels, b.scalar(1 - smoothing, dtype)), b.mul(ofAll, b.scalar(smoothing, dtype)));
}

/** `cross_entropy`: the mean negative log likelihood of labels. */
export const crossEntropy = defineComposite({
  name: "cross_entropy",
  doc: "The mean over all examples and positions of the negative log likelihood of the label, from logits.",
  nonNegative: always,
  exposed: true,
  structure: "other",
  operands: [{ name: "logits", dtype: "float", shape: "[..., classes]", unnormalized: true }, labelOperand],
  attributes: {
    smoothing: {
      kind: "float",
      doc: "The share of each target that goes to all classes alike (Szegedy et al. 2016).",
      default: 0,
      min: 0,
      max: 1,
    },
  },
  index: labelIndex,
  infer: ({ operands, check }) => (checkLabels("cross_entropy", operands, check) ? [lossType] : undefined),
  cost: ({ operands }) => ({ flops: multiply(elementsOf(elementAt(operands, 0)), constant(5)) }),
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [4, 3], range: [-3, 3] },
        { dtype: "i32", shape: [4], range: [0, 2] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 3, 5], range: [-3, 3] },
        { dtype: "i32", shape: [2, 3], range: [0, 4] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [5], range: [-3, 3] },
        { dtype: "i32", shape: [], data: [2] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 3, 5], range: [-3, 3] },
        { dtype: "i32", shape: [2, 3], range: [0, 4] },
      ],
      attributes: { smoothing: 0.1 },
    },
  ],
  decompose: (b, { operands, attributes }) => [b.neg(meanOfAll(b, likelihoods(b, operands, attributes.smoothing)))],
  each: (b, { operands, attributes }) => b.neg(likelihoods(b, operands, attributes.smoothing)),
  gradient: ({ b, operands, attributes: { smoothing }, g: dy, needs }) => {
    if (needs[0] !== true) return [undefined, undefined];
    const [logits, labels] = [elementAt(operands, 0), elementAt(operands, 1)];
    const { dtype, shape } = logits.type;
    // The same log_softmax as in the forward pass: common subexpressions are merged.
    const logarithms = b.op("log_softmax", [logits]);
    const scale = b.cast(b.div(dy, b.dimAs(product(labels.type.shape), "f32")), dtype);
    const sharp = b.op("cross_entropy_gradient", [logarithms, labels, scale]);
    if (smoothing === 0) return [sharp, undefined];
    const classes = elementAt(shape, shape.length - 1);
    const hot = b.op("one_hot", [labels], { depth: classes, dtype });
    const moved = b.sub(hot, b.div(b.scalar(1, dtype), b.dimAs(classes, dtype)));
    return [b.add(sharp, b.mul(moved, b.mul(scale, b.scalar(smoothing, dtype)))), undefined];
  },
});

function binaryEntropies(b: GraphBuilder, operands: readonly Value[]): Value {
  const [logits, targets] = [elementAt(operands, 0), elementAt(operands, 1)];
  return b.sub(b.op("softplus", [logits]), b.mul(logits, targets));
}

/** `binary_cross_entropy`: from logits, stable for large ones. */
export const binaryCrossEntropy = defineComposite({
  name: "binary_cross_entropy",
  doc: "The mean cross entropy of independent yes-or-no targets (0 to 1), from logits.",
  exposed: true,
  structure: "other",
  operands: [
    { name: "logits", dtype: "float", shape: "[...]", unnormalized: true, shapeOfNumber: shapeOfOthers },
    { name: "targets", dtype: "float", shape: "[...]", shapeOfNumber: shapeOfOthers },
  ],
  attributes: {},
  infer: ({ operands, check }) => (checkPair("binary_cross_entropy", operands, check) ? [lossType] : undefined),
  cost: ({ operands }) => ({ flops: multiply(elementsOf(elementAt(operands, 0)), constant(5)) }),
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [4, 3], range: [-3, 3] },
        { dtype: "f32", shape: [4, 3], range: [0, 1] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [4], data: [80, -80, 30, -30] },
        { dtype: "f32", shape: [4], data: [1, 1, 0, 0] },
      ],
    },
  ],
  decompose: (b, { operands }) => [meanOfAll(b, binaryEntropies(b, operands))],
  each: (b, { operands }) => binaryEntropies(b, operands),
  gradient: ({ b, operands, g: dy, needs }) => {
    const [logits, targets] = [elementAt(operands, 0), elementAt(operands, 1)];
    const scale = share(b, dy, logits.type);
    return [
      needs[0] === true ? b.mul(b.sub(b.op("sigmoid", [logits]), targets), scale) : undefined,
      needs[1] === true ? b.mul(b.neg(logits), scale) : undefined,
    ];
  },
});

interface PairLoss {
  readonly name: string;
  readonly doc: string;
  readonly each: (b: GraphBuilder, difference: Value) => Value;
  readonly samples?: readonly Sample[];
}

function definePairLoss(spec: PairLoss): Composite<NoAttributes> {
  const each = (b: GraphBuilder, operands: readonly Value[]): Value =>
    spec.each(b, b.sub(elementAt(operands, 0), elementAt(operands, 1)));
  return defineComposite({
    name: spec.name,
    doc: spec.doc,
    exposed: true,
    structure: "other",
    nonNegative: always,
    operands: pairOperands,
    attributes: {},
    infer: ({ operands, check }) => (checkPair(spec.name, operands, check) ? [lossType] : undefined),
    cost: ({ operands }) => ({ flops: multiply(elementsOf(elementAt(operands, 0)), constant(3)) }),
    samples: pairSamples,
    decompose: (b, { operands }) => [meanOfAll(b, each(b, operands))],
    each: (b, { operands }) => each(b, operands),
  });
}

const pairSamples: readonly Sample[] = [
  {
    operands: [
      { dtype: "f32", shape: [4, 3], range: [-2, 0], distinct: true },
      { dtype: "f32", shape: [4, 3], range: [0.5, 2], distinct: true },
    ],
  },
  {
    operands: [
      { dtype: "f32", shape: [5], range: [1, 2] },
      { dtype: "f32", shape: [5], range: [-2, -1] },
    ],
  },
];

/** `mse`: the mean squared error. */
export const mse = definePairLoss({
  name: "mse",
  doc: "The mean squared error.",
  each: (b, difference) => b.op("square", [difference]),
});

/** `mae`: the mean absolute error. */
export const mae = definePairLoss({
  name: "mae",
  doc: "The mean absolute error.",
  each: (b, difference) => b.op("abs", [difference]),
});

function huberErrors(b: GraphBuilder, operands: readonly Value[], delta: number): Value {
  const a = elementAt(operands, 0);
  const { dtype } = a.type;
  const error = b.op("abs", [b.sub(a, elementAt(operands, 1))]);
  // With q = min(error, delta): q^2 / 2 + delta * (error - q) is both branches at once.
  const near = b.op("minimum", [error, b.scalar(delta, dtype)]);
  const far = b.sub(error, near);
  const half = b.mul(b.op("square", [near]), b.scalar(0.5, dtype));
  return b.add(half, b.mul(far, b.scalar(delta, dtype)));
}

/** `huber`: squared below `delta`, linear above. */
export const huber = defineComposite({
  name: "huber",
  doc: "The mean Huber loss: half the square of an error up to delta, linear beyond.",
  nonNegative: always,
  exposed: true,
  structure: "other",
  operands: pairOperands,
  attributes: { delta: { kind: "float", doc: "The error at which the loss becomes linear.", default: 1, above: 0 } },
  infer: ({ operands, check }) => (checkPair("huber", operands, check) ? [lossType] : undefined),
  cost: ({ operands }) => ({ flops: multiply(elementsOf(elementAt(operands, 0)), constant(6)) }),
  samples: [...pairSamples, ...pairSamples.map((sample) => ({ ...sample, attributes: { delta: 2.5 } }))],
  decompose: (b, { operands, attributes }) => [meanOfAll(b, huberErrors(b, operands, attributes.delta))],
  each: (b, { operands, attributes }) => huberErrors(b, operands, attributes.delta),
});

function divergences(b: GraphBuilder, operands: readonly Value[]): Value {
  const [mean, logvar] = [elementAt(operands, 0), elementAt(operands, 1)];
  const { dtype, shape } = mean.type;
  const terms = b.sub(b.add(b.op("square", [mean]), b.op("exp", [logvar])), b.add(logvar, b.scalar(1, dtype)));
  return b.sum(b.mul(terms, b.scalar(0.5, dtype)), [shape.length - 1]);
}

/** `kl_normal`: the divergence of normal distributions from the standard one. */
export const klNormal = defineComposite({
  name: "kl_normal",
  doc: "The divergence of diagonal normal distributions from the standard one: the sum over the last axis, its mean over the rest.",
  nonNegative: always,
  exposed: true,
  structure: "other",
  operands: [
    { name: "mean", dtype: "float", shape: "[..., Z]", shapeOfNumber: shapeOfOthers },
    { name: "logvar", dtype: "float", shape: "[..., Z]", shapeOfNumber: shapeOfOthers },
  ],
  attributes: {},
  infer: ({ operands, check }) => {
    if (!checkPair("kl_normal", operands, check)) return undefined;
    if (elementAt(operands, 0).shape.length === 0) return check.fail("kl_normal needs an axis to sum over");
    return [lossType];
  },
  cost: ({ operands }) => ({ flops: multiply(elementsOf(elementAt(operands, 0)), constant(6)) }),
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [4, 3], range: [-2, 2] },
        { dtype: "f32", shape: [4, 3], range: [-1, 1] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [3], range: [-2, 2] },
        { dtype: "f32", shape: [3], range: [-1, 1] },
      ],
    },
  ],
  decompose: (b, { operands }) => [meanOfAll(b, divergences(b, operands))],
  each: (b, { operands }) => divergences(b, operands),
});
