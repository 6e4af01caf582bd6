import { binarySamples, defineBinary, defineUnary } from "./define/elementwise.ts";

const truths = { a: [0, 1], b: [0, 1], dtype: "bool" } as const;

/** `logical_and`: true where both are. */
export const logicalAnd = defineBinary({
  name: "logical_and",
  doc: "True where both elements are true.",
  dtype: "bool",
  compute: (a, b) => a * b,
  gradient: "nondifferentiable",
  samples: binarySamples(truths),
});

/** `logical_or`: true where one is. */
export const logicalOr = defineBinary({
  name: "logical_or",
  doc: "True where at least one element is true.",
  dtype: "bool",
  compute: (a, b) => Math.max(a, b),
  gradient: "nondifferentiable",
  samples: binarySamples(truths),
});

/** `logical_not`: true where the operand is false. */
export const logicalNot = defineUnary({
  name: "logical_not",
  doc: "True where the element is false.",
  dtype: "bool",
  compute: (x) => 1 - x,
  gradient: "nondifferentiable",
  samples: [
    { operands: [{ dtype: "bool", shape: [], data: [1] }] },
    { operands: [{ dtype: "bool", shape: [2, 3], range: [0, 1] }] },
  ],
});
