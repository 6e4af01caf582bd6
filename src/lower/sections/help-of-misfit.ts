import { sameForm, variable, type Dim } from "../../dims/dim.ts";
import type { TensorType } from "../../ir/types.ts";
import { sameShape } from "../../ops/define/shape-rules.ts";
import { textOf } from "../../support/source.ts";
import type { Expression } from "../../syntax/ast.ts";
import type { Feature } from "../../syntax/ast/sections.ts";
import { formatType, type Val } from "../values.ts";

/**
 * What is most often meant where a feature is not what it is declared: columns that are not stacked along the last axis, a
 * batch that is written out.
 */
export function helpOfMisfit(
  { value }: Feature,
  { dtype, shape }: TensorType,
  result: Val,
  batch: Dim,
): string | undefined {
  const columns = columnsOf(value);
  if (columns !== undefined)
    return `Columns become one feature along its last axis: \`stack(${columns.join(", ")}, axis=-1)\`.`;
  const [first, ...rest] = shape;
  if (first === undefined || result.kind !== "tensor" || !isBatch(first, batch)) return undefined;
  if (!sameShape(result.value.type.shape, [batch, ...rest])) return undefined;
  return `A feature is of one example, and the batch comes before it by itself: \`${formatType({ dtype, shape: rest })}\`.`;
}

/** The texts of what is listed, or stacked without a word of the axis. */
function columnsOf(value: Expression): readonly string[] | undefined {
  if (value.kind === "list") return textsOf(value.elements);
  if (value.kind !== "call" || value.callee.kind !== "reference" || value.callee.text !== "stack") return undefined;
  const isNamed = value.arguments.some((it) => it.name !== undefined);
  return isNamed ? undefined : textsOf(value.arguments.map((it) => it.value));
}

/** Texts of what may be columns, of which plain numbers are none. */
function textsOf(parts: readonly Expression[]): readonly string[] | undefined {
  const isPlain = parts.some(({ kind }) => kind === "number" || kind === "unary" || kind === "list");
  return isPlain || parts.length === 0 ? undefined : parts.map((it) => textOf(it.span));
}

/** Whether a dim is called as the batch is, by any of its names. */
function isBatch(dim: Dim, batch: Dim): boolean {
  return [batch, variable("N"), variable("Batch")].some((it) => sameForm(it, dim));
}
