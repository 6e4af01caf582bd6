import { elu, gelu, hardSigmoid, leakyRelu, silu } from "./activations.ts";
import { adaptiveAvgPool, adaptiveMaxPool } from "./adaptive-pools.ts";
import { argmax, argmin } from "./arg-extremes.ts";
import { add, div, floorDiv, maximum, minimum, mod, mul, pow, sub } from "./arithmetic.ts";
import { avgPool, avgPoolGradient } from "./avg-pool.ts";
import { batchNormInference, batchNormTraining } from "./batch-norm.ts";
import { broadcastTo } from "./broadcast-to.ts";
import { cast } from "./cast.ts";
import { causalMask } from "./causal-mask.ts";
import { clip } from "./clip.ts";
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./comparisons.ts";
import { concat, stack } from "./concat.ts";
import { convInputGradient, convKernelGradient } from "./conv-gradients.ts";
import { convTranspose } from "./conv-transpose.ts";
import { conv } from "./conv.ts";
import { crossEntropyGradient } from "./cross-entropy-gradient.ts";
import { cumprod } from "./cumprod.ts";
import { cumsum } from "./cumsum.ts";
import { dropout } from "./dropout.ts";
import { einsum } from "./einsum.ts";
import { flip } from "./flip.ts";
import { gather, scatterAdd } from "./gather.ts";
import { gru } from "./gru.ts";
import { identity, stopGradient } from "./identity.ts";
import { layerNorm, layerNormWithStatistics } from "./layer-norm.ts";
import { onesLike, zerosLike } from "./like.ts";
import { logicalAnd, logicalNot, logicalOr } from "./logic.ts";
import { binaryCrossEntropy, crossEntropy, huber, klNormal, mae, mse } from "./losses.ts";
import { lpPool } from "./lp-pool.ts";
import { lstm } from "./lstm.ts";
import { matmul } from "./matmul.ts";
import { maxPool, maxPoolGradient } from "./max-pool.ts";
import { logsumexp, variance } from "./moments.ts";
import { oneHot } from "./one-hot.ts";
import type { Operator } from "./define/operator.ts";
import { padConstant } from "./pad-constant.ts";
import { pad } from "./pad.ts";
import { randomBits, randomNormal, randomUniform } from "./random/draws.ts";
import { foldKey } from "./random/fold-key.ts";
import { normalLike, uniformLike } from "./random/likes.ts";
import { orthogonalize } from "./random/orthogonalize.ts";
import { range } from "./range.ts";
import { rearrange } from "./rearrange.ts";
import { max, mean, min, prod, sum } from "./reductions.ts";
import { reshape } from "./reshape.ts";
import { ceil, floor, round } from "./rounding.ts";
import { simpleRnn } from "./simple-rnn.ts";
import { scatterSlice, slice } from "./slice.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { split, unstack } from "./split.ts";
import { stepsWithin } from "./steps-within.ts";
import { quantile } from "./quantile.ts";
import { putAlong, takeAlong } from "./take-along.ts";
import { transpose } from "./transpose.ts";
import { acos, acosh, asin, asinh, atan, atan2, atanh, cosh, sinh, tan } from "./trigonometry.ts";
import { all, any } from "./truths.ts";
import { cumlogsumexp, cummax, cummin } from "./running-extremes.ts";
import { gatherAlong, scatterAlong } from "./gather-along.ts";
import { norm, std } from "./norms.ts";
import { repeatEach, roll, tile } from "./roll.ts";
import { argsort, sort, topK, topPlaces } from "./sorting.ts";
import {
  abs,
  cos,
  erf,
  exp,
  expm1,
  gate,
  log,
  log1p,
  neg,
  reciprocal,
  relu,
  rsqrt,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  tanh,
} from "./unary.ts";
import { where } from "./where.ts";

/** Every operator there is, by name; one line each. */
export const operators = {
  abs,
  acos,
  acosh,
  adaptive_avg_pool: adaptiveAvgPool,
  adaptive_max_pool: adaptiveMaxPool,
  add,
  all,
  any,
  argmax,
  argmin,
  argsort,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  avg_pool: avgPool,
  avg_pool_gradient: avgPoolGradient,
  batch_norm_inference: batchNormInference,
  batch_norm_training: batchNormTraining,
  binary_cross_entropy: binaryCrossEntropy,
  broadcast_to: broadcastTo,
  cast,
  causal_mask: causalMask,
  cumlogsumexp,
  cummax,
  cummin,
  gather_along: gatherAlong,
  norm,
  repeat_each: repeatEach,
  roll,
  scatter_along: scatterAlong,
  sort,
  std,
  steps_within: stepsWithin,
  ceil,
  clip,
  concat,
  conv,
  conv_input_gradient: convInputGradient,
  conv_kernel_gradient: convKernelGradient,
  conv_transpose: convTranspose,
  cos,
  cosh,
  cross_entropy: crossEntropy,
  cross_entropy_gradient: crossEntropyGradient,
  cumprod,
  cumsum,
  div,
  dropout,
  einsum,
  elu,
  equal,
  erf,
  exp,
  expm1,
  flip,
  floor,
  floor_div: floorDiv,
  fold_key: foldKey,
  gather,
  gelu,
  greater,
  greater_equal: greaterEqual,
  gru,
  hard_sigmoid: hardSigmoid,
  huber,
  identity,
  kl_normal: klNormal,
  layer_norm: layerNorm,
  layer_norm_with_statistics: layerNormWithStatistics,
  leaky_relu: leakyRelu,
  less,
  less_equal: lessEqual,
  log,
  log1p,
  log_softmax: logSoftmax,
  logical_and: logicalAnd,
  logical_not: logicalNot,
  logical_or: logicalOr,
  logsumexp,
  lp_pool: lpPool,
  lstm,
  mae,
  matmul,
  max,
  max_pool: maxPool,
  max_pool_gradient: maxPoolGradient,
  maximum,
  mean,
  min,
  minimum,
  mod,
  mse,
  mul,
  neg,
  normal_like: normalLike,
  not_equal: notEqual,
  one_hot: oneHot,
  ones_like: onesLike,
  orthogonalize,
  pad,
  pad_constant: padConstant,
  pow,
  prod,
  put_along: putAlong,
  quantile,
  random_bits: randomBits,
  random_normal: randomNormal,
  random_uniform: randomUniform,
  range,
  rearrange,
  reciprocal,
  relu,
  reshape,
  round,
  rsqrt,
  scatter_add: scatterAdd,
  scatter_slice: scatterSlice,
  gate,
  sigmoid,
  sign,
  silu,
  simple_rnn: simpleRnn,
  sin,
  sinh,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  square,
  stack,
  stop_gradient: stopGradient,
  sub,
  sum,
  take_along: takeAlong,
  tan,
  tanh,
  tile,
  top_k: topK,
  top_places: topPlaces,
  transpose,
  uniform_like: uniformLike,
  unstack,
  variance,
  where,
  zeros_like: zerosLike,
} satisfies Readonly<Record<string, Operator>>;

type Operators = typeof operators;

/** The name of an operator. */
export type OperatorName = keyof Operators;

/** The name of an operator that every target has a form for. */
export type PrimitiveName = { [N in OperatorName]: Operators[N]["kind"] extends "primitive" ? N : never }[OperatorName];

/** The name of an operator that is defined by others. */
export type CompositeName = Exclude<OperatorName, PrimitiveName>;

/** The attribute schema of an operator, by its name. */
export type AttributesOfOperator<N extends OperatorName> = Operators[N]["attributes"];

const byName: ReadonlyMap<string, Operator> = new Map<string, Operator>(Object.entries(operators));

/** The operator of a name, or undefined. */
export function findOperator(name: string): Operator | undefined {
  return byName.get(name);
}

/** All operators, in the order of their names. */
export const allOperators: readonly Operator[] = [...byName.values()];
