import { isFloat } from "./define/dtype-class.ts";
import { first } from "./define/elementwise.ts";
import { mapArray } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { elementsOf } from "./define/shape-rules.ts";
import { anyValue, numbersBetween, rangeOfGreater, rangeOfLesser } from "./define/value-range.ts";

/** `clip`: every element brought into a range. */
export const clip = definePrimitive({
  name: "clip",
  doc: "Every element, or the bound that it exceeds.",
  exposed: true,
  structure: "elementwise",
  operands: [{ name: "x", dtype: "number", shape: "[...]" }],
  attributes: {
    min: { kind: "float", doc: "The lower bound.", default: -Infinity },
    max: { kind: "float", doc: "The upper bound.", default: Infinity },
    open: { kind: "bool", doc: "Whether no gradient flows at the bounds themselves.", default: false },
  },
  range: ({ operands, ranges, attributes: { min, max } }) =>
    isFloat(first(operands).dtype)
      ? anyValue
      : rangeOfLesser([
          rangeOfGreater([first(ranges), numbersBetween(Math.ceil(min), Math.ceil(min))]),
          numbersBetween(Math.floor(max), Math.floor(max)),
        ]),
  infer: ({ operands, attributes, check }) =>
    attributes.min <= attributes.max
      ? operands
      : check.fail(`the lower bound of clip, ${attributes.min}, is above the upper one, ${attributes.max}`),
  cost: ({ results }) => ({ flops: elementsOf(first(results)) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [3, 4], range: [-2, 2] }], attributes: { min: -1, max: 0.5 } },
    { operands: [{ dtype: "f32", shape: [2, 1, 5], range: [-2, 2] }], attributes: { min: 0 } },
    { operands: [{ dtype: "f32", shape: [], range: [-2, 2] }], attributes: { max: 0 } },
    { operands: [{ dtype: "f32", shape: [5], range: [-8, 8] }], attributes: { min: 0, max: 6 } },
    { operands: [{ dtype: "f32", shape: [5], range: [-8, 8] }], attributes: { min: 0, max: 6, open: true } },
    { operands: [{ dtype: "i32", shape: [7], range: [-9, 9] }], attributes: { min: -3, max: 4 } },
    { operands: [{ dtype: "i32", shape: [2, 3], range: [-9, 9] }], attributes: { min: 0 } },
  ],
  reference: ({ operands, attributes }) => [
    mapArray(first(operands), (x) => Math.min(Math.max(x, attributes.min), attributes.max)),
  ],
  gradient: ({ b, operands, g, attributes }) => {
    const x = first(operands);
    const zero = b.scalar(0, g.type.dtype);
    const [atLeast, atMost] = attributes.open ? ["greater", "less"] : ["greater_equal", "less_equal"];
    const above = b.op(atLeast, [x, b.scalar(attributes.min, x.type.dtype)]);
    const below = b.op(atMost, [x, b.scalar(attributes.max, x.type.dtype)]);
    if (attributes.max === Infinity) return [attributes.min === -Infinity ? g : b.where(above, g, zero)];
    const inside = attributes.min === -Infinity ? below : b.op("logical_and", [above, below]);
    return [b.where(inside, g, zero)];
  },
});
