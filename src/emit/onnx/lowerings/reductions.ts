import { first } from "../../../ops/define/elementwise.ts";
import type { reductionAttributes } from "../../../ops/reductions.ts";
import { type softmaxAttributes, softmaxAxis } from "../../../ops/softmax.ts";
import type { OnnxLowering, OnnxLowerings } from "./lowering.ts";

/** Operators that sum up axes, or divide by such a sum, as ONNX says them. */
export const reductions = {
  sum: reduction("ReduceSum"),
  mean: reduction("ReduceMean"),
  max: reduction("ReduceMax"),
  min: reduction("ReduceMin"),
  prod: reduction("ReduceProd"),
  logsumexp: "decomposed",
  variance: "decomposed",
  std: "decomposed",
  norm: "decomposed",
  any: "decomposed",
  all: "decomposed",
  softmax: normalised("Softmax"),
  log_softmax: normalised("LogSoftmax"),
} satisfies Partial<OnnxLowerings>;

function reduction(type: string): OnnxLowering<typeof reductionAttributes> {
  return (writer, { refs, attributes }) => [
    writer.node(type, [first(refs), writer.ints(attributes.axes)], {
      keepdims: { int: attributes.keep ? 1 : 0 },
      noop_with_empty_axes: { int: 1 },
    }),
  ];
}

function normalised(type: string): OnnxLowering<typeof softmaxAttributes> {
  return (writer, { operands, refs, attributes: { axis } }) => [
    writer.node(type, refs, { axis: { int: softmaxAxis(axis, first(operands).type.shape.length) } }),
  ];
}
