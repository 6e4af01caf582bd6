import { elementAt } from "../support/element-at.ts";
import { defineComposite } from "./define/operator.ts";
import { elementsOf, one } from "./define/shape-rules.ts";

/** The lowest score that f16 holds with room to spare. */
const lowestHalf = -6e4;

/** Masks what lies to the right of the diagonal of the last two axes: positions that come later. */
export const causalMask = defineComposite({
  name: "causal_mask",
  doc: "Replaces scores of later positions (column > row in the last two axes) by a large negative number.",
  exposed: true,
  structure: "other",
  operands: [{ name: "scores", dtype: "float", shape: "[..., T, T]" }],
  attributes: { value: { kind: "float", doc: "What scores of later positions become.", default: -1e9 } },
  infer: ({ operands, check }) => {
    const scores = elementAt(operands, 0);
    const [rows, columns] = scores.shape.slice(-2);
    if (rows === undefined || columns === undefined) {
      return check.fail(`causal_mask takes scores of rank 2 or more, not ${scores.shape.length}`);
    }
    return check.equal(rows, columns, "the last two axes of causal_mask") ? [scores] : undefined;
  },
  cost: ({ operands }) => ({ flops: elementsOf(elementAt(operands, 0)) }),
  samples: [
    // Differences of sums with -1e9 in them lose all digits: gradients are checked with a small value.
    { operands: [{ dtype: "f32", shape: [3, 3] }], skipGradient: true },
    { operands: [{ dtype: "f32", shape: [3, 3] }], attributes: { value: -2 } },
    { operands: [{ dtype: "f32", shape: [2, 2, 4, 4] }], attributes: { value: -3 } },
  ],
  decompose: (b, { operands, attributes: { value } }) => {
    const scores = elementAt(operands, 0);
    const { dtype, shape } = scores.type;
    const size = elementAt(shape, shape.length - 1);
    const places = b.op("range", [], { size, dtype: "i32" });
    const seen = b.op("less_equal", [places, b.reshape(places, [size, one])]);
    return [b.where(seen, scores, b.scalar(dtype === "f16" ? Math.max(value, lowestHalf) : value, dtype))];
  },
});
