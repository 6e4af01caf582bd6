import { whenGiven } from "../analyze/given.ts";
import type { Span } from "../support/source.ts";
import { report, type Context } from "./context.ts";
import type { AbsentVal } from "./values.ts";

/**
 * Reports that something rests on an input that this use leaves out, or on a dim that such inputs alone introduce: where it
 * has not been told of the text as it is written.
 */
export function reportAbsent(ctx: Context, { name, what, inputs }: AbsentVal, span: Span): void {
  const written = ctx.frame.declaration?.span;
  const extras = { help: whenGiven(inputs), ...(written !== undefined && { unlessWrong: written }) };
  report(ctx, "MC2041", span, { name, what, inputs }, extras);
}
