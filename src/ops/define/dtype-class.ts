import type { DType } from "../../ir/types.ts";
import type { DTypeClass } from "./operator.ts";

const floats: ReadonlySet<DType> = new Set<DType>(["f16", "bf16", "f32", "f64"]);
const integers: ReadonlySet<DType> = new Set<DType>(["i8", "i32", "i64", "u8", "u32"]);
const all: ReadonlySet<string> = new Set<string>([...floats, ...integers, "bool"]);

/** True for the four floating point types. */
export function isFloat(dtype: DType): boolean {
  return floats.has(dtype);
}

/** Whether ONNX's real attributes, which are f32, say what is computed in an element type: of f64 they lose digits. */
export function hasF32Attributes(dtype: DType): boolean {
  return dtype !== "f64";
}

/** True where an element type belongs to a class of operand types. */
export function inClass(dtype: DType, wanted: DTypeClass): boolean {
  switch (wanted) {
    case "any":
      return true;
    case "float":
      return floats.has(dtype);
    case "integer":
      return integers.has(dtype);
    case "number":
      return dtype !== "bool";
    default:
      return dtype === wanted;
  }
}

/** True for the name of an element type. */
export function isDType(name: string): name is DType {
  return all.has(name);
}
