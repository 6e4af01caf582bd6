import { elementAt } from "./element-at.ts";
import { defineComposite } from "./operator.ts";
import {
  fromOnnxResults,
  fusesRecurrent,
  kernelForOnnx,
  projectedSteps,
  recurrentAttributes,
  recurrentCost,
  recurrentOnnxAttributes,
  recurrentOperands,
  recurrentSamples,
  recurrentSizes,
  recurrentTypes,
  reverseArgument,
  runSteps,
  timeFirst,
} from "./recurrent.ts";

/** `simple_rnn`: each state is an activation of the input and the state before (Elman, 1990). */
export const simpleRnn = defineComposite({
  name: "simple_rnn",
  doc: "The plain recurrent layer over [batch, time, features]: the sequence of states and the last one.",
  exposed: true,
  structure: "other",
  operands: recurrentOperands("U", "[U]", ["h0"]),
  attributes: {
    ...recurrentAttributes,
    activation: { kind: "string", doc: "What bends the sum.", default: "tanh", oneOf: ["tanh", "relu"] },
  },
  infer: ({ operands, check }) => recurrentTypes("simple_rnn", operands, 1, 1, check),
  cost: ({ operands }) => recurrentCost(operands, 1),
  samples: [
    ...recurrentSamples(1, 1, 1),
    ...recurrentSamples(1, 1, 1)
      .slice(0, 1)
      .map((sample) => ({ ...sample, attributes: { activation: "relu" } })),
  ],
  decompose: (b, { operands, attributes: { reverse, activation } }) => {
    const [x, kernel, recurrent, bias] = [0, 1, 2, 3].map((index) => elementAt(operands, index));
    if (x === undefined || kernel === undefined || recurrent === undefined || bias === undefined) return [];
    const projected = projectedSteps(b, x, kernel, bias);
    return runSteps(b, projected, operands.slice(4), reverse, (inner, states, input) => [
      inner.op(activation, [inner.add(input, inner.matmul(elementAt(states, 0), recurrent))]),
    ]);
  },
  fused: {
    onnx: {
      when: ({ operands }, mode) => fusesRecurrent(operands, mode),
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
            writer.absent,
            writer.node("Unsqueeze", [ref(4), writer.ints([0])]),
          ],
          2,
          {
            ...recurrentOnnxAttributes(operands, reverse),
            activations: { strings: [activation === "relu" ? "Relu" : "Tanh"] },
          },
        );
        return fromOnnxResults(writer, results);
      },
    },
    tfjs: {
      when: () => true,
      lower: (writer, { args, attributes: { activation } }) => {
        const tail = activation === "tanh" ? reverseArgument(writer) : [writer.attribute("reverse")];
        const bent = activation === "tanh" ? [] : [writer.attribute("activation")];
        return writer.helper("simpleRnn", ...args, ...tail, ...bent);
      },
    },
  },
});
