import { constant } from "../../../dims/dim.ts";
import type { argExtremeAttributes } from "../../../ops/arg-extremes.ts";
import type { Value } from "../../../ir/graph.ts";
import { isFloat } from "../../../ops/define/dtype-class.ts";
import { first, second } from "../../../ops/define/elementwise.ts";
import { frontOrder } from "../../../ops/gather.ts";
import { required } from "../../../support/fault.ts";
import { tfjsDType } from "../tfjs-dtype.ts";
import type { Expression } from "../../structured/tree.ts";
import type { TfjsWriter } from "../tfjs-writer.ts";
import { broadcasting } from "./broadcast.ts";
import type { TfjsLowering, TfjsLowerings } from "./lowering.ts";

/** Operators that look up, or write, by places, as TensorFlow.js says them. */
export const lookups = {
  // tf.gather differentiates through a kernel that the wasm backend lacks and that is quadratic on the cpu one.
  gather: (writer, { args, operands, attributes: { axis } }) => {
    if (axis === 0) return writer.helper("gatherRows", first(args), second(args));
    const rank = first(operands).type.shape.length;
    const added = second(operands).type.shape.length;
    const order = frontOrder(rank, axis);
    const rows = writer.helper("gatherRows", writer.tf("transpose", first(args), writer.numbers(order)), second(args));
    const indices = Array.from({ length: added }, (_, index) => index);
    const others = Array.from({ length: rank - 1 }, (_, index) => added + index);
    const perm = [...others.slice(0, axis), ...indices, ...others.slice(axis)];
    return writer.tf("transpose", rows, writer.numbers(perm));
  },
  scatter_add: (writer, { args, attributes: { shape } }) =>
    writer.helper("scatterRows", first(args), second(args), writer.shape(shape)),
  one_hot: (writer, { args, attributes: { depth, dtype } }) => {
    const rows = writer.helper("oneHot", first(args), writer.dim(depth));
    const to = tfjsDType(dtype);
    return to === "int32" ? rows : writer.tf("cast", rows, writer.string(to));
  },
  // A mask and a sum: TensorFlow.js differentiates both on every backend, which it does not for gatherND.
  take_along: (writer, { args, operands }) => {
    const { shape } = first(operands).type;
    const depth = writer.dim(required(shape[shape.length - 1], "row"));
    const masked = writer.tf(
      "where",
      oneHotMask(writer, second(args), depth),
      first(args),
      zero(writer, first(operands)),
    );
    return writer.tf("sum", masked, writer.number(shape.length - 1));
  },
  put_along: (writer, { args, operands, results, attributes: { depth } }) => {
    const { type } = second(operands);
    const values = writer.tf("expandDims", second(args), writer.number(-1));
    return writer.tf(
      "where",
      oneHotMask(writer, first(args), writer.dim(depth)),
      broadcasting(writer, values, { ...type, shape: [...type.shape, constant(1)] }, first(results).type.shape),
      zero(writer, second(operands)),
    );
  },
  gather_along: (writer, { args }) => writer.helper("gatherAlong", ...args),
  scatter_along: (writer, { args, attributes: { depth } }) => writer.helper("scatterAlong", ...args, writer.dim(depth)),
  top_places: (writer, { args, attributes: { k, largest } }) =>
    writer.helper("topPlaces", ...args, writer.dim(k), writer.boolean(largest)),
  top_k: "decomposed",
  quantile: "decomposed",
  sort: "decomposed",
  argsort: "decomposed",
  argmax: place("argMax"),
  argmin: place("argMin"),
} satisfies Partial<TfjsLowerings>;

/** 0 in the place of a value: a plain number would make real numbers of integers. */
function zero(writer: TfjsWriter, { type: { dtype } }: Value): Expression {
  return isFloat(dtype) ? writer.number(0) : writer.tf("scalar", writer.number(0), writer.string(tfjsDType(dtype)));
}

/** A place, as a constant to differentiation: TensorFlow.js refuses to go through it to what it is the place of. */
function place(name: string): TfjsLowering<typeof argExtremeAttributes> {
  return (writer, { args, attributes, operands }) => {
    const found = writer.tf(name, first(args), writer.number(attributes.axis));
    return isFloat(first(operands).type.dtype)
      ? writer.helper("withoutGradient", { kind: "arrow", parameters: [], body: found })
      : found;
  };
}

function oneHotMask(writer: TfjsWriter, indices: Expression, depth: Expression): Expression {
  return writer.tf("cast", writer.helper("oneHot", indices, depth), writer.string("bool"));
}
