import type { Span } from "../support/source.ts";
import type { Label } from "./diagnostic.ts";

/** Says at the first of several places where the same is wrong how many more there are. */
export function labelOfMore(span: Span, more: number): Label {
  return { span, message: `and in ${more} more place${more === 1 ? "" : "s"}` };
}
