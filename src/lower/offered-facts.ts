import type { Extras } from "../diagnostics/make-diagnostic.ts";
import { asNumber, asVariable } from "../dims/dim.ts";
import { assume, formatRelation, relationVariables, sidesOf, type Facts, type Relation } from "../dims/facts.ts";
import { sufficientFacts } from "../dims/sufficient-facts.ts";
import type { Context } from "./context.ts";
import { factsIn, minimaIn } from "./minima.ts";

/** What to write in the header for relations to hold, where sizes are open. */
export function stating(
  ctx: Context,
  relations: readonly Relation[],
  facts = factsIn(ctx),
  lacksAxes = false,
): Pick<Extras, "help"> {
  const condition = conditionFor(ctx, relations, facts, lacksAxes);
  return condition === undefined ? {} : { help: `State it ${condition}.` };
}

/**
 * Where and how a header states relations: "in the header if it always holds: `where T >= 4`". Undefined where no facts that
 * can hold suffice, and in a section, which has no header. Where an operand `lacksAxes`, sizes meet that have nothing to do
 * with each other: it is not offered that they are the same.
 */
export function conditionFor(
  ctx: Context,
  relations: readonly Relation[],
  facts: Facts = factsIn(ctx),
  lacksAxes = false,
): string | undefined {
  const header = headerOf(ctx);
  const found = header === undefined ? undefined : sufficientFacts(relations, facts);
  if (header === undefined || found === undefined) return undefined;
  if (found.some((it) => isOfNumber(it) && !relations.some(isWritten))) return undefined;
  if (lacksAxes && found.some((it) => it.kind === "equal" && !isOfRest(it))) return undefined;
  const stated = [...found, ...minimaBeside(ctx, found, facts)];
  if (stated.length === 0) return undefined;
  return `in ${header} if it always holds: \`where ${stated.map(formatRelation).join(", ")}\``;
}

/** Whether a fact says of sizes that they are one number, and not what rest they leave. */
function isOfNumber(fact: Relation): boolean {
  const sides = fact.kind === "equal" ? sidesOf(fact) : [];
  return sides.some((it) => asNumber(it) !== undefined) && !isOfRest(fact);
}

/** Whether a fact says what rest a size leaves. */
function isOfRest(fact: Relation): boolean {
  const factors = sidesOf(fact).flatMap((it) => it.terms.flatMap((term) => term.factors));
  return factors.some(({ atom }) => atom.kind === "mod");
}

/** Whether a size is to be a number as it stands: one that comes out where elements are counted is a coincidence. */
function isWritten(goal: Relation): boolean {
  const sides = sidesOf(goal);
  return sides.some((it) => asVariable(it) !== undefined) && sides.some((it) => asNumber(it) !== undefined);
}

/** What the same sizes must be at least, where `facts` assume it and it would be asked for next. */
function minimaBeside(ctx: Context, found: readonly Relation[], facts: Facts): readonly Relation[] {
  if (facts !== factsIn(ctx)) return [];
  const named = new Set(found.flatMap((it) => [...relationVariables(it)]));
  const minima = minimaIn(ctx).filter((it) => [...relationVariables(it)].every((name) => named.has(name)));
  return sufficientFacts(minima, assume(ctx.facts, ...found)) ?? [];
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
