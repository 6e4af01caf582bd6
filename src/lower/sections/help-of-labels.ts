import { asNumber } from "../../dims/dim.ts";
import type { TensorType } from "../../ir/types.ts";
import { findOperator } from "../../ops/registry.ts";
import { library } from "../../std/library.ts";
import { textOf } from "../../support/source.ts";
import type { CallExpression, Expression } from "../../syntax/ast.ts";
import { findLocal, type Context } from "../context.ts";

/** What a loss or a metric of logits and labels wants in place of what stands there: logits, or a feature that is a class. */
export function helpOfLabels(ctx: Context, { callee, arguments: given }: CallExpression): string | undefined {
  if (callee.kind !== "reference" || ctx.file.scope.has(callee.text) || !takesLabels(callee.text)) return undefined;
  const [logits, labels] = given.map((it) => (it.name === undefined ? it.value : undefined));
  if (logits === undefined || labels === undefined) return undefined;
  const [itself] = logits.kind === "call" && isNamed(logits.callee, "argmax") ? logits.arguments : [];
  if (itself !== undefined) {
    const text = [itself.span, labels.span].map(textOf).join(", ");
    return `Give the logits themselves: \`${callee.text}(${text})\`.`;
  }
  const [scores, classes] = [typeOf(ctx, logits), typeOf(ctx, labels)];
  const room = scores?.shape.at(-1);
  const count = room === undefined ? undefined : asNumber(room);
  if (count === undefined || classes === undefined || classes.dtype === "i32") return undefined;
  return `Labels are numbers of classes: declare the feature so, \`${textOf(labels.span)}: class(${count}) = ...\`.`;
}

/** Whether a loss or a metric takes labels second. */
function takesLabels(name: string): boolean {
  const operands = findOperator(name)?.operands;
  const operand = Array.isArray(operands) ? operands[1]?.name : undefined;
  return operand === "labels" || library.find(name)?.declaration.inputs[1]?.name?.text === "labels";
}

function isNamed(it: Expression, name: string): boolean {
  return it.kind === "reference" && it.text === name;
}

function typeOf({ scope }: Context, it: Expression): TensorType | undefined {
  const val = it.kind === "reference" ? findLocal(scope, it.text) : undefined;
  return val?.kind === "tensor" ? val.value.type : undefined;
}
