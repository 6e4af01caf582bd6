import type { Extras } from "../diagnostics/make-diagnostic.ts";
import { formatRelation, type Facts, type Relation } from "../dims/facts.ts";
import { sufficientFacts } from "../dims/sufficient-facts.ts";
import type { Context } from "./context.ts";
import { factsIn } from "./minima.ts";

/** What to write in the header for relations to hold, where sizes are open. */
export function stating(ctx: Context, relations: readonly Relation[], facts = factsIn(ctx)): Pick<Extras, "help"> {
  const condition = conditionFor(ctx, relations, facts);
  return condition === undefined ? {} : { help: `State it ${condition}.` };
}

/**
 * Where and how a header states relations: "in the header if it always holds: `where T >= 4`". Undefined where no facts that
 * can hold suffice, and in a section, which has no header.
 */
export function conditionFor(
  ctx: Context,
  relations: readonly Relation[],
  facts: Facts = factsIn(ctx),
): string | undefined {
  const header = headerOf(ctx);
  const found = header === undefined ? undefined : sufficientFacts(relations, facts);
  if (header === undefined || found === undefined) return undefined;
  return `in ${header} if it always holds: \`where ${found.map(formatRelation).join(", ")}\``;
}

/** The header that has the sizes which a finding names: that of what is checked, in whose dims all is. */
function headerOf({ frame }: Context): string | undefined {
  let own = frame;
  while (own.library && own.parent !== undefined) own = own.parent;
  let root = own;
  while (root.parent !== undefined) root = root.parent;
  if (root.section === true) return undefined;
  return own === root ? "the header" : `the header of \`${root.name}\``;
}
