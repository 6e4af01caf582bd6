import type { Operator } from "../ops/define/operator.ts";
import { textOf } from "../support/source.ts";
import type { Expression } from "../syntax/ast.ts";
import { report, type Context } from "./context.ts";

/** How many operands an operator takes, in words. */
export function countOf(operator: Operator): string {
  const slots = operator.operands.filter((it) => it.isKey !== true);
  return slots.some((it) => it.variadic === true) ? `${String(slots.length)} or more` : String(slots.length);
}

/**
 * Whether a value without a name, behind as many operands as are `given`, may be true or false; where it is meant otherwise,
 * that is reported.
 */
export function mayBeFlag(ctx: Context, operator: Operator, given: number, value: Expression): boolean {
  // What a tensor was computed by is left behind: no graph is made of a call with an error.
  const counts = { callee: operator.name, expected: countOf(operator), actual: String(given + 1) };
  const val = ctx.elaborator.rules.expression(ctx, value);
  if (val.kind === "dim") {
    const help = `An axis is given by its name: \`axis=${textOf(value.span)}\`.`;
    report(ctx, "MC3007", value.span, counts, { help });
    return false;
  }
  if (val.kind !== "tensor") return val.kind !== "poison";
  report(ctx, "MC3007", value.span, counts, helpOfTwo(operator.name));
  return false;
}

/** What a person may mean who gives two values to what takes the largest or the smallest element of one. */
export function helpOfTwo(operator: string): { readonly help?: string } {
  if (operator !== "max" && operator !== "min") return {};
  const [word, what] = operator === "max" ? ["maximum", "larger"] : ["minimum", "smaller"];
  return {
    help: `The ${what} of two, element by element, is \`${word}(a, b)\`; \`${operator}\` takes a tensor, and the axes that it goes over.`,
  };
}
