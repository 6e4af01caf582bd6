import { constant, multiply } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { first, unarySamples } from "./define/elementwise.ts";
import { defineComposite } from "./define/operator.ts";
import { elementsOf } from "./define/shape-rules.ts";

const operands = [{ name: "x", dtype: "float", shape: "[...]" }] as const;

/** A scalar of x's element type. */
function like(b: GraphBuilder, x: Value, value: number): Value {
  return b.scalar(value, x.type.dtype);
}

/** `gelu`: x times the standard normal distribution function of x (Hendrycks and Gimpel 2016). */
export const gelu = defineComposite({
  name: "gelu",
  doc: "The Gaussian error linear unit: x times the share of a normal distribution below x.",
  exposed: true,
  structure: "elementwise",
  operands,
  attributes: { approximate: { kind: "bool", doc: "Whether tanh stands in for erf.", default: false } },
  infer: ({ operands: types }) => types,
  cost: ({ results }) => ({ flops: multiply(elementsOf(first(results)), constant(8)) }),
  samples: [...unarySamples([-3, 3]), ...unarySamples([-3, 3], { attributes: { approximate: true } })],
  decompose: (b, { operands: values, attributes: { approximate } }) => {
    const x = first(values);
    const inner = approximate
      ? b.op("tanh", [
          b.mul(like(b, x, Math.sqrt(2 / Math.PI)), b.add(x, b.mul(like(b, x, 0.044715), b.mul(x, b.mul(x, x))))),
        ])
      : b.op("erf", [b.mul(x, like(b, x, Math.SQRT1_2))]);
    return [b.mul(b.mul(x, like(b, x, 0.5)), b.add(inner, like(b, x, 1)))];
  },
});

/** `silu`: x times its sigmoid. */
export const silu = defineComposite({
  name: "silu",
  doc: "x times sigmoid(x), also called swish.",
  exposed: true,
  structure: "elementwise",
  operands,
  attributes: {},
  infer: ({ operands: types }) => types,
  cost: ({ results }) => ({ flops: multiply(elementsOf(first(results)), constant(2)) }),
  samples: unarySamples([-4, 4]),
  decompose: (b, { operands: values }) => [b.mul(first(values), b.op("sigmoid", values))],
  gradient: ({ b, operands: values, results, g }) => {
    const share = b.op("sigmoid", values);
    // (x s)' = s + y (1 - s)
    const slope = b.add(share, b.mul(first(results), b.sub(like(b, share, 1), share)));
    return [b.mul(g, slope)];
  },
});

/** `elu`: x where positive, alpha (e^x - 1) elsewhere. */
export const elu = defineComposite({
  name: "elu",
  doc: "x where it is positive, alpha * (exp(x) - 1) elsewhere.",
  exposed: true,
  structure: "elementwise",
  operands,
  attributes: { alpha: { kind: "float", doc: "The limit below, negated.", default: 1 } },
  infer: ({ operands: types }) => types,
  cost: ({ results }) => ({ flops: multiply(elementsOf(first(results)), constant(4)) }),
  samples: [...unarySamples([-3, 3]), ...unarySamples([-3, 3], { attributes: { alpha: 0.5 } })],
  decompose: (b, { operands: values, attributes: { alpha } }) => {
    const x = first(values);
    const zero = like(b, x, 0);
    const above = b.op("greater", [x, zero]);
    // exp must not overflow in the branch that is not taken.
    const below = b.mul(like(b, x, alpha), b.op("expm1", [b.where(above, zero, x)]));
    return [b.where(above, x, below)];
  },
});

/** `leaky_relu`: x where positive, alpha x elsewhere. */
export const leakyRelu = defineComposite({
  name: "leaky_relu",
  doc: "x where it is positive, alpha * x elsewhere.",
  exposed: true,
  structure: "elementwise",
  operands,
  attributes: { alpha: { kind: "float", doc: "The slope below zero.", default: 0.3 } },
  infer: ({ operands: types }) => types,
  cost: ({ results }) => ({ flops: multiply(elementsOf(first(results)), constant(2)) }),
  samples: [...unarySamples(), ...unarySamples(undefined, { attributes: { alpha: 0.01 } })],
  decompose: (b, { operands: values, attributes: { alpha } }) => {
    const x = first(values);
    return [b.where(b.op("greater", [x, like(b, x, 0)]), x, b.mul(x, like(b, x, alpha)))];
  },
});

/** `hard_sigmoid`: x / 6 + 1/2, cut off at 0 and 1. */
export const hardSigmoid = defineComposite({
  name: "hard_sigmoid",
  doc: "x / 6 + 1/2, cut off at 0 and 1.",
  exposed: true,
  structure: "elementwise",
  operands,
  attributes: {},
  infer: ({ operands: types }) => types,
  cost: ({ results }) => ({ flops: multiply(elementsOf(first(results)), constant(3)) }),
  samples: unarySamples([-5, 5]),
  valueFact: "probability",
  decompose: (b, { operands: values }) => {
    const x = first(values);
    return [b.op("clip", [b.add(b.mul(x, like(b, x, 1 / 6)), like(b, x, 0.5))], { min: 0, max: 1, open: true })];
  },
});
