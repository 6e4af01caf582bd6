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

const form = { gates: 4, biasRows: 1, states: 2 };

/** `lstm`: long short-term memory (Hochreiter and Schmidhuber, 1997) with one bias and Keras's order of gates. */
export const lstm = defineComposite({
  name: "lstm",
  doc: "Long short-term memory over [batch, time, features]: the sequence of states, the last state and the last cell. Gates in the order input, forget, cell, output.",
  exposed: true,
  structure: "other",
  sumsProducts: true,
  operands: recurrentOperands("4 U", "[4 U]", ["h0", "c0"]),
  attributes: recurrentAttributes,
  index: recurrentIndex(form.states),
  infer: ({ operands, check }) => recurrentTypes("lstm", operands, form, check),
  cost: ({ operands }) => recurrentCost(operands, form.gates),
  samples: recurrentSamples(form),
  decompose: (b, { operands, attributes: { reverse } }) => {
    const [x, kernel, recurrent, bias] = [0, 1, 2, 3].map((index) => elementAt(operands, index));
    if (x === undefined || kernel === undefined || recurrent === undefined || bias === undefined) return [];
    const projected = projectedSteps(b, x, kernel, bias);
    return runSteps(
      b,
      projected,
      { initial: operands.slice(4, 6), lengths: operands[6], reverse },
      (inner, states, input) => {
        const [h, c] = [elementAt(states, 0), elementAt(states, 1)];
        const gates = inner.ops("split", [inner.add(input, inner.matmul(h, recurrent))], { axis: 1, count: 4 });
        const gate = (index: number, activation: string) => inner.op(activation, [elementAt(gates, index)]);
        const kept = inner.mul(gate(1, "gate"), c);
        const cell = inner.add(kept, inner.mul(gate(0, "gate"), gate(2, "tanh")));
        return [inner.mul(gate(3, "gate"), inner.op("tanh", [cell])), cell];
      },
    );
  },
});
