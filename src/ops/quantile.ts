import { asNumber, constant, subtract } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { elementAt } from "../support/element-at.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { first } from "./define/elementwise.ts";
import { defineComposite } from "./define/operator.ts";
import { checkAxis, elementsOf, one, withAxis, withoutAxis } from "./define/shape-rules.ts";

/** `quantile`: the element below which a share of an axis lies, between the two nearest in a line. */
export const quantile = defineComposite({
  name: "quantile",
  doc: "The number below which a share q of an axis lies: between the two nearest elements in order in a line, as NumPy's.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "float", shape: "[..., N, ...]" }],
  attributes: {
    q: { kind: "float", doc: "The share: 0 gives the smallest, 1 the largest, 0.5 the median.", min: 0, max: 1 },
    axis: { kind: "int", doc: "The axis that is searched.", min: 0 },
    keep: { kind: "bool", doc: "Whether the axis stays, with size 1.", default: false },
  },
  infer: ({ operands, attributes: { axis, keep }, check }) => {
    const { dtype, shape } = first(operands);
    if (!checkAxis(axis, shape.length, "quantile", check)) return undefined;
    return [{ dtype, shape: keep ? withAxis(shape, axis, one) : withoutAxis(shape, axis) }];
  },
  cost: ({ operands }) => ({ flops: elementsOf(first(operands)) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [5], distinct: true }], attributes: { axis: 0, q: 0.5 } },
    { operands: [{ dtype: "f32", shape: [4, 3], distinct: true }], attributes: { axis: 0, q: 0.7, keep: true } },
    { operands: [{ dtype: "f32", shape: [2, 6, 2], distinct: true }], attributes: { axis: 1, q: 0.05 } },
    { operands: [{ dtype: "f32", shape: [2, 3], distinct: true }], attributes: { axis: 1, q: 0 } },
    { operands: [{ dtype: "f32", shape: [2, 3], distinct: true }], attributes: { axis: 1, q: 1 } },
    { operands: [{ dtype: "f32", shape: [3, 1] }], attributes: { axis: 1, q: 0.3 } },
    {
      operands: [{ dtype: "f32", shape: [2, 4], data: [1, 2, 2, 1, 3, 3, 3, 3] }],
      attributes: { axis: 1, q: 0.4 },
      skipGradient: true,
    },
  ],
  decompose: (b, { operands, results, attributes: { q, axis } }) => {
    const x = first(operands);
    const sorted = b.op("sort", [x], { axis });
    const size = asNumber(elementAt(x.type.shape, axis));
    const [low, high, share] =
      size === undefined ? openPlaces(b, sorted, axis, q) : literalPlaces(b, sorted, axis, q * (size - 1));
    const between = share === undefined ? low : b.add(low, b.mul(share, b.sub(high, low)));
    return [b.reshape(between, first(results).type.shape)];
  },
});

/** The elements around a place, and how far it is from the first of them; no share where it is that one. */
type Around = readonly [low: Value, high: Value, share: Value | undefined];

function literalPlaces(b: GraphBuilder, sorted: Value, axis: number, place: number): Around {
  const element = (start: number): Value => b.op("slice", [sorted], { axis, start: constant(start), size: one });
  const below = Math.floor(place);
  const low = element(below);
  if (place === below) return [low, low, undefined];
  return [low, element(below + 1), b.scalar(place - below, sorted.type.dtype)];
}

function openPlaces(b: GraphBuilder, sorted: Value, axis: number, q: number): Around {
  const last = subtract(elementAt(sorted.type.shape, axis), one);
  // In f32 at least: half precision does not count to 2,049.
  const exact = sorted.type.dtype === "f64" ? "f64" : "f32";
  const place = b.mul(b.dimAs(last, exact), b.scalar(q, exact));
  const low = b.op("floor", [place]);
  const high = b.op("minimum", [b.add(low, b.scalar(1, exact)), b.dimAs(last, exact)]);
  const element = (at: Value): Value => b.op("gather", [sorted, b.cast(at, "i32")], { axis });
  return [element(low), element(high), b.cast(b.sub(place, low), sorted.type.dtype)];
}
