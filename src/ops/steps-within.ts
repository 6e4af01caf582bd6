import { add, constant } from "../dims/dim.ts";
import { elementAt } from "../support/element-at.ts";
import { defineComposite } from "./define/operator.ts";
import { elementsOf, one } from "./define/shape-rules.ts";

/** `steps_within`: which steps of a sequence an example has, by its length. */
export const stepsWithin = defineComposite({
  name: "steps_within",
  doc: "For each step and each example whether the step is below the example's length, which is at most `size`.",
  exposed: false,
  structure: "other",
  operands: [{ name: "lengths", dtype: "integer", shape: "[B]" }],
  attributes: { size: { kind: "dim", min: 1, doc: "How many steps there are." } },
  // A length is a place among those that end a sequence: before the first step, and behind each of them.
  index: { operand: 0, size: ({ attributes: { size } }) => add(size, constant(1)) },
  infer: ({ operands, attributes: { size }, check }) => {
    const { shape } = elementAt(operands, 0);
    const [batch] = shape;
    if (batch === undefined || shape.length > 1) {
      return check.fail(`steps_within takes one length for each example, not rank ${shape.length}`);
    }
    return [{ dtype: "bool", shape: [size, batch] }];
  },
  cost: ({ results }) => ({ flops: elementsOf(elementAt(results, 0)) }),
  samples: [
    { operands: [{ dtype: "i32", shape: [3], data: [0, 2, 4] }], attributes: { size: constant(4) } },
    { operands: [{ dtype: "i64", shape: [1], data: [1] }], attributes: { size: constant(1) } },
  ],
  decompose: (b, { operands, attributes: { size } }) => {
    const lengths = elementAt(operands, 0);
    const steps = b.op("range", [], { size, dtype: lengths.type.dtype });
    return [b.op("less", [b.reshape(steps, [size, one]), lengths])];
  },
});
