import { asVariable } from "../dims/dim.ts";
import type { Fix } from "../diagnostics/diagnostic.ts";
import type { Operator } from "../ops/define/operator.ts";
import { elementAt } from "../support/element-at.ts";
import { textOf } from "../support/source.ts";
import type { Argument } from "../syntax/ast.ts";
import type { Pending } from "./call-operator.ts";
import { report, type Context } from "./context.ts";

const orderHelp = "It swaps the last two axes; `perm=[0, 2, 1]` says another order, of all axes.";

/** Reports arguments that an operator has no place for, all at once: sizes one by one may be meant for a list of them. */
export function reportTooMany(ctx: Context, operator: Operator, pending: Pending, extra: readonly Argument[]): void {
  const first = elementAt(extra, 0);
  const extras = operator.name === "transpose" ? { help: orderHelp } : listOfSizes(operator, pending, extra);
  report(ctx, "MC2014", first.span, { callee: operator.name }, extras);
}

/** `[7, 7, 128]` for `7, 7, 128`, with the batch before them where it is left out. */
function listOfSizes(
  operator: Operator,
  { attributes, operands }: Pending,
  extra: readonly Argument[],
): { readonly help?: string; readonly fix?: Fix } {
  const given = attributes.get("shape");
  if (operator.attributes["shape"]?.kind !== "dims" || given === undefined || given.name !== undefined) return {};
  const sizes = [given, ...extra];
  if (sizes.some(({ value }) => value.kind === "list")) return {};
  const texts = sizes.map(({ span }) => textOf(span));
  const [operand] = operands;
  const batch = operand?.val.kind === "tensor" ? operand.val.value.type.shape[0] : undefined;
  const name = batch && asVariable(batch);
  const isThere = name === undefined || texts.includes(name) || texts.includes("-1");
  const list = `[${[...(isThere ? [] : [name]), ...texts].join(", ")}]`;
  const span = { ...given.span, end: elementAt(sizes, sizes.length - 1).span.end };
  return {
    help: `Its sizes are one list, the batch among them: \`${list}\`.`,
    fix: { title: "make it a list", edits: [{ span, text: list }] },
  };
}
