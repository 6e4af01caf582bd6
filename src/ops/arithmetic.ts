import { isFloat } from "./define/dtype-class.ts";
import { binarySamples, defineBinary, type BinaryGradient, type BinaryInverse } from "./define/elementwise.ts";
import {
  anyValue,
  heldBy,
  rangeOfDifferences,
  rangeOfGreater,
  rangeOfLesser,
  rangeOfProducts,
  rangeOfQuotients,
  rangeOfRemainders,
  rangeOfSums,
} from "./define/value-range.ts";
import { unlessItWraps, whereAllAre } from "./define/non-negative.ts";

/** `add`: a + b. */
export const add = defineBinary({
  name: "add",
  doc: "The sum of two tensors.",
  nonNegative: unlessItWraps(whereAllAre),
  dtype: "number",
  compute: (a, b) => a + b,
  range: (ranges, dtype) => heldBy(rangeOfSums(ranges), dtype),
  gradient: [({ g }) => g, ({ g }) => g],
  inverse: [({ b, y, other }) => b.sub(y, other), ({ b, y, other }) => b.sub(y, other)],
  samples: [...binarySamples(), ...binarySamples({ dtype: "i32" })],
});

/** `sub`: a - b. */
export const sub = defineBinary({
  name: "sub",
  doc: "The difference of two tensors.",
  dtype: "number",
  compute: (a, b) => a - b,
  range: (ranges, dtype) => heldBy(rangeOfDifferences(ranges), dtype),
  gradient: [({ g }) => g, ({ b, g }) => b.neg(g)],
  inverse: [({ b, y, other }) => b.add(y, other), ({ b, y, other }) => b.sub(other, y)],
  samples: [...binarySamples(), ...binarySamples({ dtype: "i32" })],
});

/** What was multiplied; by 0, it is not known. */
const quotient: BinaryInverse = ({ b, y, other, known }) => (known === 0 ? undefined : b.div(y, other));

/** `mul`: a * b, element by element. */
export const mul = defineBinary({
  name: "mul",
  doc: "The product of two tensors, element by element.",
  nonNegative: unlessItWraps(whereAllAre),
  dtype: "number",
  // An f64 product of two 32-bit integers may lose low bits, which are those that wrapping keeps.
  compute: (a, b, dtype) => (dtype === "i32" || dtype === "u32" ? Math.imul(a, b) : a * b),
  range: (ranges, dtype) => heldBy(rangeOfProducts(ranges), dtype),
  gradient: [({ b, right, g }) => b.mul(g, right), ({ b, left, g }) => b.mul(g, left)],
  inverse: [quotient, quotient],
  samples: [...binarySamples(), ...binarySamples({ dtype: "i32" })],
});

/** `div`: a / b of floats. */
export const div = defineBinary({
  name: "div",
  doc: "The quotient of two floating point tensors.",
  nonNegative: whereAllAre,
  dtype: "float",
  compute: (a, b) => a / b,
  gradient: [({ b, right, g }) => b.div(g, right), ({ b, right, result, g }) => b.neg(b.div(b.mul(g, result), right))],
  inverse: [
    ({ b, y, other }) => b.mul(y, other),
    ({ b, y, other, known }) => (known === 0 ? undefined : b.div(other, y)),
  ],
  samples: binarySamples({ b: [0.5, 2] }),
});

/** `pow`: a to the power of b. */
export const pow = defineBinary({
  name: "pow",
  doc: "a to the power of b.",
  nonNegative: ([base]) => base === true,
  dtype: "float",
  compute: (a, b) => a ** b,
  gradient: [
    ({ b, left, right, g }) => {
      const { dtype } = right.type;
      const lower = b.op("pow", [left, b.sub(right, b.scalar(1, dtype))]);
      // 0 times the infinite power of 0 is no number; what is constant has no slope.
      const varies = b.op("not_equal", [right, b.scalar(0, dtype)]);
      return b.mul(g, b.where(varies, b.mul(right, lower), b.scalar(0, dtype)));
    },
    ({ b, left, result, g }) => {
      const dtype = left.type.dtype;
      const positive = b.op("greater", [left, b.scalar(0, dtype)]);
      // ln of what is not positive is no number: those elements have no gradient for their exponent.
      const log = b.op("log", [b.where(positive, left, b.scalar(1, dtype))]);
      return b.mul(g, b.mul(result, log));
    },
  ],
  inverse: [
    // A power with a fraction is of what is not negative; whole ones have two numbers for one, or lose its sign.
    ({ b, y, known }) =>
      known === undefined || Number.isInteger(known) ? undefined : b.op("pow", [y, b.scalar(1 / known, y.type.dtype)]),
    ({ b, y, known }) =>
      known === undefined || known <= 0 || known === 1
        ? undefined
        : b.div(b.op("log", [y]), b.scalar(Math.log(known), y.type.dtype)),
  ],
  samples: [
    ...binarySamples({ a: [0.3, 2], b: [-2, 2] }),
    {
      operands: [
        { dtype: "f32", shape: [4], range: [-2, -0.5] },
        { dtype: "f32", shape: [], data: [3] },
      ],
      skipGradient: true,
    },
  ],
});

/** The share of the gradient that an operand gets: all where it is the extreme one, half where the two are equal. */
function shareOfExtreme(wins: "greater" | "less", side: "left" | "right"): BinaryGradient {
  return ({ b, left, right, g }) => {
    const [one, other] = side === "left" ? [left, right] : [right, left];
    const { dtype } = g.type;
    const alone = b.cast(b.op(wins, [one, other]), dtype);
    const atLeast = b.cast(b.op(`${wins}_equal`, [one, other]), dtype);
    return b.mul(g, b.mul(b.add(alone, atLeast), b.scalar(0.5, dtype)));
  };
}

/** `maximum`: the larger of a and b. */
export const maximum = defineBinary({
  name: "maximum",
  doc: "The larger of two tensors, element by element; equal ones share the gradient.",
  nonNegative: (operands) => operands.some((it) => it),
  dtype: "number",
  compute: (a, b) => (Number.isNaN(a) || a >= b ? a : b),
  range: (ranges, dtype) => (isFloat(dtype) ? anyValue : rangeOfGreater(ranges)),
  gradient: [shareOfExtreme("greater", "left"), shareOfExtreme("greater", "right")],
  samples: [...binarySamples(), ...binarySamples({ dtype: "i32" })],
});

/** `minimum`: the smaller of a and b. */
export const minimum = defineBinary({
  name: "minimum",
  doc: "The smaller of two tensors, element by element; equal ones share the gradient.",
  nonNegative: whereAllAre,
  dtype: "number",
  compute: (a, b) => (Number.isNaN(a) || a <= b ? a : b),
  range: (ranges, dtype) => (isFloat(dtype) ? anyValue : rangeOfLesser(ranges)),
  gradient: [shareOfExtreme("less", "left"), shareOfExtreme("less", "right")],
  samples: [...binarySamples(), ...binarySamples({ dtype: "i32" })],
});

/** `floor_div`: the largest integer not above a / b, as Python's `//`. */
export const floorDiv = defineBinary({
  name: "floor_div",
  doc: "The quotient of two tensors, rounded down as by Python's //.",
  dtype: "number",
  isWhole: true,
  compute: (a, b) => Math.floor(a / b),
  range: (ranges, dtype) => (isFloat(dtype) ? anyValue : rangeOfQuotients(ranges)),
  gradient: "nondifferentiable",
  samples: [
    ...binarySamples({ a: [-5, 5], b: [0.5, 2] }),
    ...binarySamples({ a: [-9, 9], b: [1, 4], dtype: "i32" }),
    ...binarySamples({ a: [-9, 9], b: [-4, -1], dtype: "i32" }),
  ],
});

/** `mod`: what floor division leaves; it has the divisor's sign. */
export const mod = defineBinary({
  name: "mod",
  doc: "What floor division leaves over; it has the sign of the divisor.",
  dtype: "number",
  flops: 3,
  compute: (a, b) => {
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  },
  range: (ranges, dtype) => (isFloat(dtype) ? anyValue : rangeOfRemainders(ranges)),
  gradient: [({ g }) => g, ({ b, left, right, g }) => b.neg(b.mul(g, b.op("floor_div", [left, right])))],
  samples: [
    ...binarySamples({ a: [-5, 5], b: [0.5, 2] }),
    ...binarySamples({ a: [-9, 9], b: [1, 4], dtype: "i32" }),
    ...binarySamples({ a: [-9, 9], b: [-4, -1], dtype: "i32" }),
  ],
});
