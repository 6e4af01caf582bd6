import { constant, multiply } from "../dims/dim.ts";
import { elementAt } from "../support/element-at.ts";
import { defineComposite } from "./define/operator.ts";
import { checkKey, keyOperand } from "./random/fold-key.ts";
import { elementsOf } from "./define/shape-rules.ts";

/** Zeros a share of the elements at random and scales the rest up, so that the mean stays. */
export const dropout = defineComposite({
  name: "dropout",
  doc: "Zeros a share of the elements at random and scales the others by 1 / (1 - rate). For training; elsewhere leave it out.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "float", shape: "[...]" }, keyOperand],
  attributes: { rate: { kind: "float", doc: "The share that is zeroed.", min: 0, below: 1 } },
  infer: ({ operands, check }) => {
    if (!checkKey("dropout", elementAt(operands, 1), check)) return undefined;
    return [elementAt(operands, 0)];
  },
  cost: ({ operands }) => ({ flops: multiply(elementsOf(elementAt(operands, 0)), constant(22)) }),
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [4, 5] },
        { dtype: "u32", shape: [2], data: [0x12345600, 0x9abcde00] },
      ],
      attributes: { rate: 0.3 },
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 3, 4] },
        { dtype: "u32", shape: [2], data: [256, 0] },
      ],
      attributes: { rate: 0 },
    },
  ],
  decompose: (b, { operands, attributes: { rate } }) => {
    const [x, key] = [elementAt(operands, 0), elementAt(operands, 1)];
    if (rate === 0) return [b.op("identity", [x])];
    const { shape, dtype } = x.type;
    const drawn = b.op("random_uniform", [key], { shape });
    // Rounded as f32 compares it, so that the mask is the same on every target.
    const kept = b.op("greater_equal", [drawn, b.scalar(Math.fround(rate))]);
    return [b.where(kept, b.mul(x, b.scalar(1 / (1 - rate), dtype)), b.scalar(0, dtype))];
  },
});
