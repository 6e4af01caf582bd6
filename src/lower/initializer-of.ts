import type { Initializer } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { findInitializer, initializers, misfitOf } from "../ops/initializers.ts";
import { fault } from "../support/fault.ts";
import type { Span } from "../support/source.ts";
import type { ParamDeclaration } from "../syntax/ast.ts";
import { report, type Context } from "./context.ts";
import { isHeld, numberOf } from "./convert.ts";
import { describe, type Val } from "./values.ts";

/** How a parameter or state of a type begins: an initialiser, or a number that fills it. Undefined after a report. */
export function initializerOf(ctx: Context, it: ParamDeclaration, type: TensorType): Initializer | undefined {
  if (it.init !== undefined) {
    const val = ctx.elaborator.rules.expression(ctx, it.init, { recipe: true });
    return toInitializer(ctx, val, type, it.init.span);
  }
  const init: Initializer = { name: it.flavor === "param" ? "glorot_uniform" : "zeros", arguments: {} };
  return fills(ctx, init, type, it.span) ? init : undefined;
}

/** A value as an initialiser of a type; undefined after a report. */
export function toInitializer(ctx: Context, val: Val, type: TensorType, span: Span): Initializer | undefined {
  if (val.kind === "poison") return undefined;
  const number = numberOf(val);
  if (number !== undefined) {
    if (!isHeld(ctx, "the number", number, type.dtype, span)) return undefined;
    return { name: "constant", arguments: { value: number } };
  }
  if (val.kind === "recipe" && val.target.kind === "initializer") {
    const { name } = val.target;
    const given = [...val.bound].flatMap(([argument, bound]): [string, number][] => {
      const value = numberOf(bound);
      return value === undefined ? [] : [[argument, value]];
    });
    // What is drawn is drawn in f32.
    const rule = findInitializer(name) ?? fault(`no initialiser is called ${name}`);
    const dtypes = rule.random ? (["f32", type.dtype] as const) : [type.dtype];
    for (const [argument, value] of given) {
      if (!dtypes.every((it) => isHeld(ctx, `\`${argument}\``, value, it, span))) return undefined;
    }
    const defaults = Object.entries(rule.arguments).map(([key, it]) => [key, it.default] as const);
    const init = { name, arguments: Object.fromEntries([...defaults, ...given]) };
    return fills(ctx, init, type, span) ? init : undefined;
  }
  report(
    ctx,
    "MC3037",
    span,
    { actual: describe(val) },
    { help: `Initialisers are ${Object.keys(initializers).join(", ")}.` },
  );
  return undefined;
}

function fills(ctx: Context, init: Initializer, type: TensorType, span: Span): boolean {
  const problem = misfitOf(init, type);
  if (problem === undefined) return true;
  report(ctx, "MC3073", span, { name: init.name, problem });
  return false;
}
