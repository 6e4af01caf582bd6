import type {} from "../../../ops/define/recurrent.ts";
import type { Value } from "../../../ir/graph.ts";
import type { Expression } from "../../structured/tree.ts";
import type { TfjsWriter } from "../tfjs-writer.ts";
import type { TfjsLowerings } from "./lowering.ts";

/** Recurrent layers, as TensorFlow.js says them. */
export const recurrent = {
  lstm: {
    when: ({ operands }) => isWhole(operands, 2),
    lower: (writer, { args }) => writer.helper("lstm", ...args, ...reverseArgument(writer)),
  },
  gru: {
    when: ({ operands }) => isWhole(operands, 1),
    lower: (writer, { args }) => writer.helper("gru", ...args, ...reverseArgument(writer)),
  },
  simple_rnn: {
    when: ({ operands }) => isWhole(operands, 1),
    lower: (writer, { args, attributes: { activation } }) => {
      const tail = activation === "tanh" ? reverseArgument(writer) : [writer.attribute("reverse")];
      const bent = activation === "tanh" ? [] : [writer.attribute("activation")];
      return writer.helper("simpleRnn", ...args, ...tail, ...bent);
    },
  },
} satisfies Partial<TfjsLowerings>;

/** Whether every example has all steps: the prelude's layers know no lengths. */
function isWhole(operands: readonly Value[], states: number): boolean {
  return operands.length === 4 + states;
}

/** The trailing argument `reverse` of the prelude's recurrent layers, left out where it is false. */
function reverseArgument(writer: TfjsWriter): readonly Expression[] {
  const reverse = writer.attribute("reverse");
  return reverse.kind === "boolean" && !reverse.value ? [] : [reverse];
}
