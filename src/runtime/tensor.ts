import type { DType } from "../ir/types.ts";

/** Elements of a tensor in memory, row-major: the array type that each element type has in every JavaScript runtime. */
export type TensorData =
  Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array | Int8Array | Uint16Array | BigInt64Array;

/** A dense tensor of the runtime. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Tensors by name. */
export type Tensors = ReadonlyMap<string, Tensor>;
