import { asNumber, constant, floorDivide, product, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { elementAt } from "../support/element-at.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { defineComposite, type ShapeChecker, type Sample } from "./define/operator.ts";
import { elementsOf, one, withAxis } from "./define/shape-rules.ts";
import { checkImage, forEachAxis } from "./define/window-geometry.ts";

const attributes = {
  sizes: {
    kind: "ints",
    doc: "Places of the result along the spatial axes: one number for all, or one for each.",
    min: 1,
  },
} as const;

const samples: readonly Sample[] = [
  { operands: [{ dtype: "f32", shape: [2, 7, 3], distinct: true }], attributes: { sizes: [3] } },
  { operands: [{ dtype: "f32", shape: [1, 3, 2], distinct: true }], attributes: { sizes: [5] } },
  { operands: [{ dtype: "f32", shape: [1, 6, 5, 2], distinct: true }], attributes: { sizes: [3, 2] } },
  { operands: [{ dtype: "f32", shape: [1, 4, 4, 2], distinct: true }], attributes: { sizes: [1] } },
  { operands: [{ dtype: "f32", shape: [1, 3, 5, 4, 2], distinct: true }], attributes: { sizes: [2, 5, 3] } },
];

/** `adaptive_avg_pool`: averages of as many windows as asked. */
export const adaptiveAvgPool = defineComposite({
  name: "adaptive_avg_pool",
  doc: "The averages of as many windows along each spatial axis as `sizes` says: window i of n reaches from floor(i * size / n) to ceil((i + 1) * size / n).",
  exposed: true,
  structure: "other",
  sumsProducts: true,
  operands: [{ name: "x", dtype: "float", shape: "[B, ...S, C]" }],
  attributes,
  infer: ({ operands, attributes: { sizes }, check }) => resultOf("adaptive_avg_pool", operands, sizes, check),
  cost: ({ operands }) => ({ flops: elementsOf(elementAt(operands, 0)) }),
  samples,
  decompose: (b, { operands, attributes: { sizes } }) => [
    eachAxis(b, elementAt(operands, 0), sizes, (lines, size, length) => {
      if (divides(size, length)) return b.mean(windowsOf(b, lines, size, length), [2]);
      const { dtype } = lines.type;
      const inside = b.cast(isInside(b, size, length), dtype);
      const shares = b.div(inside, b.sum(inside, [1], true));
      return b.matmul(shares, lines);
    }),
  ],
});

/** `adaptive_max_pool`: the largest values of as many windows as asked. */
export const adaptiveMaxPool = defineComposite({
  name: "adaptive_max_pool",
  doc: "The largest values of as many windows along each spatial axis as `sizes` says: window i of n reaches from floor(i * size / n) to ceil((i + 1) * size / n). Of equal ones the first gets the gradient.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "float", shape: "[B, ...S, C]" }],
  attributes,
  infer: ({ operands, attributes: { sizes }, check }) => resultOf("adaptive_max_pool", operands, sizes, check),
  cost: ({ operands }) => ({ flops: elementsOf(elementAt(operands, 0)) }),
  samples,
  decompose: (b, { operands, attributes: { sizes } }) => [
    eachAxis(b, elementAt(operands, 0), sizes, (lines, size, length) => {
      if (divides(size, length)) return firstLargest(b, windowsOf(b, lines, size, length));
      const { shape } = lines.type;
      const all = b.reshape(lines, [elementAt(shape, 0), one, length, elementAt(shape, 2)]);
      const inside = b.reshape(isInside(b, size, length), [constant(size), length, one]);
      const held = b.where(inside, all, b.scalar(-Infinity, lines.type.dtype));
      return firstLargest(b, held);
    }),
  ],
});

/** The largest element along axis 2 of four, with its gradient to the first of equal ones; NaN if there is one. */
function firstLargest(b: GraphBuilder, x: Value): Value {
  const rows = b.transpose(x, [0, 1, 3, 2]);
  const taken = b.op("take_along", [rows, b.op("argmax", [rows], { axis: 3 })]);
  const largest = b.op("stop_gradient", [b.op("max", [rows], { axes: [3] })]);
  return b.where(b.op("equal", [largest, largest]), taken, largest);
}

function resultOf(
  what: string,
  operands: readonly TensorType[],
  sizes: readonly number[],
  check: ShapeChecker,
): readonly TensorType[] | undefined {
  const { dtype, shape } = elementAt(operands, 0);
  if (!checkImage(what, shape, check)) return undefined;
  const axes = shape.length - 2;
  if (sizes.length !== 1 && sizes.length !== axes) {
    return check.fail(`${what} takes one size for all spatial axes, or one for each of ${axes}, not ${sizes.length}`);
  }
  const spatial = forEachAxis(sizes, axes).map((size) => constant(size));
  return [{ dtype, shape: [elementAt(shape, 0), ...spatial, elementAt(shape, shape.length - 1)] }];
}

/**
 * Pools axis by axis, the axis as the second of [before, length, behind]: windows are boxes. The last axis comes first, so
 * that the first of equal elements is the first of the whole box in row-major order.
 */
function eachAxis(
  b: GraphBuilder,
  x: Value,
  sizes: readonly number[],
  pool: (lines: Value, size: number, length: Dim) => Value,
): Value {
  const axes = x.type.shape.length - 2;
  return forEachAxis(sizes, axes).reduceRight((value, size, index) => {
    const { shape } = value.type;
    const axis = index + 1;
    const length = elementAt(shape, axis);
    if (asNumber(length) === size) return value;
    const lines = b.reshape(value, [product(shape.slice(0, axis)), length, product(shape.slice(axis + 1))]);
    return b.reshape(pool(lines, size, length), withAxis(shape, axis, constant(size)));
  }, x);
}

function divides(size: number, length: Dim): boolean {
  const known = asNumber(length);
  return known !== undefined && known % size === 0;
}

/** Windows that lie side by side, as an axis of their own. */
function windowsOf(b: GraphBuilder, lines: Value, size: number, length: Dim): Value {
  const { shape } = lines.type;
  const each = floorDivide(length, constant(size));
  return b.reshape(lines, [elementAt(shape, 0), constant(size), each, elementAt(shape, 2)]);
}

/** Which of the places of an axis each window holds: bool[size, length]. */
function isInside(b: GraphBuilder, size: number, length: Dim): Value {
  const places = b.op("range", [], { size: length, dtype: "i32" });
  const windows = b.reshape(b.op("range", [], { size: constant(size), dtype: "i32" }), [constant(size), one]);
  const whole = b.cast(b.dim(length), "i32");
  const count = b.scalar(size, "i32");
  const floorOf = (value: Value): Value => b.op("floor_div", [value, count]);
  const starts = floorOf(b.mul(windows, whole));
  const ends = floorOf(b.add(b.mul(b.add(windows, b.scalar(1, "i32")), whole), b.scalar(size - 1, "i32")));
  return b.op("logical_and", [b.op("greater_equal", [places, starts]), b.op("less", [places, ends])]);
}
