import { elementAt } from "../support/element-at.ts";
import { constant } from "../dims/dim.ts";
import { required } from "../support/fault.ts";
import { first, second } from "./define/elementwise.ts";
import { at, fillArray, placeAt, sizeOf } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { checkSameShape, elementsOf, shapeOfOthers } from "./define/shape-rules.ts";

/** `take_along`: one element of each row. */
export const takeAlong = definePrimitive({
  name: "take_along",
  doc: "Of each row along the last axis, the element that the index names.",
  exposed: true,
  structure: "other",
  operands: [
    { name: "x", dtype: "number", shape: "[...S, D]" },
    { name: "indices", dtype: "integer", shape: "[...S]", shapeOfNumber: ([x]) => x?.shape.slice(0, -1) },
  ],
  attributes: {},
  index: { operand: 1, size: ({ operands }) => required(first(operands).shape.at(-1), "row") },
  range: ({ ranges }) => first(ranges),
  infer: ({ operands, check }) => {
    const x = first(operands);
    const indices = second(operands);
    if (x.shape.length === 0) return check.fail("take_along needs an axis to take from");
    return checkSameShape(x.shape.slice(0, -1), indices.shape, "the rows and the indices of take_along", check)
      ? [{ dtype: x.dtype, shape: indices.shape }]
      : undefined;
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [5] },
        { dtype: "i32", shape: [], data: [3] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [3, 4] },
        { dtype: "i32", shape: [3], range: [0, 3] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 3, 5] },
        { dtype: "i32", shape: [2, 3], range: [0, 4] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 1, 3, 2] },
        { dtype: "i32", shape: [2, 1, 3], range: [0, 1] },
      ],
    },
    // More than f32 can count to.
    {
      operands: [
        { dtype: "i32", shape: [2, 3], range: [16_777_217, 33_554_431] },
        { dtype: "i32", shape: [2], range: [0, 2] },
      ],
    },
  ],
  reference: ({ operands, results }) => {
    const x = first(operands);
    const depth = elementAt(x.shape, x.shape.length - 1);
    return [fillArray(first(results), (row) => at(x, row * depth + placeAt(second(operands), row, depth)))];
  },
  gradient: ({ b, operands, g }) => {
    const { shape } = first(operands).type;
    return [b.op("put_along", [second(operands), g], { depth: required(shape[shape.length - 1], "row") })];
  },
});

/** `put_along`: one element into each row of zeros. */
export const putAlong = definePrimitive({
  name: "put_along",
  doc: "Rows of zeros along a new last axis, each with its update at the place that the index names.",
  exposed: true,
  structure: "other",
  operands: [
    { name: "indices", dtype: "integer", shape: "[...S]", shapeOfNumber: shapeOfOthers },
    { name: "updates", dtype: "number", shape: "[...S]", shapeOfNumber: shapeOfOthers },
  ],
  attributes: { depth: { kind: "dim", min: 1, doc: "The size of the new axis." } },
  index: { operand: 0, size: ({ attributes: { depth } }) => depth },
  infer: ({ operands, attributes: { depth }, check }) => {
    const indices = first(operands);
    const updates = second(operands);
    return checkSameShape(indices.shape, updates.shape, "the indices and the updates of put_along", check)
      ? [{ dtype: updates.dtype, shape: [...updates.shape, depth] }]
      : undefined;
  },
  cost: ({ operands }) => ({ flops: elementsOf(second(operands)) }),
  samples: [
    {
      operands: [
        { dtype: "i32", shape: [], data: [2] },
        { dtype: "f32", shape: [] },
      ],
      attributes: { depth: constant(4) },
    },
    {
      operands: [
        { dtype: "i32", shape: [3], range: [0, 3] },
        { dtype: "f32", shape: [3] },
      ],
      attributes: { depth: constant(4) },
    },
    {
      operands: [
        { dtype: "i32", shape: [2, 1, 2, 3], range: [0, 3] },
        { dtype: "f32", shape: [2, 1, 2, 3] },
      ],
      attributes: { depth: constant(4) },
    },
    {
      operands: [
        { dtype: "i32", shape: [2, 3], range: [0, 1] },
        { dtype: "f32", shape: [2, 3] },
      ],
      attributes: { depth: constant(2) },
    },
    {
      operands: [
        { dtype: "i32", shape: [3], range: [0, 0] },
        { dtype: "f32", shape: [3] },
      ],
      attributes: { depth: constant(1) },
    },
    {
      operands: [
        { dtype: "i32", shape: [2], range: [0, 2] },
        { dtype: "i32", shape: [2], range: [16_777_217, 33_554_431] },
      ],
      attributes: { depth: constant(3) },
    },
  ],
  reference: ({ operands, results }) => {
    const { dtype, shape } = first(results);
    const data = new Float64Array(sizeOf(shape));
    const depth = elementAt(shape, shape.length - 1);
    second(operands).data.forEach((update, row) => {
      data[row * depth + placeAt(first(operands), row, depth)] = update;
    });
    return [{ dtype, shape, data }];
  },
  gradient: ({ b, operands, g }) => [undefined, b.op("take_along", [g, first(operands)])],
});
