import { isFloat } from "./dtype-class.ts";
import { binarySamples, defineBinary, first } from "./elementwise.ts";
import type { Primitive, Sample } from "./operator.ts";

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
  onnx: string,
  tfjs: string,
): Primitive {
  return defineBinary({
    name,
    doc,
    dtype: "number",
    result: "bool",
    compute: (a, b) => (compute(a, b) ? 1 : 0),
    gradient: "nondifferentiable",
    onnx: (writer, a, b) =>
      onnx === "NotEqual" ? writer.node("Not", [writer.node("Equal", [a, b])]) : writer.node(onnx, [a, b]),
    // TensorFlow.js cannot differentiate past a comparison, not even with a gradient of zero.
    tfjs: (writer, a, b, types) => {
      const compared = writer.tf(tfjs, a, b);
      return isFloat(first(types).dtype)
        ? writer.helper("withoutGradient", { kind: "arrow", parameters: [], body: compared })
        : compared;
    },
    samples: [...binarySamples(), ...binarySamples({ dtype: "i32" }), ties],
  });
}

/** `equal`: whether elements are equal. */
export const equal = defineComparison(
  "equal",
  "Whether elements of two tensors are equal.",
  (a, b) => a === b,
  "Equal",
  "equal",
);

/** `not_equal`: whether elements differ. */
export const notEqual = defineComparison(
  "not_equal",
  "Whether elements of two tensors differ.",
  (a, b) => a !== b,
  "NotEqual",
  "notEqual",
);

/** `less`: whether a < b. */
export const less = defineComparison(
  "less",
  "Whether elements of a are smaller than those of b.",
  (a, b) => a < b,
  "Less",
  "less",
);

/** `less_equal`: whether a <= b. */
export const lessEqual = defineComparison(
  "less_equal",
  "Whether elements of a are at most those of b.",
  (a, b) => a <= b,
  "LessOrEqual",
  "lessEqual",
);

/** `greater`: whether a > b. */
export const greater = defineComparison(
  "greater",
  "Whether elements of a are larger than those of b.",
  (a, b) => a > b,
  "Greater",
  "greater",
);

/** `greater_equal`: whether a >= b. */
export const greaterEqual = defineComparison(
  "greater_equal",
  "Whether elements of a are at least those of b.",
  (a, b) => a >= b,
  "GreaterOrEqual",
  "greaterEqual",
);
