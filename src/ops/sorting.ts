import { constant, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { first } from "./define/elementwise.ts";
import { at, sizeOf } from "./define/nd-array.ts";
import { defineComposite, definePrimitive, type Sample } from "./define/operator.ts";
import { checkAxis, elementsOf } from "./define/shape-rules.ts";
import { numbersBelow } from "./define/value-range.ts";
import { softmaxAxis } from "./softmax.ts";

/** `top_places`: where the first of a sorted row stand. */
export const topPlaces = definePrimitive({
  name: "top_places",
  doc: "Where the k largest, or smallest, elements of each row along the last axis stand, in order; the first of equals first.",
  exposed: false,
  structure: "other",
  operands: [{ name: "x", dtype: "number", shape: "[..., N]" }],
  attributes: {
    k: { kind: "dim", min: 1, doc: "How many there are." },
    largest: { kind: "bool", doc: "Whether the largest are wanted, not the smallest.", default: true },
  },
  range: ({ operands }) => numbersBelow(required(first(operands).shape.at(-1), "row")),
  infer: ({ operands, attributes: { k }, check }) => {
    const { shape } = first(operands);
    const size = shape.at(-1);
    if (size === undefined) return check.fail("top_places needs an axis to search");
    if (!check.atLeast(size, k, "the axis that is searched")) return undefined;
    return [{ dtype: "i32", shape: [...shape.slice(0, -1), k] }];
  },
  cost: ({ operands }) => ({ flops: elementsOf(first(operands)) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [5], distinct: true }], attributes: { k: constant(2) } },
    { operands: [{ dtype: "f32", shape: [2, 3, 4], distinct: true }], attributes: { k: constant(4), largest: false } },
    {
      operands: [{ dtype: "i32", shape: [2, 6], data: [3, 1, 3, 2, 3, 1, 0, 0, 0, 0, 0, 0] }],
      attributes: { k: constant(5) },
    },
    {
      operands: [{ dtype: "f32", shape: [2, 4], data: [1, 0, 1, 0, -1, 2, -1, 2] }],
      attributes: { k: constant(3), largest: false },
    },
    { operands: [{ dtype: "f32", shape: [3, 1] }], attributes: { k: constant(1) } },
  ],
  reference: ({ operands, attributes: { k, largest }, results }) => {
    const x = first(operands);
    const size = elementAt(x.shape, x.shape.length - 1);
    const data = new Float64Array(sizeOf(first(results).shape));
    for (let row = 0; row * k < data.length; row += 1) {
      const places = Array.from({ length: size }, (_, place) => place);
      const value = (place: number): number => (largest ? -1 : 1) * at(x, row * size + place);
      places.sort((a, b) => value(a) - value(b) || a - b);
      data.set(places.slice(0, k), row * k);
    }
    return [{ ...first(results), data }];
  },
  gradient: "nondifferentiable",
});

/** `top_k`: the largest elements of each row, and where they stand. */
export const topK = defineComposite({
  name: "top_k",
  doc: "The k largest elements of each row along the last axis, in order, and their places; of equals the first stands first.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "number", shape: "[..., N]" }],
  attributes: {
    k: { kind: "dim", min: 1, doc: "How many there are." },
    largest: { kind: "bool", doc: "Whether the largest are wanted, not the smallest.", default: true },
  },
  infer: ({ operands, attributes: { k }, check }) => {
    const { dtype, shape } = first(operands);
    const size = shape.at(-1);
    if (size === undefined) return check.fail("top_k needs an axis to search");
    if (!check.atLeast(size, k, "the axis that top_k searches")) return undefined;
    const found = [...shape.slice(0, -1), k];
    return [
      { dtype, shape: found },
      { dtype: "i32", shape: found },
    ];
  },
  cost: ({ operands }) => ({ flops: elementsOf(first(operands)) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [5], distinct: true }], attributes: { k: constant(2) } },
    { operands: [{ dtype: "f32", shape: [3, 4], distinct: true }], attributes: { k: constant(3), largest: false } },
    { operands: [{ dtype: "f32", shape: [2, 1, 4], distinct: true }], attributes: { k: constant(4) } },
    { operands: [{ dtype: "i32", shape: [2, 4], data: [2, 2, 1, 2, 0, 0, 0, 0] }], attributes: { k: constant(3) } },
  ],
  decompose: (b, { operands, attributes: { k, largest } }) => {
    const places = b.op("top_places", operands, { k, largest });
    return [b.op("gather_along", [first(operands), places]), places];
  },
});

const sortAttributes = {
  axis: { kind: "int", doc: "The axis that is sorted; -1 is the last.", default: -1, min: -1 },
  descending: { kind: "bool", doc: "Whether the largest stands first.", default: false },
} as const;

const sortSamples: readonly Sample[] = [
  { operands: [{ dtype: "f32", shape: [5], distinct: true }] },
  { operands: [{ dtype: "f32", shape: [2, 4, 3], distinct: true }], attributes: { axis: 1 } },
  { operands: [{ dtype: "f32", shape: [4, 3], distinct: true }], attributes: { axis: 0, descending: true } },
  { operands: [{ dtype: "i32", shape: [2, 5], range: [0, 2] }], attributes: { descending: true } },
  { operands: [{ dtype: "f32", shape: [2, 1] }] },
  { operands: [{ dtype: "f32", shape: [2, 5], data: [1, 0, 1, 0, 1, 2, 2, 2, -1, 2] }], skipGradient: true },
];

/** `sort`: the elements of an axis in order. */
export const sort = defineComposite({
  name: "sort",
  doc: "The elements of an axis in order, the smallest first.",
  exposed: true,
  structure: "along axis",
  operands: [{ name: "x", dtype: "number", shape: "[..., N, ...]" }],
  attributes: sortAttributes,
  range: ({ ranges }) => first(ranges),
  infer: ({ operands, attributes: { axis }, check }) => {
    const { length } = first(operands).shape;
    return checkAxis(softmaxAxis(axis, length), length, "sort", check) ? operands : undefined;
  },
  cost: ({ operands }) => ({ flops: elementsOf(first(operands)) }),
  samples: sortSamples,
  decompose: (b, { operands, attributes: { axis, descending } }) => [
    withAxisLast(b, first(operands), axis, (x, k) =>
      b.op("gather_along", [x, b.op("top_places", [x], { k, largest: descending })]),
    ),
  ],
});

/** `argsort`: where the elements of a sorted axis stood. */
export const argsort = defineComposite({
  name: "argsort",
  doc: "The places of an axis' elements in the order of their sizes, the smallest first; equals keep their order.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "number", shape: "[..., N, ...]" }],
  attributes: sortAttributes,
  range: ({ operands, attributes: { axis } }) => {
    const { shape } = first(operands);
    return numbersBelow(elementAt(shape, softmaxAxis(axis, shape.length)));
  },
  infer: ({ operands, attributes: { axis }, check }) => {
    const { shape } = first(operands);
    if (!checkAxis(softmaxAxis(axis, shape.length), shape.length, "argsort", check)) return undefined;
    return [{ dtype: "i32", shape }];
  },
  cost: ({ operands }) => ({ flops: elementsOf(first(operands)) }),
  samples: sortSamples.map((it) => ({ ...it, skipGradient: true })),
  decompose: (b, { operands, attributes: { axis, descending } }) => [
    withAxisLast(b, first(operands), axis, (x, k) => b.op("top_places", [x], { k, largest: descending })),
  ],
});

/** Applies what works on the last axis to another one, of size `k`: swapped with the last, and back. */
function withAxisLast(b: GraphBuilder, x: Value, axis: number, apply: (x: Value, k: Dim) => Value): Value {
  const last = x.type.shape.length - 1;
  const place = softmaxAxis(axis, last + 1);
  const k = elementAt(x.type.shape, place);
  if (place === last) return apply(x, k);
  const perm = x.type.shape.map((_, index) => (index === place ? last : index === last ? place : index));
  return b.transpose(apply(b.transpose(x, perm), k), perm);
}
