import { asNumber, formatDim } from "../../dims/dim.ts";
import type { TensorType } from "../../ir/types.ts";

/** `f32[B, 28, 28, 1]`. */
export function typeText(type: TensorType): string {
  return `${type.dtype}${shapeText(type)}`;
}

/** `[B, 28, 28, 1]`. */
export function shapeText({ shape }: TensorType): string {
  return `[${shape.map((dim) => asNumber(dim) ?? formatDim(dim)).join(", ")}]`;
}
