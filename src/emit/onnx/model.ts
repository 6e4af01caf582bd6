import type { DType } from "../../ir/types.ts";
import type { OnnxAttribute } from "./onnx-writer.ts";

/** An ONNX model as plain data; `proto.ts` alone knows its protobuf form. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly opset: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly doc?: string;
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly graph: OnnxGraph;
}

/** A graph, or the body of a Scan. */
export interface OnnxGraph {
  readonly name: string;
  readonly doc?: string;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Types of values between inputs and outputs. */
  readonly values: readonly OnnxValueInfo[];
  readonly initializers: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
}

/** A dimension: a number, a symbol (an expression over the model's dimensions, as text), or undefined: not known. */
export type OnnxDim = number | string | undefined;

/** The name and type of a value; no shape: not even its rank is known. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly OnnxDim[] | undefined;
  readonly doc?: string;
}

/** An attribute's value; `graph` is a body. */
export type OnnxAttributeValue = OnnxAttribute | { readonly graph: OnnxGraph };

export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  /** Empty names stand for inputs that are left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly (readonly [name: string, value: OnnxAttributeValue])[];
  readonly doc?: string;
}

/** A constant: its bytes (little-endian), or where they lie in another file. */
export interface OnnxTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Uint8Array | ExternalData;
}

/** Bytes in a file beside the model. */
export interface ExternalData {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** Whether a tensor's bytes lie in another file. */
export function isExternal(data: Uint8Array | ExternalData): data is ExternalData {
  return !(data instanceof Uint8Array);
}

/** TensorProto.DataType of each dtype (onnx.proto). */
export const dataTypes: Readonly<Record<DType, number>> = {
  f32: 1,
  u8: 2,
  i8: 3,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  f64: 11,
  u32: 12,
  bf16: 16,
};
