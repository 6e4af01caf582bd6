import { constant, multiply, product, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { elementAt } from "../support/element-at.ts";
import { epsilonAttribute } from "./layer-norm.ts";
import {
  defineComposite,
  type OperandSpec,
  type Sample,
  type SampleOperand,
  type ShapeChecker,
} from "./define/operator.ts";
import { elementsOf, one, sharedDType } from "./define/shape-rules.ts";

const attributes = {
  epsilon: epsilonAttribute,
  layout: {
    kind: "string",
    doc: "NHWC where the channels are the last axis (of any rank), NCHW where they are the second.",
    default: "NHWC",
    oneOf: ["NHWC", "NCHW"],
    internal: true,
  },
} as const;

const vector = (name: string): OperandSpec => ({ name, dtype: "float", shape: "[C]" });
const operands: readonly OperandSpec[] = [
  { name: "x", dtype: "float", shape: "[..., C]" },
  vector("scale"),
  vector("bias"),
];

function channelAxis(rank: number, layout: string): number {
  return layout === "NCHW" ? 1 : rank - 1;
}

/** The axes that are averaged over. */
function batchAxes(type: TensorType, layout: string): readonly number[] {
  const channels = channelAxis(type.shape.length, layout);
  return type.shape.map((_, axis) => axis).filter((axis) => axis !== channels);
}

/** A vector over channels as it broadcasts against x. */
function overChannels(b: GraphBuilder, vectorValue: Value, type: TensorType, layout: string): Value {
  const after = type.shape.length - 1 - channelAxis(type.shape.length, layout);
  if (after === 0) return vectorValue;
  return b.reshape(vectorValue, [...vectorValue.type.shape, ...new Array<Dim>(after).fill(one)]);
}

function checkOperands(what: string, types: readonly TensorType[], layout: string, check: ShapeChecker): boolean {
  const x = elementAt(types, 0);
  if (sharedDType(types, what, check) === undefined) return false;
  if (x.shape.length < 2) {
    check.fail(`${what} normalises over all axes but the channels, and its input has rank ${x.shape.length}`);
    return false;
  }
  const channels = elementAt(x.shape, channelAxis(x.shape.length, layout));
  return types.slice(1).every(({ shape }) => {
    if (shape.length === 1) {
      return check.equal(elementAt(shape, 0), channels, `the vectors of ${what} and its channels`);
    }
    check.fail(`scale, bias and statistics of ${what} have one axis, not ${shape.length}`);
    return false;
  });
}

function trainingSample(shape: readonly number[], channels: number, layout: string): Sample {
  return {
    operands: [
      { dtype: "f32", shape, range: [-2, 3] },
      { dtype: "f32", shape: [channels], range: [0.5, 2] },
      { dtype: "f32", shape: [channels] },
    ],
    attributes: { layout },
  };
}

const trainingSamples: readonly Sample[] = [
  trainingSample([6, 3], 3, "NHWC"),
  trainingSample([2, 3, 4, 2], 2, "NHWC"),
  trainingSample([2, 3, 4, 2], 3, "NCHW"),
  trainingSample([2, 5, 3], 3, "NHWC"),
];

/** `batch_norm_training`: normalises by the batch's own statistics (Ioffe and Szegedy, 2015). */
export const batchNormTraining = defineComposite({
  name: "batch_norm_training",
  doc: "Normalises each channel by its mean and variance over the batch; gives both (the variance with divisor N) as well.",
  exposed: true,
  structure: { kind: "image", operands: ["image"], results: ["image"], follows: true },
  operands,
  attributes,
  infer: ({ operands: types, attributes: { layout }, check }) => {
    if (!checkOperands("batch_norm_training", types, layout, check)) return undefined;
    const [x, scale] = [elementAt(types, 0), elementAt(types, 1)];
    return [x, scale, scale];
  },
  cost: ({ operands: types }) => ({ flops: multiply(elementsOf(elementAt(types, 0)), constant(8)) }),
  samples: trainingSamples,
  decompose: (b, { operands: values, attributes: { epsilon, layout } }) => {
    const [x, scale, bias] = [elementAt(values, 0), elementAt(values, 1), elementAt(values, 2)];
    const axes = batchAxes(x.type, layout);
    const wide = (it: Value): Value => overChannels(b, it, x.type, layout);
    const mean = b.mean(x, axes);
    const centred = b.sub(x, wide(mean));
    const variance = b.mean(b.op("square", [centred]), axes);
    const factor = b.mul(inverseDeviation(b, variance, epsilon), scale);
    return [b.add(b.mul(centred, wide(factor)), wide(bias)), mean, variance];
  },
  gradient: ({ b, operands: values, results, gradients, attributes: { epsilon, layout }, needs }) => {
    const [dy, dMean, dVariance] = gradients;
    const [x, scale] = [elementAt(values, 0), elementAt(values, 1)];
    const [mean, variance] = [elementAt(results, 1), elementAt(results, 2)];
    const axes = batchAxes(x.type, layout);
    const wide = (it: Value): Value => overChannels(b, it, x.type, layout);
    const count = b.dimAs(product(axes.map((axis) => elementAt(x.type.shape, axis))), x.type.dtype);
    const centred = b.sub(x, wide(mean));
    const inverse = inverseDeviation(b, variance, epsilon);
    // dx = dy * byOutput + centred * byCentred + offset: three vectors over channels and few passes over images.
    const terms: Value[] = [];
    let byCentred = dVariance === undefined ? undefined : b.mul(dVariance, b.scalar(2, x.type.dtype));
    let offset = dMean;
    let dScale: Value | undefined;
    let dBias: Value | undefined;
    if (dy !== undefined) {
      dBias = b.sum(dy, axes);
      dScale = b.mul(b.sum(b.mul(dy, centred), axes), inverse);
      const factor = b.mul(scale, inverse);
      terms.push(b.mul(dy, wide(factor)));
      const pull = b.neg(b.mul(b.mul(factor, inverse), dScale));
      byCentred = byCentred === undefined ? pull : b.add(byCentred, pull);
      const shift = b.neg(b.mul(factor, dBias));
      offset = offset === undefined ? shift : b.add(offset, shift);
    }
    if (byCentred !== undefined) terms.push(b.mul(centred, wide(b.div(byCentred, count))));
    if (offset !== undefined) terms.push(wide(b.div(offset, count)));
    const dx = terms.reduce<Value | undefined>((sum, term) => (sum === undefined ? term : b.add(sum, term)), undefined);
    return [
      needs[0] === true && dx !== undefined ? b.broadcast(dx, x.type.shape) : undefined,
      needs[1] === true ? dScale : undefined,
      needs[2] === true ? dBias : undefined,
    ];
  },
});

const inferenceVectors = (channels: number): readonly SampleOperand[] => [
  { dtype: "f32", shape: [channels], range: [0.5, 2] },
  { dtype: "f32", shape: [channels] },
  { dtype: "f32", shape: [channels] },
  { dtype: "f32", shape: [channels], range: [0.5, 2] },
];

/** `batch_norm_inference`: normalises by statistics that were kept in training. */
export const batchNormInference = defineComposite({
  name: "batch_norm_inference",
  doc: "Normalises each channel by a given mean and variance, then scales and shifts it.",
  exposed: true,
  structure: { kind: "image", operands: ["image"], results: ["image"], follows: true },
  operands: [...operands, vector("mean"), vector("variance")],
  attributes,
  infer: ({ operands: types, attributes: { layout }, check }) =>
    checkOperands("batch_norm_inference", types, layout, check) ? [elementAt(types, 0)] : undefined,
  cost: ({ operands: types }) => ({ flops: multiply(elementsOf(elementAt(types, 0)), constant(2)) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [4, 3] }, ...inferenceVectors(3)] },
    { operands: [{ dtype: "f32", shape: [2, 3, 4, 2] }, ...inferenceVectors(2)], attributes: { epsilon: 1e-5 } },
    { operands: [{ dtype: "f32", shape: [2, 3, 4, 2] }, ...inferenceVectors(3)], attributes: { layout: "NCHW" } },
    { operands: [{ dtype: "f32", shape: [2, 4, 3] }, ...inferenceVectors(3)] },
  ],
  decompose: (b, { operands: values, attributes: { epsilon, layout } }) => {
    const x = elementAt(values, 0);
    const [scale, bias, mean, variance] = [1, 2, 3, 4].map((index) => elementAt(values, index));
    if (scale === undefined || bias === undefined || mean === undefined || variance === undefined) return [];
    const wide = (it: Value): Value => overChannels(b, it, x.type, layout);
    // One multiplication and one addition for each element.
    const factor = b.mul(scale, inverseDeviation(b, variance, epsilon));
    const shift = b.sub(bias, b.mul(mean, factor));
    return [b.add(b.mul(x, wide(factor)), wide(shift))];
  },
});

/** A number from 1 to 2 that hardly another text has, exact in f32. */

function inverseDeviation(b: GraphBuilder, variance: Value, epsilon: number): Value {
  return b.op("rsqrt", [b.add(variance, b.scalar(epsilon, variance.type.dtype))]);
}
