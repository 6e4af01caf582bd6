import { constant } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
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
import { one } from "./define/shape-rules.ts";

const form = { gates: 3, biasRows: 2, states: 1 };

/** `gru`: gated recurrent units (Cho et al., 2014), the reset applied after the product, as in Keras and cuDNN. */
export const gru = defineComposite({
  name: "gru",
  doc: "Gated recurrent units over [batch, time, features]: the sequence of states and the last one. Gates in the order update, reset, candidate; two rows of biases, of the input and of the state.",
  exposed: true,
  structure: "other",
  sumsProducts: true,
  operands: recurrentOperands("3 U", "[2, 3 U]", ["h0"]),
  attributes: recurrentAttributes,
  index: recurrentIndex(form.states),
  infer: ({ operands, check }) => recurrentTypes("gru", operands, form, check),
  cost: ({ operands }) => recurrentCost(operands, form.gates),
  samples: recurrentSamples(form),
  decompose: (b, { operands, attributes: { reverse } }) => {
    const [x, kernel, recurrent, biases] = [0, 1, 2, 3].map((index) => elementAt(operands, index));
    if (x === undefined || kernel === undefined || recurrent === undefined || biases === undefined) return [];
    const width = elementAt(biases.type.shape, 1);
    const row = (index: number): Value =>
      b.reshape(b.op("slice", [biases], { axis: 0, start: constant(index), size: one }), [width]);
    const projected = projectedSteps(b, x, kernel, row(0));
    const inner = row(1);
    return runSteps(
      b,
      projected,
      { initial: operands.slice(4, 5), lengths: operands[5], reverse },
      (body, states, input) => {
        const h = elementAt(states, 0);
        const outer = body.ops("split", [input], { axis: 1, count: 3 });
        const product = body.add(body.matmul(h, recurrent), inner);
        const own = body.ops("split", [product], { axis: 1, count: 3 });
        const gate = (index: number): Value =>
          body.op("gate", [body.add(elementAt(outer, index), elementAt(own, index))]);
        const reset = body.mul(gate(1), elementAt(own, 2));
        const candidate = body.op("tanh", [body.add(elementAt(outer, 2), reset)]);
        // update * h + (1 - update) * candidate
        return [body.add(candidate, body.mul(gate(0), body.sub(h, candidate)))];
      },
    );
  },
});
