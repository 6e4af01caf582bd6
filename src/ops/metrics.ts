import { product } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { checkLabels, checkPair, labelIndex, lossType } from "./losses.ts";
import {
  defineComposite,
  type Composite,
  type MetricTrait,
  type NoAttributes,
  type OperandSpec,
  type Sample,
  type ShapeChecker,
} from "./define/operator.ts";
import { elementsOf } from "./define/shape-rules.ts";

/** What all metrics are declared with. */
interface SharedSpec {
  readonly name: string;
  readonly doc: string;
  readonly operands: readonly OperandSpec[];
  readonly check: (what: string, operands: readonly TensorType[], check: ShapeChecker) => boolean;
  readonly samples: readonly Sample[];
  readonly index?: typeof labelIndex;
  readonly better: MetricTrait["better"];
}

interface MetricSpec<N extends string> extends SharedSpec {
  /** What is gathered over examples, and added up: f32 of static shapes. */
  readonly accumulators: Readonly<Record<N, TensorType>>;
  /** What the examples of a batch give to each. */
  readonly gather: (b: GraphBuilder, operands: readonly Value[]) => Readonly<Record<N, Value>>;
  /** The figure, of what all examples have given. */
  readonly finish: (b: GraphBuilder, accumulators: Readonly<Record<N, Value>>) => Value;
}

/** Declares a metric: an operator whose results are what a batch gives to its accumulators. */
export function defineMetric<const N extends string>(spec: MetricSpec<N>): Composite<NoAttributes> {
  const names = Object.keys(spec.accumulators) as N[];
  return defineComposite({
    name: spec.name,
    doc: spec.doc,
    exposed: true,
    structure: "other",
    operands: spec.operands,
    attributes: {},
    ...(spec.index !== undefined && { index: spec.index }),
    infer: ({ operands, check }) =>
      spec.check(spec.name, operands, check) ? names.map((it) => spec.accumulators[it]) : undefined,
    cost: ({ operands }) => ({ flops: elementsOf(elementAt(operands, 0)) }),
    samples: spec.samples,
    metric: {
      better: spec.better,
      accumulators: names,
      finish: (b, accumulators) => {
        const entries = names.map((it, at) => [it, elementAt(accumulators, at)]);
        return spec.finish(b, Object.fromEntries(entries) as Record<N, Value>);
      },
    },
    decompose: (b, { operands }) => {
      const given = spec.gather(b, operands);
      return names.map((it) => given[it]);
    },
  });
}

/** What makes a metric of whatever gives a sum and a count: the mean. */
export function meanOf(better: MetricTrait["better"]): MetricTrait {
  return {
    better,
    accumulators: ["sum", "count"],
    finish: (b, [sum, count]) => b.div(required(sum, "sum"), required(count, "count")),
  };
}

interface MeanSpec extends SharedSpec {
  /** The value of each counted example or position, a float. */
  readonly each: (b: GraphBuilder, operands: readonly Value[]) => Value;
  /** What is made of the mean of all of them, where it is not the figure itself. */
  readonly finish?: (b: GraphBuilder, mean: Value) => Value;
}

/** Declares the mean over all examples and positions: their sum, and how many there are. */
function defineMean({ each, finish, ...shared }: MeanSpec): Composite<NoAttributes> {
  return defineMetric({
    ...shared,
    accumulators: { sum: lossType, count: lossType },
    gather: (b, operands) => {
      const values = b.cast(each(b, operands), "f32");
      const axes = values.type.shape.map((_, axis) => axis);
      return { sum: b.sum(values, axes), count: b.dimAs(product(values.type.shape), "f32") };
    },
    finish: (b, { sum, count }) => {
      const mean = b.div(sum, count);
      return finish === undefined ? mean : finish(b, mean);
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
export const accuracy = defineMean({
  name: "accuracy",
  doc: "How often the largest logit is that of the label.",
  better: "higher",
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
export const perplexity = defineMean({
  name: "perplexity",
  doc: "The negative log likelihood of labels; the exponential of its mean is reported.",
  better: "lower",
  finish: (b, mean) => b.op("exp", [mean]),
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
export const binaryAccuracy = defineMean({
  name: "binary_accuracy",
  doc: "How often a logit is positive exactly where its target is above one half.",
  better: "higher",
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
export const meanSquaredError = defineMean({
  name: "mean_squared_error",
  doc: "The squared error of each element.",
  better: "lower",
  operands: paired,
  check: checkPair,
  samples: pairSamples,
  each: (b, operands) => b.op("square", [b.sub(elementAt(operands, 0), elementAt(operands, 1))]),
});

/** `mean_absolute_error` as a metric. */
export const meanAbsoluteError = defineMean({
  name: "mean_absolute_error",
  doc: "The absolute error of each element.",
  better: "lower",
  operands: paired,
  check: checkPair,
  samples: pairSamples,
  each: (b, operands) => b.op("abs", [b.sub(elementAt(operands, 0), elementAt(operands, 1))]),
});
