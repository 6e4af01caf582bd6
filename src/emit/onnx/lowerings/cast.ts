import type { DType } from "../../../ir/types.ts";
import { isFloat } from "../../../ops/define/dtype-class.ts";
import { integerLimits, limitsOfCast } from "../../../ops/define/integer-limits.ts";
import { required } from "../../../support/fault.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";

/** The greatest number below 2^31, and below 2^63, of the types that cannot hold the greatest integer. */
const below: Readonly<Partial<Record<DType, Readonly<Partial<Record<DType, number>>>>>> = {
  f32: { i32: 2 ** 31 - 2 ** 7, i64: 2 ** 63 - 2 ** 39 },
};

/**
 * A cast whose operand may lie beyond the element type: it keeps to the type's ends, and NaN becomes 0. ONNX leaves open
 * what becomes of them, and runtimes differ.
 */
export function saturatingCast(writer: OnnxWriter, x: OnnxRef, from: DType, to: DType): OnnxRef {
  const limits = limitsOfCast(from, to);
  if (limits === undefined) return writer.cast(x, to);
  const [least, greatest] = limits;
  if (!isFloat(from)) return writer.cast(keptBetween(writer, x, from, limits), to);
  // Half precision does not reach as far as the ends of wide integers.
  if (from === "f16" || from === "bf16") return saturatingCast(writer, writer.cast(x, "f32"), "f32", to);
  const number = writer.node("Where", [writer.node("Equal", [x, x]), x, writer.constant(from, 0)]);
  const most = below[from]?.[to];
  const kept = writer.node("Clip", [number, writer.constant(from, least), writer.constant(from, most ?? greatest)]);
  const whole = writer.cast(kept, to);
  if (most === undefined) return whole;
  const beyond = writer.node("Greater", [x, writer.constant(from, most)]);
  return writer.node("Where", [beyond, writer.constant(to, greatest), whole]);
}

/** Integers brought between two ends, as far as their own type reaches. ONNX Runtime's Clip of i64 looks at 32 bits alone. */
function keptBetween(
  writer: OnnxWriter,
  x: OnnxRef,
  from: DType,
  [least, greatest]: readonly [least: number, greatest: number],
): OnnxRef {
  const own = required(integerLimits[from], from);
  const low = writer.constant(from, Math.max(least, own[0]));
  const high = writer.constant(from, Math.min(greatest, own[1]));
  if (from !== "i64") return writer.node("Clip", [x, low, high]);
  const above = writer.node("Where", [writer.node("Less", [x, low]), low, x]);
  return writer.node("Where", [writer.node("Greater", [above, high]), high, above]);
}
