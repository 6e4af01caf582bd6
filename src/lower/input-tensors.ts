import { constant, type Dim } from "../dims/dim.ts";
import { isDType } from "../ops/define/dtype-class.ts";
import { textOf } from "../support/source.ts";
import type { CallableDeclaration, Input, TypeExpression } from "../syntax/ast.ts";
import type { Given } from "./call-operator.ts";
import type { Context } from "./context.ts";
import { asTensor, literalType, type NumberType } from "./convert.ts";
import type { GivenInput } from "./declared-types.ts";
import type { Val } from "./values.ts";

/**
 * What a call gives for the inputs of a block or function, as tensors; undefined after a report. A number has the element
 * type and the shape that its input declares, as far as tensors beside it show them.
 */
export function inputTensors(
  ctx: Context,
  { inputs }: CallableDeclaration,
  given: readonly (Given | undefined)[],
): readonly (GivenInput | undefined)[] | undefined {
  let fine = true;
  const tensors = given.map((it, index): GivenInput | undefined => {
    if (it === undefined) return undefined;
    const input = inputs[index];
    const val = asTensor(ctx, it.val, it.span, input && numberType(input, it.val, inputs, given));
    if (val === undefined) fine = false;
    return val && { val, span: it.span };
  });
  return fine ? tensors : undefined;
}

function numberType(
  { type }: Input,
  number: Val,
  inputs: readonly Input[],
  given: readonly (Given | undefined)[],
): NumberType {
  const tensorOf = (isAlike: (other: TypeExpression) => boolean): GivenInput | undefined => {
    const found = given.find((it, index) => {
      const other = inputs[index];
      return it?.val.kind === "tensor" && other !== undefined && isAlike(other.type);
    });
    return found?.val.kind === "tensor" ? { val: found.val, span: found.span } : undefined;
  };
  const shape = shapeOf(type, inputs, given);
  return { ...elementType(type.element.text, number, tensorOf), ...(shape !== undefined && { shape }) };
}

/** The shape that a type declares, by what the tensors beside it show; undefined where they do not show all of it. */
function shapeOf(
  { dims }: TypeExpression,
  inputs: readonly Input[],
  given: readonly (Given | undefined)[],
): readonly Dim[] | undefined {
  const known = new Map<string, readonly Dim[]>();
  for (const [index, { type }] of inputs.entries()) {
    const val = given[index]?.val;
    if (val?.kind !== "tensor") continue;
    const { shape } = val.value.type;
    // What `...` stands for is what the other dims leave.
    const spread = shape.length - type.dims.length + 1;
    let axis = 0;
    for (const it of type.dims) {
      const count = it.kind === "dim-spread" ? spread : 1;
      known.set(textOf(it.span), shape.slice(axis, axis + count));
      axis += count;
    }
  }
  const parts = dims.map((it) => {
    if (it.kind !== "number") return known.get(textOf(it.span));
    // What is no size is told where it is declared.
    return Number.isSafeInteger(it.value) ? [constant(it.value)] : undefined;
  });
  return parts.every((it) => it !== undefined) ? parts.flat() : undefined;
}

function elementType(
  word: string,
  number: Val,
  tensorOf: (isAlike: (other: TypeExpression) => boolean) => GivenInput | undefined,
): NumberType {
  if (isDType(word)) return { dtype: word };
  if (word === "class") return { dtype: "i32" };
  // A word such as `float` is one element type throughout a signature.
  const other = tensorOf(({ element }) => element.text === word);
  if (other !== undefined) return { dtype: other.val.value.type.dtype, beside: other.span };
  return { dtype: word === "float" ? "f32" : word === "int" ? "i32" : literalType([number]) };
}
