import type { TensorType } from "../../../ir/types.ts";
import { first, second } from "../../../ops/define/elementwise.ts";
import type { AttributeSchema, LoweringInput } from "../../../ops/define/operator.ts";
import type { AttributesOfOperator, CompositeName, PrimitiveName } from "../../../ops/registry.ts";
import type { Expression } from "../../structured/tree.ts";
import type { TfjsWriter } from "../tfjs-writer.ts";

/** Writes an application of an operator as an expression; a list where it has several results. */
export type TfjsLowering<S extends AttributeSchema> = (
  writer: TfjsWriter,
  input: LoweringInput<S> & { readonly args: readonly Expression[] },
) => Expression;

/** A form that says how it is differentiated, and the function of `tf` that serves where nothing is. */
export interface DifferentiatedForm<S extends AttributeSchema> {
  readonly plain: string;
  readonly lower: TfjsLowering<S>;
}

/** How TensorFlow.js says a primitive: the function of `tf` that does it, on the same operands, or what writes it. */
export type TfjsForm<S extends AttributeSchema> = string | TfjsLowering<S> | DifferentiatedForm<S>;

/** How a composite is written whole, and where: everywhere unless `when` says so. */
export interface TfjsFused<S extends AttributeSchema> {
  readonly when?: (input: LoweringInput<S>) => boolean;
  readonly lower: TfjsLowering<S>;
}

/** How TensorFlow.js says a composite: whole, or as a function of its own made of its parts. Its code serves both modes. */
export type TfjsFusion<S extends AttributeSchema> = "decomposed" | TfjsFused<S>;

/** How TensorFlow.js says every operator there is. */
export type TfjsLowerings = { readonly [N in PrimitiveName]: TfjsForm<AttributesOfOperator<N>> } & {
  readonly [N in CompositeName]: TfjsFusion<AttributesOfOperator<N>>;
};

/** A form on one tensor. */
export function unary(
  write: (writer: TfjsWriter, x: Expression, type: TensorType) => Expression,
): TfjsLowering<Readonly<Record<never, never>>> {
  return (writer, { args, operands }) => write(writer, first(args), first(operands).type);
}

/** A form on two tensors. */
export function binary(
  write: (writer: TfjsWriter, a: Expression, b: Expression, types: readonly [TensorType, TensorType]) => Expression,
): TfjsLowering<Readonly<Record<never, never>>> {
  return (writer, { args, operands }) =>
    write(writer, first(args), second(args), [first(operands).type, second(operands).type]);
}
