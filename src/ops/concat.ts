import { elementAt } from "../support/element-at.ts";
import { constant, sum, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { required } from "../support/fault.ts";
import { first } from "./define/elementwise.ts";
import { at, fillArray, stridesOf } from "./define/nd-array.ts";
import { defineComposite, definePrimitive, type SizePair } from "./define/operator.ts";
import { checkAxis, one, preferred, shapeOfOthers, sharedDType, withAxis } from "./define/shape-rules.ts";
import { insertAxis } from "../ir/axes.ts";
import { whereAllAre } from "./define/non-negative.ts";

/** `concat`: tensors joined along an axis. */
export const concat = definePrimitive({
  name: "concat",
  doc: "Tensors joined along an axis.",
  nonNegative: whereAllAre,
  exposed: true,
  structure: "along axis",
  operands: [{ name: "xs", dtype: "any", shape: "[..., N, ...]", variadic: true }],
  attributes: { axis: { kind: "int", doc: "The axis along which they are joined.", min: 0 } },
  infer: ({ operands, attributes: { axis }, check }) => {
    const dtype = sharedDType(operands, "concat", check);
    const [head, ...rest] = operands;
    if (dtype === undefined || head === undefined || !checkAxis(axis, head.shape.length, "concat", check))
      return undefined;
    let shape: readonly Dim[] = head.shape;
    const pairs: SizePair[] = [];
    for (const type of rest) {
      if (type.shape.length !== head.shape.length) {
        return check.fail(
          `the operands of concat must have one rank, and ${head.shape.length} is not ${type.shape.length}`,
        );
      }
      shape = shape.map((dim, index) => {
        const other = required(type.shape[index], "dimension");
        if (index === axis) return dim;
        pairs.push({ left: dim, right: other, what: `axes ${index} of the operands of concat` });
        return preferred(dim, other);
      });
    }
    const total = sum(operands.flatMap((it) => it.shape[axis] ?? []));
    return check.allEqual(pairs) ? [{ dtype, shape: withAxis(shape, axis, total) }] : undefined;
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [2] },
        { dtype: "f32", shape: [3] },
      ],
      attributes: { axis: 0 },
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 3] },
        { dtype: "f32", shape: [2, 1] },
        { dtype: "f32", shape: [2, 2] },
      ],
      attributes: { axis: 1 },
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 1, 3, 2] },
        { dtype: "f32", shape: [2, 4, 3, 2] },
      ],
      attributes: { axis: 1 },
    },
    {
      operands: [
        { dtype: "i32", shape: [1, 3] },
        { dtype: "i32", shape: [2, 3] },
      ],
      attributes: { axis: 0 },
    },
    { operands: [{ dtype: "f32", shape: [2, 3] }], attributes: { axis: 0 } },
  ],
  valueFact: "view",
  reference: ({ operands, attributes: { axis }, results }) => {
    const type = first(results);
    const inner = elementAt(stridesOf(type.shape), axis);
    const size = elementAt(type.shape, axis);
    const parts = operands.map((it) => ({ it, size: elementAt(it.shape, axis) }));
    return [
      fillArray(type, (index) => {
        const low = index % inner;
        let place = Math.floor(index / inner) % size;
        const high = Math.floor(index / (inner * size));
        for (const part of parts) {
          if (place < part.size) return at(part.it, (high * part.size + place) * inner + low);
          place -= part.size;
        }
        return Number.NaN;
      }),
    ];
  },
  gradient: ({ b, operands, g, needs, attributes: { axis } }) => {
    const gradients: (Value | undefined)[] = [];
    let start: Dim = constant(0);
    operands.forEach((it, index) => {
      const size = required(it.type.shape[axis], "concatenated dimension");
      gradients.push(needs[index] === true ? b.op("slice", [g], { axis, start, size }) : undefined);
      start = sum([start, size]);
    });
    return gradients;
  },
});

/** `stack`: tensors of one shape along a new axis. */
export const stack = defineComposite({
  name: "stack",
  doc: "Tensors of one shape, side by side along a new axis.",
  nonNegative: whereAllAre,
  exposed: true,
  structure: "other",
  operands: [{ name: "xs", dtype: "any", shape: "[...]", variadic: true, shapeOfNumber: shapeOfOthers }],
  attributes: {
    axis: { kind: "int", doc: "Where the new axis stands in the result.", default: 0, min: 0, ofResult: true },
  },
  infer: ({ operands, attributes: { axis }, check }) => {
    const dtype = sharedDType(operands, "stack", check);
    const [head, ...rest] = operands;
    if (dtype === undefined || head === undefined || !checkAxis(axis, head.shape.length + 1, "stack", check))
      return undefined;
    if (rest.some((type) => type.shape.length !== head.shape.length))
      return check.fail("the operands of stack must have one rank");
    const pairs = rest.flatMap((type) =>
      head.shape.map((left, index) => {
        const right = required(type.shape[index], "dimension");
        return { left, right, what: `axes ${index} of the operands of stack` };
      }),
    );
    if (!check.allEqual(pairs)) return undefined;
    return [insertAxis(head, axis, constant(operands.length))];
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [] },
        { dtype: "f32", shape: [] },
      ],
    },
    {
      operands: [
        { dtype: "f32", shape: [3, 2] },
        { dtype: "f32", shape: [3, 2] },
        { dtype: "f32", shape: [3, 2] },
      ],
      attributes: { axis: 1 },
    },
    {
      operands: [
        { dtype: "i32", shape: [3] },
        { dtype: "i32", shape: [3] },
      ],
      attributes: { axis: 1 },
    },
  ],
  valueFact: "view",
  decompose: (b, { operands, attributes: { axis } }) => [
    b.op(
      "concat",
      operands.map((it) => b.reshape(it, insertAxis(it.type, axis, one).shape)),
      { axis },
    ),
  ],
});
