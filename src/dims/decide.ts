import type { Facts, Relation } from "./facts.ts";
import { negateRelation, relationKey, relationVariables, relationsOf } from "./facts.ts";
import { asConstant, sameForm } from "./form.ts";
import { sidesOfDifference, subtract, withoutCommonVariables } from "./polynomial.ts";
import { contradictory } from "./prove.ts";
import { modulo } from "./quotient.ts";
import { rangeOf } from "./range.ts";
import { searchSmallest } from "./search.ts";
import { searchReduced } from "./search-reduced.ts";

/** What is known of a relation under facts. */
export type Proof =
  /** It holds for all integers >= 1 that satisfy the facts. */
  | { readonly verdict: "proved" }
  /**
   * It fails for some. The counterexample is the smallest: least sum, then least in the order of the names; or where that
   * is out of reach, one.
   */
  | { readonly verdict: "refuted"; readonly counterexample: ReadonlyMap<string, number> }
  | { readonly verdict: "unknown" };

const quickSearch = 2_000;
const fullSearch = 120_000;
const reducedSearch = 20_000;
/** What a proof may take, a fifth of a second: nearly twice what the longest took that ended, of tens of thousands. */
export const proofSteps = 10_000;
const remembered = 20_000;

const proved: Proof = { verdict: "proved" };
const unknown: Proof = { verdict: "unknown" };
const proofs = new WeakMap<Facts, Map<string, Proof>>();

/**
 * Decides a relation for all values of the variables, integers >= 1, that satisfy the facts. Values for which a
 * divisor is less than 1 count neither for nor against it. Unknown is no proof of anything. Deterministic: budgets
 * count steps, never time.
 *
 * A counterexample names the variables of the relation and of the facts that bear on it, and no others.
 */
export function decide(relation: Relation, facts: Facts): Proof {
  if (holdsPlainly(relation)) return proved;
  const known = proofs.get(facts) ?? new Map<string, Proof>();
  proofs.set(facts, known);
  const key = relationKey(relation);
  const before = known.get(key);
  if (before !== undefined) return before;
  const proof = decideAnew(relation, facts);
  if (known.size >= remembered) known.clear();
  known.set(key, proof);
  return proof;
}

/** Whether the normal forms or the bounds of the sides show it, without any facts. */
function holdsPlainly(r: Relation): boolean {
  switch (r.kind) {
    case "equal":
      return sameForm(r.left, r.right);
    case "notEqual": {
      const range = rangeOf(subtract(r.left, r.right));
      return range.low > 0 || range.high < 0;
    }
    case "atLeast":
      return rangeOf(subtract(r.left, r.right)).low >= 0;
    case "lessThan":
      return rangeOf(subtract(r.left, r.right)).high < 0;
    case "divides":
      return asConstant(r.divisor) !== 0n && asConstant(modulo(r.dividend, r.divisor)) === 0n;
    case "notDivides":
      return false;
  }
}

function decideAnew(relation: Relation, facts: Facts): Proof {
  const { relevant, others } = bearing(relation, relationsOf(facts));
  const negated = [...relevant, negateRelation(relation)];
  let search = searchSmallest(negated, quickSearch);
  if (search.kind === "spent") {
    const short = withoutCommon(relation);
    if (short !== undefined && decide(short, facts).verdict === "proved") return proved;
    if (contradictory(negated, proofSteps)) return proved;
    search = searchSmallest(negated, fullSearch);
  }
  if (search.kind === "spent") search = searchReduced(negated, reducedSearch);
  if (search.kind === "none") return proved;
  // What fails fails only where the other facts can hold: elsewhere nothing does.
  const possible = others.length === 0 ? "yes" : satisfiable(others);
  if (possible === "no") return proved;
  if (search.kind === "spent" || possible === "unknown") return unknown;
  return { verdict: "refuted", counterexample: search.values };
}

/** The relation without what both sides have, where that leaves fewer variables: of B + S == S + 3 and B * S == 3 * S, B == 3. */
function withoutCommon(r: Relation): Relation | undefined {
  if ("divisor" in r) return undefined;
  const [left, right] = sidesOfDifference(withoutCommonVariables(subtract(r.left, r.right)));
  const short: Relation = { kind: r.kind, left, right };
  return new Set(relationVariables(short)).size < new Set(relationVariables(r)).size ? short : undefined;
}

function satisfiable(relations: readonly Relation[]): "yes" | "no" | "unknown" {
  for (const group of connectedGroups(relations)) {
    const search = searchSmallest(group, fullSearch);
    if (search.kind === "none" || (search.kind === "spent" && contradictory(group, proofSteps))) return "no";
    if (search.kind === "spent") return "unknown";
  }
  return "yes";
}

/** The facts that share variables with a relation, through other facts as well, and those that do not. */
function bearing(
  relation: Relation,
  facts: readonly Relation[],
): { readonly relevant: readonly Relation[]; readonly others: readonly Relation[] } {
  const names = new Set(relationVariables(relation));
  const relevant = new Set<Relation>();
  for (let before = -1; before !== relevant.size;) {
    before = relevant.size;
    for (const fact of facts) {
      const variables = [...relationVariables(fact)];
      if (relevant.has(fact) || !variables.some((name) => names.has(name))) continue;
      relevant.add(fact);
      for (const name of variables) names.add(name);
    }
  }
  return { relevant: facts.filter((f) => relevant.has(f)), others: facts.filter((f) => !relevant.has(f)) };
}

function connectedGroups(relations: readonly Relation[]): readonly (readonly Relation[])[] {
  const groups: (readonly Relation[])[] = [];
  let rest = relations;
  for (;;) {
    const [first, ...remaining] = rest;
    if (first === undefined) return groups;
    const { relevant, others } = bearing(first, remaining);
    groups.push([first, ...relevant]);
    rest = others;
  }
}
