import { product } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { Metric } from "../ir/program.ts";
import type { TensorType } from "../ir/types.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { elementAt } from "../support/element-at.ts";
import { checkLabels, checkPair, labelIndex, lossType } from "./losses.ts";
import {
  defineComposite,
  type Composite,
  type NoAttributes,
  type OperandSpec,
  type Sample,
  type ShapeChecker,
} from "./define/operator.ts";
import { elementsOf } from "./define/shape-rules.ts";

interface MetricSpec {
  readonly name: string;
  readonly doc: string;
  readonly operands: readonly OperandSpec[];
  readonly check: (what: string, operands: readonly TensorType[], check: ShapeChecker) => boolean;
  readonly samples: readonly Sample[];
  readonly index?: typeof labelIndex;
  readonly metric: Omit<Metric, "name">;
  /** The value of each counted example or position, a float. */
  readonly each: (b: GraphBuilder, operands: readonly Value[]) => Value;
}

/** A metric: the f32 sum over all examples and positions, and their number. Batches add both up. */
function defineMetric(spec: MetricSpec): Composite<NoAttributes> {
  return defineComposite({
    name: spec.name,
    doc: spec.doc,
    exposed: true,
    structure: "other",
    operands: spec.operands,
    attributes: {},
    ...(spec.index !== undefined && { index: spec.index }),
    infer: ({ operands, check }) => (spec.check(spec.name, operands, check) ? [lossType, lossType] : undefined),
    cost: ({ operands }) => ({ flops: elementsOf(elementAt(operands, 0)) }),
    samples: spec.samples,
    metric: spec.metric,
    decompose: (b, { operands }) => {
      const each = b.cast(spec.each(b, operands), "f32");
      const sum = b.sum(
        each,
        each.type.shape.map((_, axis) => axis),
      );
      return [sum, b.dimAs(product(each.type.shape), "f32")];
    },
  });
}

const logits: OperandSpec = { name: "logits", dtype: "float", shape: "[..., classes]" };
const labels: OperandSpec = { name: "labels", dtype: "i32", shape: "[...]" };

const paired: readonly OperandSpec[] = [
  { name: "a", dtype: "float", shape: "[...]" },
  { name: "b", dtype: "float", shape: "[...]" },
];

const labelSamples: readonly Sample[] = [
  {
    operands: [
      { dtype: "f32", shape: [6, 3], range: [-3, 3], distinct: true },
      { dtype: "i32", shape: [6], range: [0, 2] },
    ],
    skipGradient: true,
  },
  {
    operands: [
      { dtype: "f32", shape: [2, 3, 4], range: [-3, 3], distinct: true },
      { dtype: "i32", shape: [2, 3], range: [0, 3] },
    ],
    skipGradient: true,
  },
];

const pairSamples: readonly Sample[] = [
  {
    operands: [
      { dtype: "f32", shape: [4, 3], range: [-2, 0] },
      { dtype: "f32", shape: [4, 3], range: [0.5, 2] },
    ],
  },
];

/** `accuracy`: how often the largest logit is the label's. */
export const accuracy = defineMetric({
  name: "accuracy",
  doc: "How often the largest logit is that of the label.",
  metric: { finish: "mean", better: "higher" },
  operands: [logits, labels],
  index: labelIndex,
  check: checkLabels,
  samples: labelSamples,
  each: (b, operands) => {
    const [logits, labels] = [elementAt(operands, 0), elementAt(operands, 1)];
    return b.op("equal", [b.op("argmax", [logits], { axis: logits.type.shape.length - 1 }), labels]);
  },
});

/** `perplexity`: the negative log likelihoods; reports take the exponential of their mean. */
export const perplexity = defineMetric({
  name: "perplexity",
  doc: "The negative log likelihood of labels; the exponential of its mean is reported.",
  metric: { finish: "exp_mean", better: "lower" },
  operands: [{ ...logits, unnormalized: true }, labels],
  index: labelIndex,
  check: checkLabels,
  samples: labelSamples.map(({ operands }) => ({ operands })),
  each: (b, operands) => {
    const [logits, labels] = [elementAt(operands, 0), elementAt(operands, 1)];
    return b.neg(b.op("take_along", [b.op("log_softmax", [logits]), labels]));
  },
});

/** `binary_accuracy`: how often the sign of a logit is right. */
export const binaryAccuracy = defineMetric({
  name: "binary_accuracy",
  doc: "How often a logit is positive exactly where its target is above one half.",
  metric: { finish: "mean", better: "higher" },
  operands: [
    { name: "logits", dtype: "float", shape: "[...]", unnormalized: true },
    { name: "targets", dtype: "float", shape: "[...]" },
  ],
  check: checkPair,
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [4, 3], range: [-3, 3] },
        { dtype: "f32", shape: [4, 3], range: [0, 1] },
      ],
      skipGradient: true,
    },
  ],
  each: (b, operands) => {
    const [logits, targets] = [elementAt(operands, 0), elementAt(operands, 1)];
    const yes = b.op("greater", [logits, b.scalar(0, logits.type.dtype)]);
    const wanted = b.op("greater", [targets, b.scalar(0.5, targets.type.dtype)]);
    return b.op("equal", [b.cast(yes, "i32"), b.cast(wanted, "i32")]);
  },
});

/** `mean_squared_error` as a metric. */
export const meanSquaredError = defineMetric({
  name: "mean_squared_error",
  doc: "The squared error of each element.",
  metric: { finish: "mean", better: "lower" },
  operands: paired,
  check: checkPair,
  samples: pairSamples,
  each: (b, operands) => b.op("square", [b.sub(elementAt(operands, 0), elementAt(operands, 1))]),
});

/** `mean_absolute_error` as a metric. */
export const meanAbsoluteError = defineMetric({
  name: "mean_absolute_error",
  doc: "The absolute error of each element.",
  metric: { finish: "mean", better: "lower" },
  operands: paired,
  check: checkPair,
  samples: pairSamples,
  each: (b, operands) => b.op("abs", [b.sub(elementAt(operands, 0), elementAt(operands, 1))]),
});
