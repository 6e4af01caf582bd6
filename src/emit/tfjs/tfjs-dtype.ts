import type { DType } from "../../ir/types.ts";

/** The element type that TensorFlow.js holds a type's values in: it knows float32, int32 and bool. */
export function tfjsDType(dtype: DType): "float32" | "int32" | "bool" {
  switch (dtype) {
    case "f16":
    case "bf16":
    case "f32":
    case "f64":
      return "float32";
    case "bool":
      return "bool";
    default:
      return "int32";
  }
}
