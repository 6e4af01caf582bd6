import { asNumber, product, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { first } from "./define/elementwise.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { foldArray, mapArray, reshapeArray, sizeOf } from "./define/nd-array.ts";
import {
  definePrimitive,
  type DTypeClass,
  type NdArray,
  type Operator,
  type Primitive,
  type Sample,
  type ShapeRuleInput,
} from "./define/operator.ts";
import { checkAxes, elementsOf, one } from "./define/shape-rules.ts";
import type { TensorType } from "../ir/types.ts";
import { unlessItWraps, whereAllAre } from "./define/non-negative.ts";

/** The attributes that every reduction has. */
export const reductionAttributes = {
  axes: { kind: "ints", doc: "The axes that are reduced.", min: 0 },
  keep: { kind: "bool", doc: "Whether reduced axes stay, with size 1.", default: false },
} as const;

/** The shape rule of a reduction. */
export function reducedType(
  name: string,
): (input: ShapeRuleInput<typeof reductionAttributes>) => readonly TensorType[] | undefined {
  return ({ operands, attributes: { axes, keep }, check }) => {
    const { dtype, shape } = first(operands);
    if (!checkAxes(axes, shape.length, name, check)) return undefined;
    return [{ dtype, shape: shape.flatMap((dim, axis) => (axes.includes(axis) ? (keep ? [one] : []) : [dim])) }];
  };
}

/** A shape with the reduced axes at size 1: what broadcasts against the operand. */
export function keptShape(shape: readonly Dim[], axes: readonly number[]): readonly Dim[] {
  return shape.map((dim, axis) => (axes.includes(axis) ? one : dim));
}

/** How many elements each result of a reduction is made of. */
export function reducedCount(shape: readonly Dim[], axes: readonly number[]): Dim {
  return product(shape.filter((_, axis) => axes.includes(axis)));
}

/** g divided by the number of elements that a reduction of `shape` over `axes` averages. */
export function dividedByCount(b: GraphBuilder, g: Value, shape: readonly Dim[], axes: readonly number[]): Value {
  const count = reducedCount(shape, axes);
  const literal = asNumber(count);
  return literal === undefined ? b.div(g, b.dimAs(count, g.type.dtype)) : b.mul(g, b.scalar(1 / literal, g.type.dtype));
}

interface ReductionSpec {
  readonly name: string;
  readonly doc: string;
  readonly dtype: DTypeClass;
  readonly compute: (x: NdArray, axes: readonly number[]) => NdArray;
  /** Gradient of x; y and g have the reduced axes at size 1. */
  readonly gradient: (
    b: GraphBuilder,
    at: { readonly x: Value; readonly y: Value; readonly g: Value; readonly axes: readonly number[] },
  ) => Value;
  readonly distinct?: boolean;
  readonly integers?: boolean;
  /** Whether each result is one of the elements. */
  readonly picks?: boolean;
  readonly nonNegative?: Operator["nonNegative"];
}

function reductionSamples(spec: ReductionSpec): readonly Sample[] {
  const cases: readonly (readonly [readonly number[], readonly number[], boolean])[] = [
    [[4], [0], false],
    [[3, 4], [1], false],
    [[3, 4], [0], true],
    [[2, 3, 5], [0, 2], false],
    [[2, 3, 5], [1], true],
    [[2, 1, 3, 4], [1, 3], true],
    [[2, 1, 3, 4], [0, 1, 2, 3], false],
  ];
  const samples = cases.map(([shape, axes, keep]): Sample => ({
    operands: [{ dtype: "f32", shape, range: [-2, 2], ...(spec.distinct === true && { distinct: true }) }],
    attributes: { axes, keep },
  }));
  const integers: Sample = { operands: [{ dtype: "i32", shape: [3, 4], range: [-5, 5] }], attributes: { axes: [1] } };
  return spec.integers === true ? [...samples, integers] : samples;
}

function defineReduction(spec: ReductionSpec): Primitive<typeof reductionAttributes> {
  return definePrimitive({
    name: spec.name,
    doc: spec.doc,
    exposed: true,
    structure: "reduction",
    operands: [{ name: "x", dtype: spec.dtype, shape: "[...]" }],
    attributes: reductionAttributes,
    ...(spec.picks === true && { range: ({ ranges }) => first(ranges) }),
    ...(spec.nonNegative !== undefined && { nonNegative: spec.nonNegative }),
    infer: reducedType(spec.name),
    cost: ({ operands }) => ({ flops: elementsOf(first(operands)) }),
    samples: reductionSamples(spec),
    reference: ({ operands, attributes, results }) => [
      reshapeArray(spec.compute(first(operands), attributes.axes), first(results).shape),
    ],
    gradient: ({ b, operands, results, g, attributes }) => {
      const x = first(operands);
      const kept = keptShape(x.type.shape, attributes.axes);
      const at = { x, y: b.reshape(first(results), kept), g: b.reshape(g, kept), axes: attributes.axes };
      return [spec.gradient(b, at)];
    },
  });
}

/** Every extreme element gets its share of the gradient: ties do not multiply it. */
function extremumGradient(
  b: GraphBuilder,
  { x, y, g, axes }: { readonly x: Value; readonly y: Value; readonly g: Value; readonly axes: readonly number[] },
): Value {
  const hit = b.cast(b.op("equal", [x, y]), x.type.dtype);
  return b.mul(hit, b.div(g, b.sum(hit, axes, true)));
}

/** `sum`: the sum over axes. */
export const sum = defineReduction({
  name: "sum",
  doc: "The sum over axes.",
  nonNegative: unlessItWraps(whereAllAre),
  dtype: "number",
  compute: (x, axes) => foldArray(x, axes, 0, (total, element) => total + element),
  gradient: (b, { x, g }) => b.broadcast(g, x.type.shape),
  integers: true,
});

/** `mean`: the mean over axes. */
export const mean = defineReduction({
  name: "mean",
  doc: "The mean over axes.",
  nonNegative: whereAllAre,
  dtype: "float",
  compute: (x, axes) => {
    const count = sizeOf(x.shape.filter((_, axis) => axes.includes(axis)));
    return mapArray(
      foldArray(x, axes, 0, (total, element) => total + element),
      (total) => total / count,
    );
  },
  gradient: (b, { x, g, axes }) => b.broadcast(dividedByCount(b, g, x.type.shape, axes), x.type.shape),
});

/** `max`: the largest element over axes. */
export const max = defineReduction({
  name: "max",
  doc: "The largest element over axes.",
  nonNegative: whereAllAre,
  dtype: "number",
  compute: (x, axes) => foldArray(x, axes, -Infinity, (largest, element) => Math.max(largest, element)),
  gradient: extremumGradient,
  picks: true,
  distinct: true,
  integers: true,
});

/** `min`: the smallest element over axes. */
export const min = defineReduction({
  name: "min",
  doc: "The smallest element over axes.",
  nonNegative: whereAllAre,
  dtype: "number",
  compute: (x, axes) => foldArray(x, axes, Infinity, (smallest, element) => Math.min(smallest, element)),
  gradient: extremumGradient,
  picks: true,
  distinct: true,
  integers: true,
});

/** `prod`: the product over axes. */
export const prod = defineReduction({
  name: "prod",
  doc: "The product over axes.",
  nonNegative: unlessItWraps(whereAllAre),
  dtype: "number",
  compute: (x, axes) =>
    foldArray(x, axes, 1, (total, element) => (x.dtype === "i32" ? Math.imul(total, element) : total * element)),
  gradient: (b, { x, g, axes }) => {
    const dtype = x.type.dtype;
    const zero = b.scalar(0, dtype);
    const unit = b.scalar(1, dtype);
    // y / x fails at zeros. With the zeros taken out, one zero alone gets the product of the others.
    const isZero = b.op("equal", [x, zero]);
    const others = b.where(isZero, unit, x);
    const rest = b.op("prod", [others], { axes, keep: true });
    const zeros = b.sum(b.cast(isZero, dtype), axes, true);
    const atZero = b.where(b.op("equal", [zeros, unit]), rest, zero);
    const elsewhere = b.div(b.where(b.op("equal", [zeros, zero]), rest, zero), others);
    return b.mul(g, b.where(isZero, atZero, elsewhere));
  },
  integers: true,
});
