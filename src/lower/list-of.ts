import type { Span } from "../support/source.ts";
import type { CallExpression, Expression } from "../syntax/ast.ts";
import { findLocal, report, type Context } from "./context.ts";
import { asInteger } from "./convert.ts";
import { describe, poison, type Val } from "./values.ts";
import { isTooLarge } from "./written-size.ts";

/**
 * The elements of a list, a tuple, or `range(n)`, which counts here and is a tensor elsewhere. Undefined after a report,
 * which begins with `wanted`; `whole` is what runs through them.
 */
export function listOf(ctx: Context, e: Expression, wanted: string, whole: Span): readonly Val[] | undefined {
  if (e.kind === "call" && isRange(ctx, e)) return countedBy(ctx, e, whole);
  const val = ctx.elaborator.rules.expression(ctx, e, { integer: true });
  if (val.kind === "list" || val.kind === "tuple") return val.elements;
  if (val.kind === "poison") return undefined;
  const help =
    val.kind === "tensor" ? { help: "Along an axis of a tensor runs `scan`, and `unstack` takes it apart." } : {};
  report(ctx, "MC3008", e.span, { expected: wanted, actual: describe(val) }, help);
  return undefined;
}

function isRange(ctx: Context, { callee }: CallExpression): boolean {
  if (callee.kind !== "reference" || callee.text !== "range") return false;
  return findLocal(ctx.scope, "range") === undefined && !ctx.file.scope.has("range");
}

function countedBy(ctx: Context, call: CallExpression, whole: Span): readonly Val[] | undefined {
  const [argument, extra] = call.arguments;
  if (argument === undefined) {
    report(ctx, "MC2013", call.span, { callee: "range", names: ["size"] });
    return undefined;
  }
  if (extra !== undefined) {
    report(ctx, "MC2014", extra.span, { callee: "range" }, { help: "`range(n)` counts from 0 to n - 1." });
    return undefined;
  }
  const { span } = argument.value;
  const count = asInteger(
    ctx,
    ctx.elaborator.rules.expression(ctx, argument.value, { integer: true }),
    span,
    "the count",
  );
  if (count === undefined || isTooLarge(ctx, count, "this `for`", whole)) return undefined;
  if (count < 0) {
    report(ctx, "MC3010", span, { what: "the count of `range`", limit: "at least 0", actual: String(count) });
    return undefined;
  }
  return Array.from({ length: count }, (_, value) => ({ kind: "number", value, integer: true, opaque: true }));
}

/** `zip(a, b)`, `enumerate(a)`, `reversed(a)`: lists made of lists. */
export function lowerListFunction(ctx: Context, name: "zip" | "enumerate" | "reversed", call: CallExpression): Val {
  const named = call.arguments.find((it) => it.name !== undefined);
  if (named?.name !== undefined) {
    report(ctx, "MC2011", named.span, { name: named.name.text, callee: name });
    return poison;
  }
  const [first, ...others] = call.arguments;
  const [extra] = others;
  if (first === undefined) {
    report(ctx, "MC2013", call.span, { callee: name, names: ["list"] });
    return poison;
  }
  if (name !== "zip" && extra !== undefined) {
    report(ctx, "MC2014", extra.span, { callee: name });
    return poison;
  }
  const lists = call.arguments.map((it) => listOf(ctx, it.value, `\`${name}\` takes lists`, call.span));
  const [list, ...rest] = lists.flatMap((it) => (it === undefined ? [] : [it]));
  if (list === undefined || rest.length !== others.length) return poison;
  if (name === "reversed") return { kind: "list", elements: [...list].reverse() };
  if (name === "enumerate") {
    const pair = (it: Val, value: number): Val => {
      return { kind: "tuple", elements: [{ kind: "number", value, integer: true, opaque: true }, it] };
    };
    return { kind: "list", elements: list.map(pair) };
  }
  const other = rest.findIndex((it) => it.length !== list.length);
  if (other !== -1) {
    report(ctx, "MC3095", call.arguments[other + 1]?.span ?? call.span, {
      first: list.length,
      second: rest[other]?.length ?? 0,
    });
    return poison;
  }
  return {
    kind: "list",
    elements: list.map((it, index) => ({ kind: "tuple", elements: [it, ...rest.flatMap((one) => one[index] ?? [])] })),
  };
}
