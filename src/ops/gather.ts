import { constant, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { required } from "../support/fault.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { elementAt } from "../support/element-at.ts";
import { first, second } from "./define/elementwise.ts";
import { at, fillArray, placeAt, sizeOf, stridesOf } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { dims } from "./define/sample-dims.ts";
import { checkAxis, checkSameShape, elementsOf } from "./define/shape-rules.ts";
import { inversePermutation } from "./transpose.ts";

const zero = constant(0);

/** `gather`: entries of an axis by index. */
export const gather = definePrimitive({
  name: "gather",
  doc: "Entries of one axis of a table, chosen by indices: the indices' axes take the place of that axis.",
  exposed: true,
  structure: "other",
  operands: [
    { name: "table", dtype: "any", shape: "[..., V, ...]" },
    { name: "indices", dtype: "integer", shape: "[...I]" },
  ],
  attributes: { axis: { kind: "int", doc: "The axis of the table.", default: 0, min: 0 } },
  index: {
    operand: 1,
    size: ({ operands, attributes: { axis } }) => elementAt(first(operands).shape, axis),
  },
  range: ({ ranges }) => first(ranges),
  infer: ({ operands, attributes: { axis }, check }) => {
    const table = first(operands);
    if (!checkAxis(axis, table.shape.length, "gather", check)) return undefined;
    const shape = [...table.shape.slice(0, axis), ...second(operands).shape, ...table.shape.slice(axis + 1)];
    return [{ dtype: table.dtype, shape }];
  },
  cost: () => ({ flops: zero }),
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [5] },
        { dtype: "i32", shape: [3], range: [0, 4] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [5, 3] },
        { dtype: "i32", shape: [2, 4], range: [0, 4] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [4, 3] },
        { dtype: "i32", shape: [], range: [0, 3] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 5, 3] },
        { dtype: "i32", shape: [4], range: [0, 4] },
      ],
      attributes: { axis: 1 },
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 3] },
        { dtype: "i32", shape: [2, 2], range: [0, 2] },
      ],
      attributes: { axis: 1 },
    },
    {
      operands: [
        { dtype: "i32", shape: [5, 2] },
        { dtype: "i32", shape: [6], data: [0, 0, 4, 4, 4, 1] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [5, 2] },
        { dtype: "i32", shape: [6], data: [0, 0, 4, 4, 4, 1] },
      ],
    },
  ],
  reference: ({ operands, attributes: { axis }, results }) => {
    const table = first(operands);
    const indices = second(operands);
    const inner = elementAt(stridesOf(table.shape), axis);
    const size = elementAt(table.shape, axis);
    const count = sizeOf(indices.shape);
    return [
      fillArray(first(results), (index) => {
        const low = index % inner;
        const chosen = placeAt(indices, Math.floor(index / inner) % count, size);
        const high = Math.floor(index / (inner * count));
        return at(table, (high * size + chosen) * inner + low);
      }),
    ];
  },
  gradient: ({ b, operands, g, attributes: { axis } }) => {
    const table = first(operands).type;
    const indices = second(operands);
    if (axis === 0) return [b.op("scatter_add", [indices, g], { shape: table.shape })];
    return [scatterAlong(b, indices, g, axis, table.shape)];
  },
});

/** The order of axes with one of them in front. */
export function frontOrder(rank: number, axis: number): readonly number[] {
  return [axis, ...Array.from({ length: rank }, (_, index) => index).filter((index) => index !== axis)];
}

/** The gradient of a gather along a later axis: that axis is brought to the front for scatter_add, and back. */
function scatterAlong(b: GraphBuilder, indices: Value, g: Value, axis: number, shape: readonly Dim[]): Value {
  const rank = indices.type.shape.length;
  const axes = g.type.shape.map((_, index) => index);
  const toFront = [...axes.slice(axis, axis + rank), ...axes.slice(0, axis), ...axes.slice(axis + rank)];
  const order = frontOrder(shape.length, axis);
  const moved = order.map((index) => required(shape[index], "dimension of a table"));
  const summed = b.op("scatter_add", [indices, b.transpose(g, toFront)], { shape: moved });
  return b.transpose(summed, inversePermutation(order));
}

/** `scatter_add`: rows summed into zeros. */
export const scatterAdd = definePrimitive({
  name: "scatter_add",
  doc: "Zeros to whose rows, chosen by indices, the updates are added; rows chosen twice get both.",
  exposed: true,
  structure: "other",
  operands: [
    { name: "indices", dtype: "integer", shape: "[...I]" },
    { name: "updates", dtype: "number", shape: "[...I, ...R]" },
  ],
  attributes: { shape: { kind: "dims", min: 1, doc: "The shape of the result: [V, ...R]." } },
  index: { operand: 0, size: ({ attributes: { shape } }) => elementAt(shape, 0) },
  infer: ({ operands, attributes: { shape }, check }) => {
    const indices = first(operands);
    const updates = second(operands);
    const fits = checkSameShape(
      [...indices.shape, ...shape.slice(1)],
      updates.shape,
      "the updates of scatter_add",
      check,
    );
    if (shape.length === 0) return check.fail("the result of scatter_add needs an axis that the indices count");
    return fits ? [{ dtype: updates.dtype, shape }] : undefined;
  },
  cost: ({ operands }) => ({ flops: elementsOf(second(operands)) }),
  samples: [
    {
      operands: [
        { dtype: "i32", shape: [4], data: [0, 2, 2, 0] },
        { dtype: "f32", shape: [4] },
      ],
      attributes: { shape: dims(3) },
    },
    {
      operands: [
        { dtype: "i32", shape: [2, 3], range: [0, 4] },
        { dtype: "f32", shape: [2, 3, 2] },
      ],
      attributes: { shape: dims(5, 2) },
    },
    {
      operands: [
        { dtype: "i32", shape: [], data: [1] },
        { dtype: "f32", shape: [2, 3] },
      ],
      attributes: { shape: dims(4, 2, 3) },
    },
  ],
  reference: ({ operands, results }) => {
    const indices = first(operands);
    const updates = second(operands);
    const { dtype, shape } = first(results);
    const data = new Float64Array(sizeOf(shape));
    const row = sizeOf(shape.slice(1));
    updates.data.forEach((update, index) => {
      const to = placeAt(indices, Math.floor(index / row), elementAt(shape, 0)) * row + (index % row);
      data[to] = elementAt(data, to) + update;
    });
    return [{ dtype, shape, data }];
  },
  gradient: ({ b, operands, g }) => [undefined, b.op("gather", [g, first(operands)], { axis: 0 })],
});
