import { constant, multiply } from "../../../dims/dim.ts";
import { elementAt } from "../../../support/element-at.ts";
import { first } from "../../../ops/define/elementwise.ts";
import { sameShape, withAxis } from "../../../ops/define/shape-rules.ts";
import { required } from "../../../support/fault.ts";
import { tfjsDType } from "../tfjs-dtype.ts";
import type { Expression } from "../../structured/tree.ts";
import type { TfjsWriter } from "../tfjs-writer.ts";
import { broadcast } from "./broadcast.ts";
import type { TfjsLowerings } from "./lowering.ts";

/** Operators that lay tensors out anew, as TensorFlow.js says them. */
export const shapes = {
  reshape: (writer, { args, operands, attributes: { shape } }) =>
    sameShape(first(operands).type.shape, shape) ? first(args) : writer.tf("reshape", first(args), writer.shape(shape)),
  transpose: (writer, { args, attributes }) => writer.tf("transpose", first(args), writer.numbers(attributes.perm)),
  broadcast_to: (writer, { args, operands, attributes: { shape } }) =>
    broadcast(writer, first(args), first(operands).type, shape),
  concat: (writer, { args, attributes }) => writer.tf("concat", writer.array(args), writer.number(attributes.axis)),
  stack: {
    lower: (writer, { args, attributes }) => writer.tf("stack", writer.array(args), writer.number(attributes.axis)),
  },
  // TensorFlow.js cannot differentiate either where there is one piece alone.
  split: {
    lower: (writer, { args, results, attributes: { axis } }) => {
      if (results.length === 1) return writer.array([first(args)]);
      const sizes = results.map((it) => required(it.type.shape[axis], "piece"));
      return writer.tf("split", first(args), writer.shape(sizes), writer.number(axis));
    },
  },
  unstack: {
    lower: (writer, { args, results, attributes: { axis } }) =>
      results.length === 1
        ? writer.array([writer.tf("squeeze", first(args), writer.array([writer.number(axis)]))])
        : writer.tf("unstack", first(args), writer.number(axis)),
  },
  slice: (writer, { args, operands, attributes: { axis, start, size, step } }) => {
    const x = first(args);
    const { shape } = first(operands).type;
    if (step === 1) return cut(writer, x, shape.length, axis, writer.dim(start), writer.dim(size));
    // TensorFlow.js cannot differentiate stridedSlice: rows of `step` elements, of which the first is kept.
    const padding = shape.map((_, index) => writer.numbers([0, index === axis ? step - 1 : 0]));
    const whole = writer.tf("pad", x, writer.array(padding));
    const run = cut(writer, whole, shape.length, axis, writer.dim(start), writer.dim(multiply(size, constant(step))));
    const row = shape.slice(axis + 1).reduce(multiply, constant(1));
    const rows = writer.array([writer.number(-1), writer.number(step), writer.dim(row)]);
    const kept = cut(writer, writer.tf("reshape", run, rows), 3, 1, writer.number(0), writer.number(1));
    return writer.tf("reshape", kept, writer.shape(withAxis(shape, axis, size)));
  },
  scatter_slice: "decomposed",
  pad: "decomposed",
  pad_constant: (writer, { args, attributes: { before, after, value } }) => {
    const borders = writer.array(before.map((it, axis) => writer.shape([it, required(after[axis], "border")])));
    return value === 0
      ? writer.tf("pad", first(args), borders)
      : writer.tf("pad", first(args), borders, writer.attribute("value"));
  },
  flip: (writer, { args, attributes }) => writer.tf("reverse", first(args), writer.number(attributes.axis)),
  range: (writer, { attributes: { size, dtype } }) =>
    writer.tf("range", writer.number(0), writer.dim(size), writer.number(1), writer.string(tfjsDType(dtype))),
  rearrange: "decomposed",
  steps_within: "decomposed",
  causal_mask: {
    lower: (writer, { args, attributes }) =>
      attributes.value === -1e9
        ? writer.helper("causalMask", elementAt(args, 0))
        : writer.helper("causalMask", elementAt(args, 0), writer.attribute("value")),
  },
  cumprod: "decomposed",
  cummax: "decomposed",
  cummin: "decomposed",
  cumlogsumexp: "decomposed",
  roll: "decomposed",
  tile: "decomposed",
  repeat_each: "decomposed",
  cumsum: (writer, { args, operands, attributes: { axis, exclusive, reverse } }) => {
    const rank = first(operands).type.shape.length;
    const sums = (x: Expression) =>
      writer.tf("cumsum", x, writer.number(rank - 1), writer.boolean(exclusive), writer.boolean(reverse));
    if (axis === rank - 1) return sums(first(args));
    // Along other axes than the last TensorFlow.js gives the gradient of another shape.
    const swap = Array.from({ length: rank }, (_, it) => (it === axis ? rank - 1 : it === rank - 1 ? axis : it));
    const swapped = writer.tf("transpose", first(args), writer.numbers(swap));
    return writer.tf("transpose", sums(swapped), writer.numbers(swap));
  },
} satisfies Partial<TfjsLowerings>;

/** `tf.slice` of one axis. */
function cut(
  writer: TfjsWriter,
  x: Expression,
  rank: number,
  axis: number,
  start: Expression,
  size: Expression,
): Expression {
  const begins = Array.from({ length: rank }, (_, index) => (index === axis ? start : writer.number(0)));
  const sizes = Array.from({ length: rank }, (_, index) => (index === axis ? size : writer.number(-1)));
  return writer.tf("slice", x, writer.array(begins), writer.array(sizes));
}
