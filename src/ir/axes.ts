import type { Dim } from "../dims/dim.ts";
import type { TensorType } from "./types.ts";

/** The type with one more axis at a place. */
export function insertAxis(type: TensorType, axis: number, size: Dim): TensorType {
  return { dtype: type.dtype, shape: [...type.shape.slice(0, axis), size, ...type.shape.slice(axis)] };
}

/** The type without one of its axes. */
export function removeAxis(type: TensorType, axis: number): TensorType {
  return { dtype: type.dtype, shape: type.shape.filter((_, index) => index !== axis) };
}
