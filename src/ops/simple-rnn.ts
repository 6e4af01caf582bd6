import { elementAt } from "../support/element-at.ts";
import { defineComposite } from "./define/operator.ts";
import {
  projectedSteps,
  recurrentAttributes,
  recurrentCost,
  recurrentOperands,
  recurrentSamples,
  recurrentTypes,
  runSteps,
} from "./define/recurrent.ts";

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
});
