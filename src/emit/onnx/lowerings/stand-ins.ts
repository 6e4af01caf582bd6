import type { Value } from "../../../ir/graph.ts";
import type { DType } from "../../../ir/types.ts";
import type { AttributeSchema } from "../../../ops/define/operator.ts";
import type { OperatorName } from "../../../ops/registry.ts";
import { required } from "../../../support/fault.ts";
import type { OnnxLowering } from "./lowering.ts";

/**
 * Element types in which ONNX, or ONNX Runtime's CPU provider, lacks an operator, and those that stand in: small integers
 * are computed in 32 bits and wrap when they are cut to their own width again; f64 keeps the digits of f32 alone. Transposes
 * of 16 bits are in f32, since ONNX Runtime 1.30 breaks down where it moves one past the casts that it adds to what it
 * computes in f32.
 */
const standIns: Readonly<Partial<Record<OperatorName, Readonly<Partial<Record<DType, DType>>>>>> = {
  avg_pool: { f64: "f32" },
  avg_pool_gradient: { f64: "f32" },
  conv: { f64: "f32" },
  conv_input_gradient: { f64: "f32" },
  conv_kernel_gradient: { f64: "f32" },
  cumsum: { i8: "i32", u8: "i32", f16: "f32" },
  erf: { f64: "f32" },
  max_pool_gradient: { f64: "f32" },
  neg: { u8: "i32" },
  prod: { i8: "i32", u8: "i32" },
  put_along: { i8: "i32", u8: "i32" },
  scatter_along: { i8: "i32", u8: "i32", f16: "f32" },
  top_places: { i8: "i32", u8: "i32", f16: "f32" },
  relu: { u8: "i32" },
  scatter_add: { i8: "i32", u8: "i32", f16: "f32" },
  sign: { f16: "f32" },
  sum: { i8: "i32", u8: "i32" },
  transpose: { f16: "f32" },
  where: { i8: "i32" },
};

/**
 * What moves elements and computes nothing: ONNX Runtime's CPU provider does this alone in bf16, all else in f32, and
 * transposes as in f16.
 */
const moves: ReadonlySet<string> = new Set<OperatorName>([
  "cast",
  "concat",
  "gather",
  "identity",
  "reshape",
  "slice",
  "split",
  "stop_gradient",
]);

/** The element type that stands in for one in an operator; undefined where it computes in that itself. */
export function standInOf(op: string, dtype: DType): DType | undefined {
  if (dtype === "bf16") return moves.has(op) ? undefined : "f32";
  return standIns[op as OperatorName]?.[dtype];
}

/** The form of an operator that computes in another element type where there is none for the operands' own. */
export function withStandIn(op: string, lower: OnnxLowering<AttributeSchema>): OnnxLowering<AttributeSchema> {
  return (writer, input) => {
    const standIn = (value: Value): DType | undefined => standInOf(op, value.type.dtype);
    if (![...input.operands, ...input.results].some(standIn)) return lower(writer, input);
    const inOther = (value: Value): Value => {
      const dtype = standIn(value);
      return dtype === undefined ? value : { ...value, type: { ...value.type, dtype } };
    };
    const refs = input.refs.map((ref, index) => {
      const dtype = standIn(required(input.operands[index], "operand"));
      return dtype === undefined ? ref : writer.cast(ref, dtype);
    });
    const { dtype } = input.attributes;
    const made = lower(writer, {
      ...input,
      operands: input.operands.map(inOther),
      results: input.results.map(inOther),
      // What makes tensors of a type that is named makes them of the other.
      ...(dtype === "bf16" && { attributes: { ...input.attributes, dtype: standInOf(op, dtype) ?? dtype } }),
      refs,
    });
    return made.map((ref, index) => {
      const value = required(input.results[index], "result");
      return standIn(value) === undefined ? ref : writer.cast(ref, value.type.dtype);
    });
  };
}
