import type { argExtremeAttributes } from "../../../ops/arg-extremes.ts";
import { first, second } from "../../../ops/define/elementwise.ts";
import type { Value } from "../../../ir/graph.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import { zerosOnnx } from "./fill.ts";
import type { OnnxLowering, OnnxLowerings } from "./lowering.ts";

/** Operators that look up, or write, by places, as ONNX says them. */
export const lookups = {
  gather: (writer, { refs, operands, attributes }) => [
    writer.node("Gather", [first(refs), places(writer, refs, operands)], { axis: { int: attributes.axis } }),
  ],
  scatter_add: (writer, { refs, results, attributes: { shape } }) => {
    const zeros = zerosOnnx(writer, first(results).type.dtype, shape);
    const rows = writer.node("Unsqueeze", [writer.cast(first(refs), "i64"), writer.ints([-1])]);
    return [writer.node("ScatterND", [zeros, rows, second(refs)], { reduction: { string: "add" } })];
  },
  // A comparison with a range: faster than OneHot, and there where OneHot is not.
  one_hot: (writer, { refs, operands, attributes: { depth, dtype } }) => {
    const places = writer.node("Range", [writer.constant("i64", 0), writer.dim(depth), writer.constant("i64", 1)]);
    const from = first(operands).type.dtype;
    const indices = from === "i64" ? first(refs) : writer.cast(first(refs), "i64");
    const rows = writer.node("Unsqueeze", [indices, writer.ints([-1])]);
    return [writer.cast(writer.node("Equal", [rows, places]), dtype)];
  },
  take_along: (writer, { refs, operands }) => {
    const axis = first(operands).type.shape.length - 1;
    const rows = writer.node("Unsqueeze", [places(writer, refs, operands), writer.ints([-1])]);
    const taken = writer.node("GatherElements", [first(refs), rows], { axis: { int: axis } });
    return [writer.node("Squeeze", [taken, writer.ints([axis])])];
  },
  put_along: (writer, { refs, results }) => {
    const { dtype, shape } = first(results).type;
    const last = writer.ints([-1]);
    const rows = writer.node("Unsqueeze", [first(refs), last]);
    const updates = writer.node("Unsqueeze", [second(refs), last]);
    const axis = { axis: { int: shape.length - 1 } };
    return [writer.node("ScatterElements", [zerosOnnx(writer, dtype, shape), rows, updates], axis)];
  },
  gather_along: (writer, { refs, operands }) => [
    writer.node("GatherElements", [first(refs), places(writer, refs, operands)], {
      axis: { int: first(operands).type.shape.length - 1 },
    }),
  ],
  scatter_along: (writer, { refs, results }) => {
    const { dtype, shape } = first(results).type;
    const attributes = { axis: { int: shape.length - 1 }, reduction: { string: "add" } };
    return [writer.node("ScatterElements", [zerosOnnx(writer, dtype, shape), ...refs], attributes)];
  },
  top_places: (writer, { refs, attributes: { k, largest } }) => {
    const found = writer.nodes("TopK", [first(refs), writer.shape([k])], 2, { largest: { int: largest ? 1 : 0 } });
    return [writer.cast(second(found), "i32")];
  },
  top_k: "decomposed",
  quantile: "decomposed",
  sort: "decomposed",
  argsort: "decomposed",
  argmax: place("ArgMax"),
  argmin: place("ArgMin"),
} satisfies Partial<OnnxLowerings>;

/** Second operands that are places, in a type in which ONNX takes them. */
function places(writer: OnnxWriter, refs: readonly OnnxRef[], operands: readonly Value[]): OnnxRef {
  const { dtype } = second(operands).type;
  return dtype === "i32" || dtype === "i64" ? second(refs) : writer.cast(second(refs), "i32");
}

function place(type: string): OnnxLowering<typeof argExtremeAttributes> {
  return (writer, { refs, attributes }) => [
    writer.cast(writer.node(type, refs, { axis: { int: attributes.axis }, keepdims: { int: 0 } }), "i32"),
  ];
}
