import { isFloat } from "./define/dtype-class.ts";
import { first } from "./define/elementwise.ts";
import { keptBetween, limitsOfCast } from "./define/integer-limits.ts";
import { mapArray } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { elementsOf, withDType } from "./define/shape-rules.ts";
import { heldBy, isHeldBy, rangeOfType } from "./define/value-range.ts";
import { whereAllAre } from "./define/non-negative.ts";

/** `cast`: the same values as another element type. */
export const cast = definePrimitive({
  name: "cast",
  doc: "The same values as another element type. To integers, fractions are cut off towards zero, what lies beyond the type becomes its least or greatest number, and NaN becomes 0.",
  nonNegative: whereAllAre,
  exposed: true,
  structure: "elementwise",
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: {
    dtype: { kind: "dtype", doc: "The element type of the result." },
    fits: { kind: "bool", doc: "Whether all elements are proved to lie in it.", default: false, internal: true },
  },
  proved: ({ ranges, attributes: { dtype } }) => ({ fits: isHeldBy(first(ranges), dtype) }),
  // What is cut off below 0 goes up.
  range: ({ operands, ranges, attributes: { dtype } }) =>
    isFloat(first(operands).dtype) && first(ranges).low < 0 ? rangeOfType(dtype) : heldBy(first(ranges), dtype),
  infer: ({ operands, attributes }) => [withDType(first(operands), attributes.dtype)],
  cost: ({ results }) => ({ flops: elementsOf(first(results)) }),
  samples: [
    {
      operands: [{ dtype: "f32", shape: [5], data: [-1.7, -0.2, 0, 0.9, 2.5] }],
      attributes: { dtype: "i32" },
      skipGradient: true,
    },
    { operands: [{ dtype: "f32", shape: [3], data: [0, 0.5, -1] }], attributes: { dtype: "bool" }, skipGradient: true },
    { operands: [{ dtype: "i32", shape: [2, 3], range: [-5, 5] }], attributes: { dtype: "f32" } },
    { operands: [{ dtype: "bool", shape: [2, 1, 3], range: [0, 1] }], attributes: { dtype: "f32" } },
    { operands: [{ dtype: "bool", shape: [4], range: [0, 1] }], attributes: { dtype: "i32" } },
    { operands: [{ dtype: "f32", shape: [] }], attributes: { dtype: "f32" } },
    // What lies beyond an integer type.
    {
      operands: [{ dtype: "f32", shape: [5], data: [NaN, -1e20, 300.75, 3e9, -0.5] }],
      attributes: { dtype: "i32" },
      skipGradient: true,
    },
    {
      operands: [{ dtype: "f32", shape: [5], data: [NaN, -1e20, 300.75, 3e9, -0.5] }],
      attributes: { dtype: "u8" },
      skipGradient: true,
    },
  ],
  valueFact: "view",
  reference: ({ operands, attributes }) => {
    const x = first(operands);
    const limits = limitsOfCast(x.dtype, attributes.dtype);
    return [mapArray(x, (it) => (limits === undefined ? it : keptBetween(it, limits)), attributes.dtype)];
  },
  // What becomes a whole number loses its fraction.
  inverse: ({ y, type, attributes: { dtype } }) => (isFloat(type.dtype) && !isFloat(dtype) ? undefined : y),
  gradient: ({ b, operands, g }) => {
    const from = first(operands).type.dtype;
    return [isFloat(from) && isFloat(g.type.dtype) ? b.cast(g, from) : undefined];
  },
});
