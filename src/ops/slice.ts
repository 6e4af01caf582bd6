import { elementAt } from "../support/element-at.ts";
import { add, asNumber, constant, multiply, subtract, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { required } from "../support/fault.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { first } from "./define/elementwise.ts";
import { pick, stridedIndices, stridesOf } from "./define/nd-array.ts";
import { defineComposite, definePrimitive, type ShapeChecker } from "./define/operator.ts";
import { checkAxis, one, withAxis } from "./define/shape-rules.ts";

const zero = constant(0);

/** How many places a slice reaches over: `size` of them, `step` apart. */
export function sliceSpan(size: Dim, step: number): Dim {
  return add(multiply(subtract(size, one), constant(step)), one);
}

function checkPlaces(whole: Dim, start: Dim, size: Dim, step: number, what: string, check: ShapeChecker): boolean {
  return (
    check.atLeast(start, zero, `the start of ${what}`) &&
    check.atLeast(size, one, `the size of ${what}`) &&
    check.atLeast(whole, add(start, sliceSpan(size, step)), `the axis of ${what} must reach as far as it is read`)
  );
}

/** `slice`: elements of one axis, evenly apart. */
export const slice = definePrimitive({
  name: "slice",
  doc: "Elements of one axis: `size` of them from `start` on, `step` apart.",
  exposed: true,
  structure: "along axis",
  operands: [{ name: "x", dtype: "any", shape: "[..., N, ...]" }],
  attributes: {
    axis: { kind: "int", doc: "The axis that is cut.", min: 0 },
    start: { kind: "dim", doc: "The place of the first element." },
    size: { kind: "dim", min: 1, doc: "The number of elements." },
    step: { kind: "int", doc: "The distance between elements.", default: 1, min: 1 },
  },
  infer: ({ operands, attributes: { axis, start, size, step }, check }) => {
    const x = first(operands);
    const whole = x.shape[axis];
    if (!checkAxis(axis, x.shape.length, "slice", check) || whole === undefined) return undefined;
    if (!checkPlaces(whole, start, size, step, "slice", check)) return undefined;
    return [{ dtype: x.dtype, shape: withAxis(x.shape, axis, size) }];
  },
  cost: () => ({ flops: zero }),
  samples: [
    { operands: [{ dtype: "f32", shape: [7] }], attributes: { axis: 0, start: constant(2), size: constant(3) } },
    {
      operands: [{ dtype: "f32", shape: [3, 7] }],
      attributes: { axis: 1, start: constant(0), size: constant(4), step: 2 },
    },
    {
      operands: [{ dtype: "f32", shape: [2, 9, 3] }],
      attributes: { axis: 1, start: constant(1), size: constant(3), step: 3 },
    },
    {
      operands: [{ dtype: "f32", shape: [2, 1, 3, 5] }],
      attributes: { axis: 3, start: constant(4), size: constant(1) },
    },
    {
      operands: [{ dtype: "i32", shape: [6, 2] }],
      attributes: { axis: 0, start: constant(1), size: constant(2), step: 4 },
    },
  ],
  valueFact: "view",
  reference: ({ operands, attributes: { axis, start, step }, results }) => {
    const x = first(operands);
    const type = first(results);
    const strides = stridesOf(x.shape);
    const stride = elementAt(strides, axis);
    const steps = strides.map((it, index) => (index === axis ? it * step : it));
    return [pick(x, stridedIndices(type.shape, steps, start * stride), type)];
  },
  gradient: ({ b, operands, g, attributes: { axis, start, step } }) => {
    const whole = required(first(operands).type.shape[axis], "sliced dimension");
    return [placeSlice(b, g, axis, start, whole, step)];
  },
});

/** Zeros of `whole` elements along an axis, with x from `start` on, `step` apart. */
function placeSlice(b: GraphBuilder, x: Value, axis: number, start: Dim, whole: Dim, step: number): Value {
  const size = required(x.type.shape[axis], "placed dimension");
  const span = sliceSpan(size, step);
  const spread = step === 1 ? x : spreadOut(b, x, axis, span, step);
  const zeros = x.type.shape.map(() => zero);
  const before = withAxis(zeros, axis, start);
  const behind = subtract(whole, add(start, span));
  if (asNumber(start) === 0 && asNumber(behind) === 0) return spread;
  const after = withAxis(zeros, axis, behind);
  return b.op("pad_constant", [spread], { before, after, value: 0 });
}

/** Puts step - 1 zeros between neighbours along an axis: rows of `step` elements, less those behind the last. */
function spreadOut(b: GraphBuilder, x: Value, axis: number, span: Dim, step: number): Value {
  const { shape } = x.type;
  const size = required(shape[axis], "spread dimension");
  const rows = b.reshape(x, [...shape.slice(0, axis + 1), one, ...shape.slice(axis + 1)]);
  const zeros = rows.type.shape.map(() => zero);
  const filled = b.op("pad_constant", [rows], {
    before: zeros,
    after: withAxis(zeros, axis + 1, constant(step - 1)),
    value: 0,
  });
  const flat = b.reshape(filled, withAxis(shape, axis, multiply(size, constant(step))));
  return b.op("slice", [flat], { axis, start: zero, size: span });
}

/** `scatter_slice`: what `slice` reads, put back among zeros. */
export const scatterSlice = defineComposite({
  name: "scatter_slice",
  doc: "Zeros with the operand placed along an axis from `start` on, `step` apart.",
  exposed: false,
  structure: "other",
  operands: [{ name: "x", dtype: "number", shape: "[..., N, ...]" }],
  attributes: {
    axis: { kind: "int", doc: "The axis along which elements are placed.", min: 0 },
    start: { kind: "dim", doc: "The place of the first element." },
    size: { kind: "dim", min: 1, doc: "The size of the axis in the result." },
    step: { kind: "int", doc: "The distance between elements.", default: 1, min: 1 },
  },
  infer: ({ operands, attributes: { axis, start, size, step }, check }) => {
    const x = first(operands);
    const placed = x.shape[axis];
    if (!checkAxis(axis, x.shape.length, "scatter_slice", check) || placed === undefined) return undefined;
    if (!checkPlaces(size, start, placed, step, "scatter_slice", check)) return undefined;
    return [{ dtype: x.dtype, shape: withAxis(x.shape, axis, size) }];
  },
  cost: () => ({ flops: zero }),
  samples: [
    { operands: [{ dtype: "f32", shape: [3] }], attributes: { axis: 0, start: constant(2), size: constant(7) } },
    {
      operands: [{ dtype: "f32", shape: [3, 4] }],
      attributes: { axis: 1, start: constant(0), size: constant(7), step: 2 },
    },
    {
      operands: [{ dtype: "f32", shape: [2, 3, 2] }],
      attributes: { axis: 1, start: constant(1), size: constant(9), step: 3 },
    },
  ],
  decompose: (b, { operands, attributes: { axis, start, size, step } }) => [
    placeSlice(b, first(operands), axis, start, size, step),
  ],
  gradient: ({ b, operands, g, attributes: { axis, start, step } }) => {
    const size = required(first(operands).type.shape[axis], "placed dimension");
    return [b.op("slice", [g], { axis, start, size, step })];
  },
});
