import { constant } from "../dims/dim.ts";
import { unarySamples } from "./define/elementwise.ts";
import { definePrimitive } from "./define/operator.ts";

/** `identity`: the operand. */
export const identity = definePrimitive({
  name: "identity",
  doc: "The operand, unchanged.",
  exposed: true,
  structure: "elementwise",
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: {},
  infer: ({ operands }) => operands,
  cost: () => ({ flops: constant(0) }),
  samples: unarySamples(),
  valueFact: "view",
  inverse: ({ y }) => y,
  reference: ({ operands }) => operands,
  gradient: ({ gradients }) => gradients,
});

/** `stop_gradient`: the operand, as a constant to differentiation. */
export const stopGradient = definePrimitive({
  name: "stop_gradient",
  doc: "The operand, through which no gradient flows.",
  exposed: true,
  structure: "elementwise",
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: {},
  infer: ({ operands }) => operands,
  cost: () => ({ flops: constant(0) }),
  samples: unarySamples(),
  valueFact: "view",
  inverse: ({ y }) => y,
  reference: ({ operands }) => operands,
  gradient: "nondifferentiable",
});
