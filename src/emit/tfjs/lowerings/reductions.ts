import { isFloat } from "../../../ops/define/dtype-class.ts";
import { first } from "../../../ops/define/elementwise.ts";
import type { reductionAttributes } from "../../../ops/reductions.ts";
import { type softmaxAttributes, softmaxAxis } from "../../../ops/softmax.ts";
import type { Expression } from "../../structured/tree.ts";
import type { TfjsWriter } from "../tfjs-writer.ts";
import type { TfjsLowering, TfjsLowerings } from "./lowering.ts";

/** Operators that sum up axes, or divide by such a sum, as TensorFlow.js says them. */
export const reductions = {
  sum: reduction("sum"),
  mean: reduction("mean"),
  max: reduction("max", "largest"),
  min: reduction("min", "smallest"),
  prod: reduction("prod"),
  logsumexp: {
    lower: (writer, { args, attributes }) =>
      writer.tf("logSumExp", first(args), writer.numbers(attributes.axes), writer.boolean(attributes.keep)),
  },
  variance: "decomposed",
  std: "decomposed",
  norm: "decomposed",
  any: "decomposed",
  all: "decomposed",
  softmax: normalised("softmax"),
  log_softmax: normalised("logSoftmax"),
} satisfies Partial<TfjsLowerings>;

/** TensorFlow.js normalises the last axis alone: another one is swapped with it and back. */
function lastAxisFirst(
  writer: TfjsWriter,
  x: Expression,
  axis: number,
  rank: number,
  apply: (x: Expression) => Expression,
): Expression {
  if (axis === rank - 1) return apply(x);
  const perm = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  const swap = (it: Expression): Expression => writer.tf("transpose", it, writer.numbers(perm));
  return swap(apply(swap(x)));
}

/** A reduction by a function of `tf`; of real numbers by a helper, where that differentiates it better. */
function reduction(name: string, helper?: string): TfjsLowering<typeof reductionAttributes> {
  return (writer, { args, operands, attributes }) => {
    const kept = attributes.keep ? [writer.boolean(true)] : [];
    const given = [first(args), writer.numbers(attributes.axes), ...kept];
    const helps = helper !== undefined && isFloat(first(operands).type.dtype);
    return helps ? writer.helper(helper, ...given) : writer.tf(name, ...given);
  };
}

function normalised(name: string): TfjsLowering<typeof softmaxAttributes> {
  return (writer, { operands, args, attributes: { axis } }) => {
    const rank = first(operands).type.shape.length;
    return lastAxisFirst(writer, first(args), softmaxAxis(axis, rank), rank, (x) => writer.tf(name, x));
  };
}
