import { elementAt } from "../../support/element-at.ts";
import type { DType } from "../../ir/types.ts";
import { fromBrainHalf, fromHalf, toBrainHalf, toHalf } from "../../support/element-bytes.ts";
import type { Tensor, TensorData } from "../tensor.ts";

const constructors = {
  f16: Uint16Array,
  bf16: Uint16Array,
  f32: Float32Array,
  f64: Float64Array,
  i8: Int8Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u8: Uint8Array,
  u32: Uint32Array,
  bool: Uint8Array,
} as const;

/** Numbers as the array of a dtype (halves as their bits, booleans as bytes), rounded to it; one number fills all `count` elements. */
export function fromNumbers(dtype: DType, numbers: number | ArrayLike<number>, count: number): TensorData {
  const at = (i: number): number => (typeof numbers === "number" ? numbers : elementAt(numbers, i));
  const indices = { length: count };
  switch (dtype) {
    case "f16":
      return Uint16Array.from(indices, (_, i) => toHalf(at(i)));
    case "bf16":
      return Uint16Array.from(indices, (_, i) => toBrainHalf(at(i)));
    case "i64":
      return BigInt64Array.from(indices, (_, i) => BigInt(Math.trunc(at(i))));
    case "bool":
      return Uint8Array.from(indices, (_, i) => (at(i) === 0 ? 0 : 1));
    default: {
      if (typeof numbers === "number") return new constructors[dtype](count).fill(numbers);
      return new constructors[dtype](numbers);
    }
  }
}

/** A tensor's elements as numbers. */
export function toNumbers(tensor: Tensor): Float64Array {
  const { data, dtype } = tensor;
  if (data instanceof BigInt64Array) return Float64Array.from(data, Number);
  if (dtype === "f16") return Float64Array.from(data, fromHalf);
  return dtype === "bf16" ? Float64Array.from(data, fromBrainHalf) : Float64Array.from(data);
}

/** A tensor as f64: statistics of checkpoints were f32 once. */
export function asDouble(tensor: Tensor): Tensor {
  return { dtype: "f64", shape: tensor.shape, data: toNumbers(tensor) };
}

/** A tensor's bytes, little-endian on every machine that Node runs on; a view, not a copy. */
export function bytesOf(tensor: Tensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

/** The array of a dtype over a copy of little-endian bytes, so that it is aligned. */
export function fromBytes(dtype: DType, bytes: Uint8Array): TensorData {
  // Not slice(): a Buffer's shares the bytes that it was cut from.
  return new constructors[dtype](new Uint8Array(bytes).buffer);
}

/** The number of elements of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
