import { elementAt } from "../support/element-at.ts";
import { first } from "./define/elementwise.ts";
import { at, fillArray } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { elementsOf } from "./define/shape-rules.ts";
import { constant } from "../dims/dim.ts";
import { numbersBetween } from "./define/value-range.ts";
import { always } from "./define/non-negative.ts";

/** `one_hot`: a row with a single 1 for each index. */
export const oneHot = definePrimitive({
  name: "one_hot",
  doc: "For each index a row of zeros with a 1 at its place.",
  nonNegative: always,
  exposed: true,
  structure: "other",
  operands: [{ name: "indices", dtype: "integer", shape: "[...S]" }],
  attributes: {
    depth: { kind: "dim", min: 1, doc: "The length of the rows." },
    dtype: { kind: "dtype", doc: "The element type.", default: "f32" },
  },
  index: { operand: 0, size: ({ attributes: { depth } }) => depth },
  range: () => numbersBetween(0, 1),
  infer: ({ operands, attributes: { depth, dtype } }) => [{ dtype, shape: [...first(operands).shape, depth] }],
  cost: ({ results }) => ({ flops: elementsOf(first(results)) }),
  samples: [
    { operands: [{ dtype: "i32", shape: [], data: [1] }], attributes: { depth: constant(3) } },
    { operands: [{ dtype: "i32", shape: [4], range: [0, 4] }], attributes: { depth: constant(5) } },
    { operands: [{ dtype: "i32", shape: [2, 1, 3], range: [0, 3] }], attributes: { depth: constant(4) } },
    { operands: [{ dtype: "i32", shape: [3], range: [0, 0] }], attributes: { depth: constant(1) } },
    { operands: [{ dtype: "i32", shape: [3], range: [0, 1] }], attributes: { depth: constant(2), dtype: "i32" } },
  ],
  reference: ({ operands, results }) => {
    const type = first(results);
    const depth = elementAt(type.shape, type.shape.length - 1);
    return [fillArray(type, (index) => (at(first(operands), Math.floor(index / depth)) === index % depth ? 1 : 0))];
  },
  gradient: "nondifferentiable",
});
