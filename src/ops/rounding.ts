import { defineUnary, unarySamples } from "./define/elementwise.ts";

/** `floor`: the largest integer not above. */
export const floor = defineUnary({
  name: "floor",
  doc: "The largest integer that is not above the element.",
  dtype: "float",
  isWhole: true,
  compute: Math.floor,
  gradient: "nondifferentiable",
  samples: unarySamples([-4, 4]),
});

/** `ceil`: the smallest integer not below. */
export const ceil = defineUnary({
  name: "ceil",
  doc: "The smallest integer that is not below the element.",
  dtype: "float",
  isWhole: true,
  compute: Math.ceil,
  gradient: "nondifferentiable",
  samples: unarySamples([-4, 4]),
});

/** `round`: the nearest integer, halves to even. */
export const round = defineUnary({
  name: "round",
  doc: "The nearest integer; halves go to the even one.",
  dtype: "float",
  isWhole: true,
  compute: roundHalfToEven,
  gradient: "nondifferentiable",
  samples: [...unarySamples([-4, 4]), { operands: [{ dtype: "f32", shape: [5], data: [-1.5, -0.5, 0.5, 1.5, 2.5] }] }],
});

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  // What is negative and next to 0 is -0, as IEEE 754 has it: `atan2` tells the two apart.
  const above = below === -1 ? -0 : below + 1;
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : above;
  return below % 2 === 0 ? below : above;
}
