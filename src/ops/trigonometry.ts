import type { Value } from "../ir/graph.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { binarySamples, defineBinary, defineUnary, unarySamples } from "./define/elementwise.ts";

/** `tan`: the tangent, of radians. */
export const tan = defineUnary({
  name: "tan",
  doc: "The tangent of every element, in radians.",
  dtype: "float",
  compute: Math.tan,
  gradient: (b, x, y, g) => b.mul(g, b.add(b.mul(y, y), b.scalar(1, x.type.dtype))),
  samples: unarySamples([-1.2, 1.2]),
});

/** `asin`: the angle of a sine. */
export const asin = defineUnary({
  name: "asin",
  doc: "The angle from -pi/2 to pi/2 whose sine the element is; NaN beyond -1 and 1.",
  dtype: "float",
  compute: Math.asin,
  gradient: (b, x, _y, g) => b.div(g, b.op("sqrt", [oneLessSquare(b, x)])),
  samples: unarySamples([-0.9, 0.9]),
});

/** `acos`: the angle of a cosine. */
export const acos = defineUnary({
  name: "acos",
  doc: "The angle from 0 to pi whose cosine the element is; NaN beyond -1 and 1.",
  dtype: "float",
  compute: Math.acos,
  gradient: (b, x, _y, g) => b.neg(b.div(g, b.op("sqrt", [oneLessSquare(b, x)]))),
  samples: unarySamples([-0.9, 0.9]),
});

/** `atan`: the angle of a tangent. */
export const atan = defineUnary({
  name: "atan",
  doc: "The angle from -pi/2 to pi/2 whose tangent the element is.",
  dtype: "float",
  compute: Math.atan,
  gradient: (b, x, _y, g) => b.div(g, b.add(b.mul(x, x), b.scalar(1, x.type.dtype))),
  samples: unarySamples([-3, 3]),
});

/** `sinh`: the hyperbolic sine. */
export const sinh = defineUnary({
  name: "sinh",
  doc: "The hyperbolic sine of every element.",
  dtype: "float",
  compute: Math.sinh,
  gradient: (b, x, _y, g) => b.mul(g, b.op("cosh", [x])),
  samples: unarySamples([-3, 3]),
});

/** `cosh`: the hyperbolic cosine. */
export const cosh = defineUnary({
  name: "cosh",
  doc: "The hyperbolic cosine of every element.",
  dtype: "float",
  compute: Math.cosh,
  gradient: (b, x, _y, g) => b.mul(g, b.op("sinh", [x])),
  samples: unarySamples([-3, 3]),
});

/** `asinh`: what the hyperbolic sine takes. Its slope goes by the result, as the square of x may overflow. */
export const asinh = defineUnary({
  name: "asinh",
  doc: "The inverse of the hyperbolic sine.",
  dtype: "float",
  compute: Math.asinh,
  gradient: (b, _x, y, g) => b.div(g, b.op("cosh", [y])),
  samples: unarySamples([-3, 3]),
});

/** `acosh`: what the hyperbolic cosine takes. */
export const acosh = defineUnary({
  name: "acosh",
  doc: "The inverse of the hyperbolic cosine, not negative; NaN below 1.",
  dtype: "float",
  compute: Math.acosh,
  gradient: (b, _x, y, g) => b.div(g, b.op("sinh", [y])),
  samples: unarySamples([1.2, 4]),
});

/** `atanh`: what the hyperbolic tangent takes. */
export const atanh = defineUnary({
  name: "atanh",
  doc: "The inverse of the hyperbolic tangent; NaN beyond -1 and 1.",
  dtype: "float",
  compute: Math.atanh,
  gradient: (b, x, _y, g) => b.div(g, oneLessSquare(b, x)),
  samples: unarySamples([-0.9, 0.9]),
});

/** `atan2`: the angle of a point. */
export const atan2 = defineBinary({
  name: "atan2",
  doc: "The angle from -pi to pi of the point whose height is a and whose distance to the right is b.",
  dtype: "float",
  flops: 4,
  compute: Math.atan2,
  gradient: [
    ({ b, left, right, g }) => b.div(b.mul(g, right), b.add(b.mul(left, left), b.mul(right, right))),
    ({ b, left, right, g }) => b.neg(b.div(b.mul(g, left), b.add(b.mul(left, left), b.mul(right, right)))),
  ],
  samples: [
    ...binarySamples({ a: [0.5, 2], b: [-2, 2] }),
    ...binarySamples({ a: [-2, -0.5], b: [-2, 2] }),
    {
      operands: [
        { dtype: "f32", shape: [8], data: [0, 0, 1, -1, 1, 1, -1, -1] },
        { dtype: "f32", shape: [8], data: [1, -1, 0, 0, 1, -1, 1, -1] },
      ],
      skipGradient: true,
    },
  ],
});

/** 1 - x^2, exact near 1 and -1. */
function oneLessSquare(b: GraphBuilder, x: Value): Value {
  const one = b.scalar(1, x.type.dtype);
  return b.mul(b.sub(one, x), b.add(one, x));
}
