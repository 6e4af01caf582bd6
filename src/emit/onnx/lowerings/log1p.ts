import type { DType } from "../../../ir/types.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";

/** ln(1 + x) by Kahan's correction: ln(u) * x / (u - 1) for u = fl(1 + x) cancels the rounding of the sum. */
export function log1p(writer: OnnxWriter, x: OnnxRef, dtype: DType): OnnxRef {
  const one = writer.constant(dtype, 1);
  const u = writer.node("Add", [x, one]);
  const same = writer.node("Equal", [u, one]);
  // What is infinite, divided by itself, would be no number.
  const finite = writer.node("Min", [x, writer.constant(dtype, dtype === "f16" ? 60_000 : 1e30)]);
  const part = writer.node("Sub", [writer.node("Add", [finite, one]), one]);
  const ratio = writer.node("Div", [finite, writer.node("Where", [same, one, part])]);
  return writer.node("Where", [same, x, writer.node("Mul", [writer.node("Log", [u]), ratio])]);
}
