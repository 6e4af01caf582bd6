import { decide } from "../dims/decide.ts";
import { assume, formatRelation, negateRelation, relationVariables, type Facts, type Relation } from "../dims/facts.ts";
import type { Module } from "../ir/graph.ts";
import { textOf, type Span } from "../support/source.ts";
import type { CallableDeclaration } from "../syntax/ast.ts";
import { isOfAbsent } from "./bind-inputs.ts";
import { statedRelations } from "./conditions.ts";
import { report, type Context } from "./context.ts";
import { factMessage } from "./prove-facts.ts";
import { inParentheses, valuesIn } from "./shown-value.ts";

/** What the header of an entry states: what holds in its body, and the texts of what is to be checked when it runs. */
interface Contract {
  readonly facts: Facts;
  readonly contract: Module["contract"];
}

/** The entry's `where`: assumed in its body, carried into what is generated as a run-time check. */
export function entryFacts(ctx: Context, declaration: CallableDeclaration): Contract | undefined {
  let { facts } = ctx;
  const contract: { readonly text: string; readonly message?: string }[] = [];
  const assumed: StatedFact[] = [];
  for (const fact of declaration.where) {
    if (isOfAbsent(ctx, fact)) continue;
    const stated = statedRelations(ctx, fact.condition);
    if (stated === undefined) return undefined;
    const message = factMessage(ctx, fact.message?.value);
    for (const it of stated) {
      const isImpossible = it === false || decide(negateRelation(it.relation), facts).verdict === "proved";
      if (isImpossible && (it === false || relationVariables(it.relation).size === 0)) {
        const condition = textOf(fact.condition.span);
        const callee = declaration.name.text;
        const example = inParentheses(valuesIn(ctx, fact.condition));
        report(ctx, "MC3004", fact.span, { condition, callee, message, example, others: [] });
        return undefined;
      }
      const { relation } = it;
      if (isImpossible) {
        const others = contradicting(relation, assumed, ctx.facts).map((other) => other.condition);
        report(
          ctx,
          "MC3100",
          fact.span,
          { name: declaration.name.text, conditions: [...new Set([...others, fact.condition.span].map(textOf))] },
          { labels: others.map((span) => ({ span, message: "with this" })) },
        );
        return undefined;
      }
      if (decide(relation, facts).verdict === "proved") continue;
      assumed.push({ relation, condition: fact.condition.span });
      facts = assume(facts, relation);
      contract.push({ text: formatRelation(relation), ...(message !== undefined && { message }) });
    }
  }
  return { facts, contract };
}

interface StatedFact {
  readonly relation: Relation;
  readonly condition: Span;
}

/** Those of earlier facts that a relation contradicts together: without any one of them it may hold. */
function contradicting(relation: Relation, earlier: readonly StatedFact[], known: Facts): readonly StatedFact[] {
  return earlier.reduceRight((kept, it) => {
    const without = kept.filter((other) => other !== it);
    const facts = assume(known, ...without.map((other) => other.relation));
    return decide(negateRelation(relation), facts).verdict === "proved" ? without : kept;
  }, earlier);
}

/** What holds in all that an entry leads to, as a text that tells instantiations apart. */
export function assumptionsOf({ contract }: Pick<Module, "contract">): string {
  return contract.map((it) => it.text).join(", ");
}
