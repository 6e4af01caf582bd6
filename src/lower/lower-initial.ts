import type { TensorType } from "../ir/types.ts";
import type { Expression } from "../syntax/ast.ts";
import { constantNode, report, type Context } from "./context.ts";
import { asTensor } from "./convert.ts";
import { toInitializer } from "./initializer-of.ts";
import { tensor, type TensorVal } from "./values.ts";

/**
 * What a carry begins as, or an input is that is left out: `zeros`, `ones` or a number, which take the declared type, or a
 * tensor, which keeps its own. Undefined after a report.
 */
export function lowerInitial(
  ctx: Context,
  e: Expression,
  declared: () => TensorType | undefined,
  what: "A carry" | "A default",
): TensorVal | undefined {
  const val = ctx.elaborator.rules.expression(ctx, e);
  if (val.kind === "poison") return undefined;
  if (val.kind === "tensor") return val;
  const type = declared();
  if (type === undefined) return undefined;
  if (val.kind !== "recipe" && val.kind !== "number") return asTensor(ctx, val, e.span, type);
  const init = toInitializer(ctx, val, type, e.span);
  if (init === undefined) return undefined;
  const fill = { zeros: 0, ones: 1, constant: init.arguments["value"] }[init.name];
  if (fill !== undefined) return tensor(constantNode(ctx, type, fill, undefined, e.span));
  const help = `${what} is zeros, ones, a number or a tensor.`;
  report(ctx, "MC3037", e.span, { actual: `the random initialiser ${init.name}` }, { help });
  return undefined;
}
