import { elementAt } from "../support/element-at.ts";
import { defineComposite } from "./define/operator.ts";
import {
  projectedSteps,
  recurrentAttributes,
  recurrentCost,
  recurrentIndex,
  recurrentOperands,
  recurrentSamples,
  recurrentTypes,
  runSteps,
} from "./define/recurrent.ts";

const form = { gates: 1, biasRows: 1, states: 1 };

/** `simple_rnn`: each state is an activation of the input and the state before (Elman, 1990). */
export const simpleRnn = defineComposite({
  name: "simple_rnn",
  doc: "The plain recurrent layer over [batch, time, features]: the sequence of states and the last one.",
  exposed: true,
  structure: "other",
  sumsProducts: true,
  operands: recurrentOperands("U", "[U]", ["h0"]),
  attributes: {
    ...recurrentAttributes,
    activation: { kind: "string", doc: "What bends the sum.", default: "tanh", oneOf: ["tanh", "relu"] },
  },
  index: recurrentIndex(form.states),
  infer: ({ operands, check }) => recurrentTypes("simple_rnn", operands, form, check),
  cost: ({ operands }) => recurrentCost(operands, form.gates),
  samples: [
    ...recurrentSamples(form),
    ...recurrentSamples(form)
      .slice(0, 1)
      .map((sample) => ({ ...sample, attributes: { activation: "relu" } })),
  ],
  decompose: (b, { operands, attributes: { reverse, activation } }) => {
    const [x, kernel, recurrent, bias] = [0, 1, 2, 3].map((index) => elementAt(operands, index));
    if (x === undefined || kernel === undefined || recurrent === undefined || bias === undefined) return [];
    const projected = projectedSteps(b, x, kernel, bias);
    return runSteps(
      b,
      projected,
      { initial: operands.slice(4, 5), lengths: operands[5], reverse },
      (inner, states, input) => [
        inner.op(activation, [inner.add(input, inner.matmul(elementAt(states, 0), recurrent))]),
      ],
    );
  },
});
