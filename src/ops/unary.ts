import type { Value } from "../ir/graph.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { defineUnary, unarySamples } from "./define/elementwise.ts";
import { unlessItWraps, always } from "./define/non-negative.ts";

/** `neg`: the negative of every element. */
export const neg = defineUnary({
  name: "neg",
  doc: "The negative of every element.",
  dtype: "number",
  compute: (x) => -x,
  gradient: (b, _x, _y, g) => b.neg(g),
  inverse: (b, y) => b.neg(y),
  samples: unarySamples(),
});

/** `abs`: the magnitude of every element. */
export const abs = defineUnary({
  name: "abs",
  doc: "The magnitude of every element.",
  nonNegative: unlessItWraps(always),
  dtype: "number",
  compute: Math.abs,
  gradient: (b, x, _y, g) => b.mul(g, b.op("sign", [x])),
  samples: unarySamples(),
});

/** `sign`: -1, 0 or 1. */
export const sign = defineUnary({
  name: "sign",
  doc: "-1, 0 or 1 as an element is negative, zero or positive.",
  dtype: "number",
  isWhole: true,
  compute: Math.sign,
  gradient: "nondifferentiable",
  samples: [...unarySamples(), { operands: [{ dtype: "f32", shape: [3], data: [-2, 0, 5] }] }],
});

/** `exp`: e to the power of every element. */
export const exp = defineUnary({
  name: "exp",
  doc: "e to the power of every element.",
  nonNegative: always,
  dtype: "float",
  compute: Math.exp,
  gradient: (b, _x, y, g) => b.mul(g, y),
  inverse: (b, y) => b.op("log", [y]),
  samples: unarySamples([-3, 3]),
});

/** `log`: the natural logarithm. */
export const log = defineUnary({
  name: "log",
  doc: "The natural logarithm of every element.",
  dtype: "float",
  compute: Math.log,
  gradient: (b, x, _y, g) => b.div(g, x),
  inverse: (b, y) => b.op("exp", [y]),
  samples: unarySamples([0.1, 4]),
});

/** `log1p`: ln(1 + x), precise near 0. */
export const log1p = defineUnary({
  name: "log1p",
  doc: "The natural logarithm of 1 + x, precise near 0.",
  dtype: "float",
  compute: Math.log1p,
  gradient: (b, x, _y, g) => b.div(g, b.add(x, b.scalar(1, x.type.dtype))),
  inverse: (b, y) => b.op("expm1", [y]),
  samples: [...unarySamples([-0.6, 3]), { operands: [{ dtype: "f32", shape: [5], range: [-1e-4, 1e-4] }] }],
});

/** `expm1`: e^x - 1, precise near 0. */
export const expm1 = defineUnary({
  name: "expm1",
  doc: "e to the power of every element, less 1, precise near 0.",
  dtype: "float",
  compute: Math.expm1,
  gradient: (b, x, _y, g) => b.mul(g, b.op("exp", [x])),
  inverse: (b, y) => b.op("log1p", [y]),
  samples: [...unarySamples([-2, 2]), { operands: [{ dtype: "f32", shape: [5], range: [-1e-4, 1e-4] }] }],
});

/** `sqrt`: the square root. */
export const sqrt = defineUnary({
  name: "sqrt",
  doc: "The square root of every element.",
  nonNegative: always,
  dtype: "float",
  compute: Math.sqrt,
  gradient: (b, x, y, g) => b.div(b.mul(g, b.scalar(0.5, x.type.dtype)), y),
  inverse: (b, y) => b.mul(y, y),
  samples: unarySamples([0.1, 4]),
});

/** `rsqrt`: the reciprocal of the square root. */
export const rsqrt = defineUnary({
  name: "rsqrt",
  doc: "The reciprocal of every element's square root.",
  dtype: "float",
  compute: (x) => 1 / Math.sqrt(x),
  gradient: (b, x, y, g) => b.div(b.mul(b.mul(g, b.scalar(-0.5, x.type.dtype)), y), x),
  inverse: (b, y) => b.div(b.scalar(1, y.type.dtype), b.mul(y, y)),
  samples: unarySamples([0.2, 4]),
});

/** `square`: every element times itself. */
export const square = defineUnary({
  name: "square",
  doc: "Every element times itself.",
  nonNegative: unlessItWraps(always),
  dtype: "number",
  compute: (x, dtype) => (dtype === "i32" ? Math.imul(x, x) : x * x),
  gradient: (b, x, _y, g) => b.mul(g, b.mul(x, b.scalar(2, x.type.dtype))),
  samples: unarySamples(),
});

/** `reciprocal`: 1 / x. */
export const reciprocal = defineUnary({
  name: "reciprocal",
  doc: "1 divided by every element.",
  dtype: "float",
  compute: (x) => 1 / x,
  gradient: (b, _x, y, g) => b.neg(b.mul(g, b.mul(y, y))),
  inverse: (b, y) => b.op("reciprocal", [y]),
  samples: unarySamples([0.3, 3]),
});

/** `sin`: the sine, of radians. */
export const sin = defineUnary({
  name: "sin",
  doc: "The sine of every element, in radians.",
  dtype: "float",
  compute: Math.sin,
  gradient: (b, x, _y, g) => b.mul(g, b.op("cos", [x])),
  samples: unarySamples([-4, 4]),
});

/** `cos`: the cosine, of radians. */
export const cos = defineUnary({
  name: "cos",
  doc: "The cosine of every element, in radians.",
  dtype: "float",
  compute: Math.cos,
  gradient: (b, x, _y, g) => b.neg(b.mul(g, b.op("sin", [x]))),
  samples: unarySamples([-4, 4]),
});

/** `tanh`: the hyperbolic tangent. */
export const tanh = defineUnary({
  name: "tanh",
  doc: "The hyperbolic tangent of every element.",
  dtype: "float",
  compute: Math.tanh,
  gradient: (b, _x, y, g) => b.mul(g, b.sub(b.scalar(1, y.type.dtype), b.mul(y, y))),
  samples: unarySamples([-3, 3]),
});

function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

function logisticGradient(b: GraphBuilder, _x: Value, y: Value, g: Value): Value {
  return b.mul(g, b.mul(y, b.sub(b.scalar(1, y.type.dtype), y)));
}

/** `sigmoid`: 1 / (1 + e^-x). */
export const sigmoid = defineUnary({
  name: "sigmoid",
  doc: "The logistic function, 1 / (1 + exp(-x)).",
  dtype: "float",
  compute: logistic,
  gradient: logisticGradient,
  samples: unarySamples([-6, 6]),
  valueFact: "probability",
});

/** `gate`: the sigmoid of recurrent layers. */
export const gate = defineUnary({
  name: "gate",
  doc: "The logistic function within 2e-8, in one step: a factor, of which neither the logarithm nor the quotient is taken.",
  exposed: false,
  dtype: "float",
  compute: logistic,
  gradient: logisticGradient,
  samples: unarySamples([-6, 6]),
});

/** `relu`: max(x, 0). */
export const relu = defineUnary({
  name: "relu",
  doc: "Every element where it is positive, 0 elsewhere.",
  nonNegative: always,
  dtype: "number",
  compute: (x) => (x > 0 ? x : x <= 0 ? 0 : x),
  gradient: (b, x, y, g) => {
    const { dtype } = x.type;
    // The sign of the result rather than of x: the operand need not be kept for the backward pass. A product rather than
    // `where`, which takes ONNX Runtime three passes.
    return b.mul(g, b.cast(b.op("greater", [y, b.scalar(0, dtype)]), dtype));
  },
  samples: unarySamples(),
});

/** `softplus`: ln(1 + e^x). */
export const softplus = defineUnary({
  name: "softplus",
  doc: "The smooth rectifier ln(1 + exp(x)).",
  nonNegative: always,
  dtype: "float",
  compute: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  gradient: (b, x, _y, g) => b.mul(g, b.op("sigmoid", [x])),
  samples: unarySamples([-4, 4]),
});

/** `erf`: the Gauss error function. */
export const erf = defineUnary({
  name: "erf",
  doc: "The Gauss error function of every element.",
  dtype: "float",
  compute: errorFunction,
  gradient: (b, x, _y, g) =>
    b.mul(g, b.mul(b.scalar(2 / Math.sqrt(Math.PI), x.type.dtype), b.op("exp", [b.neg(b.mul(x, x))]))),
  samples: unarySamples([-2.5, 2.5]),
});

/**
 * The error function in f64: its Maclaurin series to |x| = 2.5, the continued fraction of its complement beyond
 * (Abramowitz and Stegun 7.1.5 and 7.1.14). Absolute error below 1e-14.
 */
export function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  if (size <= 2.5) {
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total) && n < 200; n += 1) {
      term *= -(x * x) / n;
      total += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * total;
  }
  let fraction = size;
  for (let k = 120; k >= 1; k -= 1) fraction = size + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * fraction));
}
