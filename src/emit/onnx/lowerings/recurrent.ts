import { asNumber, constant, type Dim, multiply } from "../../../dims/dim.ts";
import type { TensorType } from "../../../ir/types.ts";
import { required } from "../../../support/fault.ts";
import { elementAt } from "../../../support/element-at.ts";
import { recurrentSizes } from "../../../ops/define/recurrent.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import { inInference, type OnnxLowerings } from "./lowering.ts";

/** ONNX's order of the gates, input output forget cell, in terms of ours: input forget cell output. */
const lstmOrder = [0, 3, 1, 2];

/** Gates in the order that ONNX has as well: update, reset, candidate. */
const gruOrder = [0, 1, 2];

/** Recurrent layers, as ONNX says them. */
export const recurrent = {
  lstm: inInference({
    when: ({ operands }) => isFusible(operands),
    lower: (writer, { operands, refs, attributes: { reverse } }) => {
      const { units } = recurrentSizes(operands);
      const ref = (index: number) => elementAt(refs, index);
      const leading = writer.ints([0]);
      const none = writer.node("Expand", [
        writer.constant(elementAt(operands, 3).type.dtype, [0], [1]),
        writer.shape([multiply(units, constant(4))]),
      ]);
      const biases = writer.node("Concat", [reordered(writer, ref(3), units, lstmOrder), none], { axis: { int: 0 } });
      const results = writer.nodes(
        "LSTM",
        [
          timeFirst(writer, ref(0)),
          kernelForOnnx(writer, ref(1), units, lstmOrder),
          kernelForOnnx(writer, ref(2), units, lstmOrder),
          writer.node("Unsqueeze", [biases, leading]),
          lengthsForOnnx(writer, refs[6]),
          writer.node("Unsqueeze", [ref(4), leading]),
          writer.node("Unsqueeze", [ref(5), leading]),
        ],
        3,
        recurrentOnnxAttributes(operands, reverse),
      );
      return fromOnnxResults(writer, results, refs.slice(4, 6), refs[6]);
    },
  }),
  gru: inInference({
    when: ({ operands }) => isFusible(operands),
    lower: (writer, { operands, refs, attributes: { reverse } }) => {
      const { units } = recurrentSizes(operands);
      const ref = (index: number) => elementAt(refs, index);
      const results = writer.nodes(
        "GRU",
        [
          timeFirst(writer, ref(0)),
          kernelForOnnx(writer, ref(1), units, gruOrder),
          kernelForOnnx(writer, ref(2), units, gruOrder),
          writer.node("Reshape", [ref(3), writer.ints([1, -1])]),
          lengthsForOnnx(writer, refs[5]),
          writer.node("Unsqueeze", [ref(4), writer.ints([0])]),
        ],
        2,
        { ...recurrentOnnxAttributes(operands, reverse), linear_before_reset: { int: 1 } },
      );
      return fromOnnxResults(writer, results, refs.slice(4, 5), refs[5]);
    },
  }),
  simple_rnn: inInference({
    when: ({ operands }) => isFusible(operands),
    lower: (writer, { operands, refs, attributes: { reverse, activation } }) => {
      const { units } = recurrentSizes(operands);
      const ref = (index: number) => elementAt(refs, index);
      const none = writer.node("Expand", [
        writer.constant(elementAt(operands, 3).type.dtype, [0], [1]),
        writer.shape([units]),
      ]);
      const biases = writer.node("Concat", [ref(3), none], { axis: { int: 0 } });
      const results = writer.nodes(
        "RNN",
        [
          timeFirst(writer, ref(0)),
          kernelForOnnx(writer, ref(1), units, [0]),
          kernelForOnnx(writer, ref(2), units, [0]),
          writer.node("Unsqueeze", [biases, writer.ints([0])]),
          lengthsForOnnx(writer, refs[5]),
          writer.node("Unsqueeze", [ref(4), writer.ints([0])]),
        ],
        2,
        {
          ...recurrentOnnxAttributes(operands, reverse),
          activations: { strings: [activation === "relu" ? "Relu" : "Tanh"] },
        },
      );
      return fromOnnxResults(writer, results, refs.slice(4, 5), refs[5]);
    },
  }),
} satisfies Partial<OnnxLowerings>;

/** A kernel [rows, gates] as ONNX has it: [1, gates, rows], the gates in another order. */
function kernelForOnnx(writer: OnnxWriter, kernel: OnnxRef, units: Dim, order: readonly number[]): OnnxRef {
  const transposed = writer.node("Transpose", [kernel], { perm: { ints: [1, 0] } });
  return writer.node("Unsqueeze", [reordered(writer, transposed, units, order), writer.ints([0])]);
}

/** A vector or rows over gates with the gates, its first axis, in another order. */
function reordered(writer: OnnxWriter, ref: OnnxRef, units: Dim, order: readonly number[]): OnnxRef {
  if (order.every((gate, index) => gate === index)) return ref;
  const sizes = writer.shape(order.map(() => units));
  const gates = writer.nodes("Split", [ref, sizes], order.length, { axis: { int: 0 } });
  return writer.node(
    "Concat",
    order.map((gate) => elementAt(gates, gate)),
    { axis: { int: 0 } },
  );
}

/** The results of an ONNX recurrent operator, [T, 1, B, U] and [1, B, U], as the language has them. */
function fromOnnxResults(
  writer: OnnxWriter,
  results: readonly OnnxRef[],
  initial: readonly OnnxRef[],
  lengths: OnnxRef | undefined,
): readonly OnnxRef[] {
  const [sequence, ...states] = results;
  // ONNX Runtime gives zeros as the last states of examples without a step: they are those that it began with.
  const isEmpty =
    lengths === undefined
      ? undefined
      : writer.node("Equal", [
          writer.node("Unsqueeze", [writer.cast(lengths, "i32"), writer.ints([1])]),
          writer.constant("i32", 0),
        ]);
  const steps = writer.node("Squeeze", [sequence ?? writer.absent, writer.ints([1])]);
  return [
    writer.node("Transpose", [steps], { perm: { ints: [1, 0, 2] } }),
    ...states.map((state, index) => {
      const last = writer.node("Squeeze", [state, writer.ints([0])]);
      return isEmpty === undefined ? last : writer.node("Where", [isEmpty, elementAt(initial, index), last]);
    }),
  ];
}

/** Lengths as ONNX takes them, where there are some. */
function lengthsForOnnx(writer: OnnxWriter, lengths: OnnxRef | undefined): OnnxRef {
  return lengths === undefined ? writer.absent : writer.cast(lengths, "i32");
}

/** `x` time first. */
function timeFirst(writer: OnnxWriter, x: OnnxRef): OnnxRef {
  return writer.node("Transpose", [x], { perm: { ints: [1, 0, 2] } });
}

/** True where ONNX's own recurrent operators apply: with a known number of units, in f32. */
function isFusible(operands: readonly { readonly type: TensorType }[]): boolean {
  const known = asNumber(recurrentSizes(operands).units) !== undefined;
  return known && elementAt(operands, 0).type.dtype === "f32";
}

/** What ONNX's recurrent operators take of their sizes and direction. */
function recurrentOnnxAttributes(operands: readonly { readonly type: TensorType }[], reverse: boolean) {
  return {
    hidden_size: { int: required(asNumber(recurrentSizes(operands).units), "units") },
    direction: { string: reverse ? "reverse" : "forward" },
  };
}
