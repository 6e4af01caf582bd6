import { isDType } from "../ops/define/dtype-class.ts";
import type { OperandSpec } from "../ops/define/operator.ts";
import type { Span } from "../support/source.ts";
import type { Given } from "./call-operator.ts";
import type { Context } from "./context.ts";
import { asTensor, literalType, type NumberType } from "./convert.ts";
import type { TensorVal } from "./values.ts";

/** What is given for one operand of an operator. */
export interface GivenOperand {
  readonly spec: OperandSpec;
  readonly it: Given;
}

/** An operand that is a tensor, and the text that it comes from. */
export interface ReadyOperand {
  readonly val: TensorVal;
  readonly span: Span;
}

/**
 * Operands as tensors; undefined after a report. A number takes the element type of the operands that are to have the
 * same, and fills a shape where its operator does not broadcast.
 */
export function operandTensors(ctx: Context, given: readonly GivenOperand[]): readonly ReadyOperand[] | undefined {
  const ready = given.map(({ spec, it }): ReadyOperand | undefined => {
    const val = asTensor(ctx, it.val, it.span, numberType(spec, given));
    return val && { val, span: it.span };
  });
  return ready.every((it) => it !== undefined) ? ready : undefined;
}

function numberType(spec: OperandSpec, given: readonly GivenOperand[]): NumberType {
  const shape = spec.shapeOfNumber?.(
    given.map(({ it: { val } }) => (val.kind === "tensor" ? val.value.type : undefined)),
  );
  return { ...elementType(spec, given), ...(shape !== undefined && { shape }) };
}

function elementType(spec: OperandSpec, given: readonly GivenOperand[]): NumberType {
  if (isDType(spec.dtype)) return { dtype: spec.dtype };
  const alike = given.filter((other) => other.spec.dtype === spec.dtype).map(({ it }) => it);
  for (const { val, span } of alike) if (val.kind === "tensor") return { dtype: val.value.type.dtype, beside: span };
  if (spec.dtype === "float") return { dtype: "f32" };
  return { dtype: spec.dtype === "integer" ? "i32" : literalType(alike.map(({ val }) => val)) };
}
