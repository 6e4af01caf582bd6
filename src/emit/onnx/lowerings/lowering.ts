import type { DType } from "../../../ir/types.ts";
import { first, second } from "../../../ops/define/elementwise.ts";
import type { AttributeSchema, LoweringInput } from "../../../ops/define/operator.ts";
import type { AttributesOfOperator, CompositeName, PrimitiveName } from "../../../ops/registry.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";

/** Writes an application of an operator, and says which tensors its results are. */
export type OnnxLowering<S extends AttributeSchema> = (
  writer: OnnxWriter,
  input: LoweringInput<S> & { readonly refs: readonly OnnxRef[] },
) => readonly OnnxRef[];

/** How ONNX says a primitive: the operator that does it, on the same operands and without attributes, or what writes it. */
export type OnnxForm<S extends AttributeSchema> = string | OnnxLowering<S>;

/** How a composite is written whole, and where: everywhere unless `when` says so. */
export interface OnnxFused<S extends AttributeSchema> {
  readonly when?: (input: LoweringInput<S>, opset: number) => boolean;
  readonly lower: OnnxLowering<S>;
}

/** How ONNX says a composite in each mode: whole, or as what it is made of. */
export type OnnxFusions<S extends AttributeSchema> =
  "decomposed" | { readonly training: OnnxFused<S> | "decomposed"; readonly inference: OnnxFused<S> | "decomposed" };

/** How ONNX says every operator there is. */
export type OnnxLowerings = { readonly [N in PrimitiveName]: OnnxForm<AttributesOfOperator<N>> } & {
  readonly [N in CompositeName]: OnnxFusions<AttributesOfOperator<N>>;
};

/** A composite that is written whole in both modes. */
export function inBothModes<S extends AttributeSchema>(fused: OnnxFused<S>): OnnxFusions<S> {
  return { training: fused, inference: fused };
}

/** A composite that is written whole in inference: its gradient is that of its parts. */
export function inInference<S extends AttributeSchema>(fused: OnnxFused<S>): OnnxFusions<S> {
  return { training: "decomposed", inference: fused };
}

/** A form on one tensor. */
export function unary(
  write: (writer: OnnxWriter, x: OnnxRef, dtype: DType) => OnnxRef,
): OnnxLowering<Readonly<Record<never, never>>> {
  return (writer, { refs, operands }) => [write(writer, first(refs), first(operands).type.dtype)];
}

/** A form on two tensors of one element type. */
export function binary(
  write: (writer: OnnxWriter, a: OnnxRef, b: OnnxRef, dtype: DType) => OnnxRef,
): OnnxLowering<Readonly<Record<never, never>>> {
  return (writer, { refs, operands }) => [write(writer, first(refs), second(refs), first(operands).type.dtype)];
}
