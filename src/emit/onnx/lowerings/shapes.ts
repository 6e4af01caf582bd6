import { add } from "../../../dims/dim.ts";
import { first } from "../../../ops/define/elementwise.ts";
import { sliceSpan } from "../../../ops/slice.ts";
import { required } from "../../../support/fault.ts";
import { inBothModes, type OnnxLowerings } from "./lowering.ts";

/** ONNX's "until before the first element" for a slice that runs backwards. */
const beforeFirst = -2147483648;

/** Operators that lay tensors out anew, as ONNX says them. */
export const shapes = {
  reshape: (writer, { refs, attributes }) => [
    writer.node("Reshape", [first(refs), writer.shape(attributes.shape, { inferable: true })]),
  ],
  transpose: (writer, { refs, attributes }) => [writer.node("Transpose", refs, { perm: { ints: attributes.perm } })],
  broadcast_to: (writer, { refs, attributes }) => [
    writer.node("Expand", [first(refs), writer.shape(attributes.shape)]),
  ],
  concat: (writer, { refs, attributes }) => [writer.node("Concat", refs, { axis: { int: attributes.axis } })],
  stack: "decomposed",
  split: inBothModes({
    lower: (writer, { refs, results, attributes: { axis } }) => {
      const sizes = results.map((it) => required(it.type.shape[axis], "piece"));
      return writer.nodes("Split", [first(refs), writer.shape(sizes)], results.length, { axis: { int: axis } });
    },
  }),
  unstack: "decomposed",
  slice: (writer, { refs, attributes: { axis, start, size, step } }) => [
    writer.node("Slice", [
      first(refs),
      writer.shape([start]),
      writer.shape([add(start, sliceSpan(size, step))]),
      writer.ints([axis]),
      ...(step === 1 ? [] : [writer.ints([step])]),
    ]),
  ],
  scatter_slice: "decomposed",
  pad: "decomposed",
  pad_constant: (writer, { refs, operands, attributes: { before, after, value } }) => [
    writer.node("Pad", [
      first(refs),
      writer.shape([...before, ...after]),
      ...(value === 0 ? [] : [writer.constant(first(operands).type.dtype, value)]),
    ]),
  ],
  flip: (writer, { refs, attributes }) => [
    writer.node("Slice", [
      first(refs),
      writer.ints([-1]),
      writer.ints([beforeFirst]),
      writer.ints([attributes.axis]),
      writer.ints([-1]),
    ]),
  ],
  range: (writer, { attributes: { size, dtype } }) => {
    const whole = writer.node("Range", [writer.constant("i64", 0), writer.dim(size), writer.constant("i64", 1)]);
    return [dtype === "i64" ? whole : writer.cast(whole, dtype)];
  },
  rearrange: "decomposed",
  causal_mask: "decomposed",
  steps_within: "decomposed",
  cumprod: "decomposed",
  cummax: "decomposed",
  cummin: "decomposed",
  cumlogsumexp: "decomposed",
  roll: "decomposed",
  tile: "decomposed",
  repeat_each: "decomposed",
  cumsum: (writer, { refs, attributes }) => [
    writer.node("CumSum", [first(refs), writer.constant("i64", attributes.axis)], {
      exclusive: { int: attributes.exclusive ? 1 : 0 },
      reverse: { int: attributes.reverse ? 1 : 0 },
    }),
  ],
} satisfies Partial<OnnxLowerings>;
