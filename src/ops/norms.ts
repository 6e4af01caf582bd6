import { constant, multiply } from "../dims/dim.ts";
import { first } from "./define/elementwise.ts";
import { defineComposite, type Sample } from "./define/operator.ts";
import { rootOf } from "./define/root-of.ts";
import { elementsOf } from "./define/shape-rules.ts";
import { reducedType, reductionAttributes } from "./reductions.ts";
import { always } from "./define/non-negative.ts";

const samples: readonly Sample[] = [
  { operands: [{ dtype: "f32", shape: [4], range: [-3, 3] }], attributes: { axes: [0] } },
  { operands: [{ dtype: "f32", shape: [3, 5], range: [-3, 3] }], attributes: { axes: [1], keep: true } },
  { operands: [{ dtype: "f32", shape: [2, 3, 1, 4], range: [-3, 3] }], attributes: { axes: [1, 3] } },
];

/** `norm`: the length of vectors. */
export const norm = defineComposite({
  name: "norm",
  doc: "The root of the sum of squares over axes; with another order, that of the sum of such powers of sizes. At zeros alone it has no slope.",
  nonNegative: always,
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "float", shape: "[...]" }],
  attributes: {
    ...reductionAttributes,
    order: { kind: "float", doc: "The power: 1 gives the sum of sizes, 2 the length.", default: 2, min: 1 },
  },
  infer: reducedType("norm"),
  cost: ({ operands }) => ({ flops: multiply(elementsOf(first(operands)), constant(2)) }),
  samples: [
    ...samples,
    ...samples.map((it) => ({ ...it, attributes: { ...it.attributes, order: 1 } })),
    ...samples.map((it) => ({ ...it, attributes: { ...it.attributes, order: 3 } })),
    {
      operands: [{ dtype: "f32", shape: [2, 2], data: [0, 0, 3, 4] }],
      attributes: { axes: [1] },
      skipGradient: true,
    },
  ],
  decompose: (b, { operands, attributes: { axes, keep, order } }) => {
    const x = first(operands);
    const number = (value: number) => b.scalar(value, x.type.dtype);
    if (order === 1) return [b.sum(b.op("abs", [x]), axes, keep)];
    if (order === 2) return [rootOf(b, b.sum(b.op("square", [x]), axes, keep), 2)];
    // High powers leave the type: those of shares of the largest size are 1 at most.
    const sizes = b.op("abs", [x]);
    const most = b.op("stop_gradient", [b.op("max", [sizes], { axes, keep: true })]);
    const scale = b.where(b.op("equal", [most, number(0)]), number(1), most);
    const total = b.sum(b.op("pow", [b.div(sizes, scale), number(order)]), axes, keep);
    const lengths = rootOf(b, total, order);
    return [b.mul(lengths, b.reshape(scale, lengths.type.shape))];
  },
});

/** `std`: the root of the variance. */
export const std = defineComposite({
  name: "std",
  doc: "The standard deviation over axes: the root of the variance, whose divisor is the number of elements. Where all are alike it has no slope.",
  nonNegative: always,
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "float", shape: "[...]" }],
  attributes: reductionAttributes,
  infer: reducedType("std"),
  cost: ({ operands }) => ({ flops: multiply(elementsOf(first(operands)), constant(4)) }),
  samples,
  decompose: (b, { operands, attributes }) => [rootOf(b, b.op("variance", operands, attributes), 2)],
});
