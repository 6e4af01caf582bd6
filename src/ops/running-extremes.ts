import { constant, multiply, subtract } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { isFloat } from "./define/dtype-class.ts";
import { first } from "./define/elementwise.ts";
import { defineComposite, type Composite, type DTypeClass, type Sample } from "./define/operator.ts";
import { checkAxis, elementsOf, one, withoutAxis } from "./define/shape-rules.ts";

const attributes = {
  axis: { kind: "int", doc: "The axis along which it runs.", min: 0 },
  reverse: { kind: "bool", doc: "Whether it runs from the end.", default: false },
} as const;

interface RunningSpec {
  readonly name: string;
  readonly doc: string;
  readonly dtype: DTypeClass;
  /** What is so far, with one more element. Twice the same element it is that element, or `begin` is given. */
  readonly join: (b: GraphBuilder, before: Value, element: Value) => Value;
  /** What stands before the first element; that element itself where it is left out. */
  readonly begin?: (b: GraphBuilder, element: Value) => Value;
}

const samples: readonly Sample[] = [
  { operands: [{ dtype: "f32", shape: [5], distinct: true }], attributes: { axis: 0 } },
  { operands: [{ dtype: "f32", shape: [3, 4], distinct: true }], attributes: { axis: 1, reverse: true } },
  { operands: [{ dtype: "f32", shape: [2, 3, 1, 4], distinct: true }], attributes: { axis: 1 } },
  { operands: [{ dtype: "f32", shape: [2, 1], distinct: true }], attributes: { axis: 1 } },
];

function defineRunning(spec: RunningSpec): Composite<typeof attributes> {
  return defineComposite({
    name: spec.name,
    doc: spec.doc,
    exposed: true,
    structure: "along axis",
    operands: [{ name: "x", dtype: spec.dtype, shape: "[..., N, ...]" }],
    attributes,
    infer: ({ operands, attributes: { axis }, check }) =>
      checkAxis(axis, first(operands).shape.length, spec.name, check) ? operands : undefined,
    cost: ({ results }) => ({
      flops: multiply(elementsOf(first(results)), constant(spec.begin === undefined ? 1 : 5)),
    }),
    samples,
    decompose: (b, { operands, attributes: { axis, reverse } }) => {
      const x = first(operands);
      const { shape } = x.type;
      const length = elementAt(shape, axis);
      const start = reverse ? subtract(length, one) : constant(0);
      const edge = b.reshape(b.op("slice", [x], { axis, start, size: one }), withoutAxis(shape, axis));
      const initial = [spec.begin === undefined ? edge : spec.begin(b, edge)];
      const settings = { initial, sequences: [x], sequenceAxes: [axis], emitAxes: [axis], length, reverse };
      const [, all] = b.scan(settings, (inner, [before = edge], [element = x]) => {
        const joined = spec.join(inner, before, element);
        return { carries: [joined], emits: [joined] };
      });
      return [required(all, "what runs")];
    },
  });
}

/** The element where it compares so with what is before, or is no number; NaN stays, as it compares with nothing. */
function latest(b: GraphBuilder, compare: "greater_equal" | "less_equal", before: Value, element: Value): Value {
  const wins = b.op(compare, [element, before]);
  if (!isFloat(element.type.dtype)) return b.where(wins, element, before);
  return b.where(b.op("logical_or", [wins, b.op("not_equal", [element, element])]), element, before);
}

/** `cummax`: running maxima. */
export const cummax = defineRunning({
  name: "cummax",
  doc: "The largest element so far along an axis; of equal ones the latest gets the gradient.",
  dtype: "number",
  join: (b, before, element) => latest(b, "greater_equal", before, element),
});

/** `cummin`: running minima. */
export const cummin = defineRunning({
  name: "cummin",
  doc: "The smallest element so far along an axis; of equal ones the latest gets the gradient.",
  dtype: "number",
  join: (b, before, element) => latest(b, "less_equal", before, element),
});

/** `cumlogsumexp`: the logarithms of running sums of exponentials. */
export const cumlogsumexp = defineRunning({
  name: "cumlogsumexp",
  doc: "The logarithm of the sum of exponentials so far along an axis, without overflow.",
  dtype: "float",
  // So far below every element that nothing is added; finite, as a difference of infinite ones is no number.
  begin: (b, { type }) => b.broadcast(b.scalar(type.dtype === "f16" ? -3e4 : -1e30, type.dtype), type.shape),
  join: (b, before, element) => {
    const apart = b.op("abs", [b.sub(before, element)]);
    return b.add(b.op("maximum", [before, element]), b.op("log1p", [b.op("exp", [b.neg(apart)])]));
  },
});
