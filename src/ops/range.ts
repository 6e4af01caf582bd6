import { constant } from "../dims/dim.ts";
import { first } from "./define/elementwise.ts";
import { fillArray } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { heldBy, numbersBelow } from "./define/value-range.ts";

/** `range`: 0, 1, 2 and so on. */
export const range = definePrimitive({
  name: "range",
  doc: "The integers from 0 to size - 1.",
  exposed: true,
  structure: "other",
  operands: [],
  attributes: {
    size: { kind: "dim", min: 1, doc: "How many there are." },
    dtype: { kind: "dtype", doc: "The element type.", default: "i32" },
  },
  range: ({ attributes: { size, dtype } }) => heldBy(numbersBelow(size), dtype),
  infer: ({ attributes: { size, dtype }, check }) =>
    dtype === "bool" ? check.fail("range has no elements of type bool") : [{ dtype, shape: [size] }],
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: [], attributes: { size: constant(5) } },
    { operands: [], attributes: { size: constant(1), dtype: "f32" } },
    { operands: [], attributes: { size: constant(4), dtype: "f32" } },
  ],
  reference: ({ results }) => [fillArray(first(results), (index) => index)],
  gradient: "nondifferentiable",
});
