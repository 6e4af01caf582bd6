import { binarySamples, defineBinary } from "./define/elementwise.ts";
import type { NoAttributes, Primitive, Sample } from "./define/operator.ts";

const ties: Sample = {
  operands: [
    { dtype: "f32", shape: [4], data: [1, 2, -3, 0] },
    { dtype: "f32", shape: [4], data: [1, -2, 3, 0] },
  ],
};

function defineComparison(
  name: string,
  doc: string,
  compute: (a: number, b: number) => boolean,
): Primitive<NoAttributes> {
  return defineBinary({
    name,
    doc,
    dtype: "number",
    result: "bool",
    compute: (a, b) => (compute(a, b) ? 1 : 0),
    gradient: "nondifferentiable",
    samples: [...binarySamples(), ...binarySamples({ dtype: "i32" }), ties],
  });
}

/** `equal`: whether elements are equal. */
export const equal = defineComparison("equal", "Whether elements of two tensors are equal.", (a, b) => a === b);

/** `not_equal`: whether elements differ. */
export const notEqual = defineComparison("not_equal", "Whether elements of two tensors differ.", (a, b) => a !== b);

/** `less`: whether a < b. */
export const less = defineComparison("less", "Whether elements of a are smaller than those of b.", (a, b) => a < b);

/** `less_equal`: whether a <= b. */
export const lessEqual = defineComparison(
  "less_equal",
  "Whether elements of a are at most those of b.",
  (a, b) => a <= b,
);

/** `greater`: whether a > b. */
export const greater = defineComparison(
  "greater",
  "Whether elements of a are larger than those of b.",
  (a, b) => a > b,
);

/** `greater_equal`: whether a >= b. */
export const greaterEqual = defineComparison(
  "greater_equal",
  "Whether elements of a are at least those of b.",
  (a, b) => a >= b,
);
