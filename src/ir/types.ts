import type { Dim } from "../dims/dim.ts";

/** Element types of tensors. `u32` exists for random bits alone; the language has no name for it. */
export type DType = "f16" | "bf16" | "f32" | "f64" | "i8" | "i32" | "i64" | "u8" | "u32" | "bool";

/** Floating point of 16 bits: f16 has 11 significant bits and ends at 65504, bf16 has 8 and the range of f32. */
export type HalfType = "f16" | "bf16";

/** A tensor's element type and its dimensions, outermost first; a scalar has none. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}
