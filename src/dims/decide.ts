import type { Facts, Relation } from "./facts.ts";
import { factsKey, negateRelation, relationKey, relationVariables, relationsOf } from "./facts.ts";
import { searchSmallest } from "./search.ts";

/** What is known of a relation under facts. */
export type Proof =
  /** It holds for all integers >= 1 that satisfy the facts. */
  | { readonly verdict: "proved" }
  /** It fails for some. The counterexample is the smallest: least sum, then least in the order of the names. */
  | { readonly verdict: "refuted"; readonly counterexample: ReadonlyMap<string, number> }
  | { readonly verdict: "unknown" };

const searchBudget = 40_000;

/**
 * Decides a relation for all values of the variables, integers >= 1, that satisfy the facts. The sides must be defined
 * (divisors at least 1): values for which they are not count as neither. Deterministic: budgets count steps.
 */
export function decide(relation: Relation, facts: Facts): Proof {
  void factsKey;
  void relationKey;
  void relationVariables;
  const found = searchSmallest([...relationsOf(facts), negateRelation(relation)], searchBudget);
  switch (found.kind) {
    case "found":
      return { verdict: "refuted", counterexample: found.values };
    case "none":
      return { verdict: "proved" };
    case "spent":
      return { verdict: "unknown" };
  }
}
