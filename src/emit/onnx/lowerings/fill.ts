import type { Dim } from "../../../dims/dim.ts";
import type { DType } from "../../../ir/types.ts";
import { literalShape } from "../../../ops/define/shape-rules.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";

/** A tensor of zeros: a constant of one element, expanded, or ConstantOfShape where its default type serves. */
export function zerosOnnx(writer: OnnxWriter, dtype: DType, shape: readonly Dim[]): OnnxRef {
  if (literalShape(shape)?.length === 0) return writer.constant(dtype, 0);
  return dtype === "f32"
    ? writer.node("ConstantOfShape", [writer.shape(shape)])
    : filledOnnx(writer, dtype, 0, writer.shape(shape));
}

/** A tensor of one number; ONNX Runtime does not expand bf16. */
export function filledOnnx(writer: OnnxWriter, dtype: DType, data: number, shape: OnnxRef): OnnxRef {
  if (dtype === "bf16") return writer.cast(writer.node("Expand", [writer.constant("f32", data), shape]), dtype);
  return writer.node("Expand", [writer.constant(dtype, data), shape]);
}
