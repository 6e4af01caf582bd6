import { constant, multiply } from "../dims/dim.ts";
import { first } from "./define/elementwise.ts";
import { defineComposite, type Sample } from "./define/operator.ts";
import { dividedByCount, keptShape, reducedType, reductionAttributes } from "./reductions.ts";
import { elementsOf } from "./define/shape-rules.ts";

const samples: readonly Sample[] = [
  { operands: [{ dtype: "f32", shape: [4], range: [-3, 3] }], attributes: { axes: [0] } },
  { operands: [{ dtype: "f32", shape: [3, 5], range: [-3, 3] }], attributes: { axes: [1], keep: true } },
  { operands: [{ dtype: "f32", shape: [2, 3, 1, 4], range: [-3, 3] }], attributes: { axes: [1, 3] } },
];

/** `logsumexp`: ln of the sum of exponentials. */
export const logsumexp = defineComposite({
  name: "logsumexp",
  doc: "The logarithm of the sum of exponentials over axes, without overflow.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "float", shape: "[...]" }],
  attributes: reductionAttributes,
  infer: reducedType("logsumexp"),
  cost: ({ operands }) => ({ flops: multiply(elementsOf(first(operands)), constant(4)) }),
  samples: [
    ...samples,
    { operands: [{ dtype: "f32", shape: [2, 2], data: [500, 501, -500, -500] }], attributes: { axes: [1] } },
  ],
  decompose: (b, { operands, results, attributes: { axes } }) => {
    const x = first(operands);
    // What is subtracted cancels in the result, so that no gradient has to flow through it.
    const peak = b.op("stop_gradient", [b.op("max", [x], { axes, keep: true })]);
    const total = b.sum(b.op("exp", [b.sub(x, peak)]), axes, true);
    return [b.reshape(b.add(b.op("log", [total]), peak), first(results).type.shape)];
  },
});

/** `variance`: the mean squared distance from the mean. */
export const variance = defineComposite({
  name: "variance",
  doc: "The mean squared distance from the mean over axes.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "float", shape: "[...]" }],
  attributes: reductionAttributes,
  infer: reducedType("variance"),
  cost: ({ operands }) => ({ flops: multiply(elementsOf(first(operands)), constant(4)) }),
  samples,
  decompose: (b, { operands, attributes: { axes, keep } }) => {
    const x = first(operands);
    const centred = b.sub(x, b.mean(x, axes, true));
    return [b.mean(b.op("square", [centred]), axes, keep)];
  },
  gradient: ({ b, operands, g, attributes: { axes } }) => {
    const x = first(operands);
    const kept = b.reshape(g, keptShape(x.type.shape, axes));
    const centred = b.sub(x, b.mean(x, axes, true));
    const share = dividedByCount(b, b.mul(kept, b.scalar(2, g.type.dtype)), x.type.shape, axes);
    return [b.mul(centred, share)];
  },
});
