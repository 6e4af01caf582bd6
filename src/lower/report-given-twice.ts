import type { Span } from "../support/source.ts";
import type { Argument } from "../syntax/ast.ts";
import { report, type Context } from "./context.ts";

/** Where an argument may have been given before: `here`, in the same parentheses, or `bound`, in an earlier `text`. */
interface Earlier {
  readonly here: Span | undefined;
  readonly bound: boolean;
  readonly text: string;
}

/** Reports an argument that was given before, and tells whether it was. */
export function reportGivenTwice(
  ctx: Context,
  argument: Argument,
  name: string,
  callee: string,
  { here, bound, text }: Earlier,
): boolean {
  if (here !== undefined)
    report(ctx, "MC2012", argument.span, { name, callee }, { labels: [{ span: here, message: "given here first" }] });
  else if (bound) report(ctx, "MC2032", argument.span, { name, callee, text });
  return here !== undefined || bound;
}
