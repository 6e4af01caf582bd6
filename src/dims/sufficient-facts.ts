import { decide } from "./decide.ts";
import {
  assume,
  atLeast,
  divides,
  equal,
  holds,
  lessThan,
  relationVariables,
  sidesOf,
  type Facts,
  type Relation,
} from "./facts.ts";
import { asNumber, operandsOf, variablesOf, type Atom, type Dim } from "./form.ts";
import {
  commonVariables,
  constant,
  contentOf,
  divideTerms,
  gcd,
  sidesOfDifference,
  subtract,
  variable,
  withoutCommonVariables,
} from "./polynomial.ts";
import { modulo } from "./quotient.ts";

/** A size is asked to be a multiple of numbers up to this one. */
const largestMultiple = 4096;
/** A size is asked to leave a rest that is not 0 where it is divided by numbers up to this one. */
const largestRest = 16;
/** A size is asked to be at least numbers up to this one. */
const largestLeast = 2 ** 16;

/**
 * The weakest facts under which all goals hold, of the kinds that a person states: that a size is a multiple of a number,
 * or at least one, that sizes are equal, or that one divides another. Undefined where none of these suffice, or where they
 * cannot hold at any sizes.
 */
export function sufficientFacts(goals: readonly Relation[], facts: Facts): readonly Relation[] | undefined {
  let found: readonly Relation[] = [];
  for (const goal of goals.map(simplest)) {
    const known = assume(facts, ...found);
    if (proves(goal, known)) continue;
    const more = factsFor(goal, known);
    if (more === undefined) return undefined;
    found = [...found, ...more];
  }
  // What was found first may follow from what was found later.
  return found.reduce<readonly Relation[]>((kept, it) => {
    const others = kept.filter((other) => other !== it);
    return proves(it, assume(facts, ...others)) ? others : kept;
  }, found);
}

const never = lessThan(constant(1), constant(1));

function factsFor(goal: Relation, facts: Facts): readonly Relation[] | undefined {
  // Sizes at which the goal fails: what holds at one of them does not suffice.
  const failing: ReadonlyMap<string, number>[] = [];
  const isKnownToFail = (stated: readonly Relation[]): boolean =>
    failing.some((sizes) =>
      stated.every((it) => [...relationVariables(it)].every((name) => sizes.has(name)) && holds(it, sizes) === true),
    );
  const suffice = (stated: readonly Relation[]): boolean => {
    if (isKnownToFail(stated)) return false;
    const all = assume(facts, ...stated);
    const proof = decide(goal, all);
    if (proof.verdict === "refuted") failing.push(proof.counterexample);
    return proof.verdict === "proved" && arePossible(all, facts);
  };
  const bound = goal.kind === "atLeast" || goal.kind === "lessThan" ? leastFor(goal, facts, suffice) : undefined;
  const single = bound ?? singlesFor(goal).find((it) => suffice([it]));
  if (single !== undefined) return [single];
  // All quotients exact, and each variable then as free as the others allow.
  const choices = multiplesIn(goal);
  let chosen = choices.flatMap((it) => it.findLast(({ kind }) => kind === "divides") ?? []);
  if (choices.length > 1 && suffice(chosen)) {
    choices.forEach((choice, at) => {
      const weakest = choice.find((it) => suffice(chosen.with(at, it)));
      if (weakest !== undefined) chosen = chosen.with(at, weakest);
    });
    return chosen;
  }
  return suffice([goal]) ? [goal] : undefined;
}

function proves(goal: Relation, facts: Facts): boolean {
  return decide(goal, facts).verdict === "proved";
}

/** Whether some sizes satisfy facts, as far as that is known of what was there `before`. */
function arePossible(facts: Facts, before: Facts): boolean {
  const { verdict } = decide(never, facts);
  return verdict === "refuted" || (verdict === "unknown" && decide(never, before).verdict === "unknown");
}

/** The smallest size of one variable from which on a goal holds. */
function leastFor(
  goal: Relation,
  facts: Facts,
  suffice: (stated: readonly Relation[]) => boolean,
): Relation | undefined {
  for (const name of relationVariables(goal)) {
    const from = (least: number): Relation => atLeast(variable(name), constant(least));
    if (!suffice([from(largestLeast)])) continue;
    let [short, enough] = [1, largestLeast];
    while (enough - short > 1) {
      const middle = Math.floor((short + enough) / 2);
      if (suffice([from(middle)])) enough = middle;
      else short = middle;
    }
    // The least size that there is: of even sizes `H >= 7` and `H >= 8` say the same.
    const next = decide(lessThan(variable(name), constant(enough)), assume(facts, from(enough)));
    const least = next.verdict === "refuted" ? next.counterexample.get(name) : undefined;
    const isNext = least !== undefined && proves(atLeast(variable(name), constant(least)), assume(facts, from(enough)));
    return from(isNext ? least : enough);
  }
  return undefined;
}

/** Facts that may suffice alone, those of a kind from the weakest on. */
function singlesFor(goal: Relation): readonly Relation[] {
  const names = [...relationVariables(goal)].map(variable);
  const [first, second] = names;
  const same = goal.kind === "equal" && names.length === 2 && first && second ? [equal(first, second)] : [];
  const within = sidesOf(goal).flatMap(atomsWithin);
  return [
    // That a product or a sum is a multiple says less than that one of its sizes is, or each.
    ...[...within.flatMap(exactness), goal].flatMap(plainMultiple),
    ...multiplesIn(goal).flat(),
    ...within.flatMap(orders),
    ...within.flatMap(exactness),
    ...(hasAtoms(goal) ? same : []),
  ];
}

/** For each variable what it may be a multiple of, or leave as its rest, so that quotients are exact: the weakest first. */
function multiplesIn(goal: Relation): readonly (readonly Relation[])[] {
  const common = new Map<string, number>();
  const visit = (dividend: Dim, divisor: Dim, outer: number): void => {
    const by = outer * (asNumber(divisor) ?? Infinity);
    for (const name of by <= largestMultiple ? variablesOf(dividend) : []) {
      const known = common.get(name) ?? 1;
      const both = (known * by) / Number(gcd(BigInt(known), BigInt(by)));
      if (both <= largestMultiple) common.set(name, both);
    }
    for (const atom of atomsOf(dividend)) within(atom, by);
  };
  const within = (atom: Atom, outer: number): void => {
    if (atom.kind === "floor" || atom.kind === "mod") visit(atom.dividend, atom.divisor, outer);
    else for (const inner of operandsOf(atom).flatMap(atomsOf)) within(inner, outer);
  };
  if (goal.kind === "divides") visit(goal.dividend, goal.divisor, 1);
  for (const atom of sidesOf(goal).flatMap(atomsOf)) within(atom, 1);
  return [...common].map(([name, most]) => [
    ...divisorsOf(most).map((by) => divides(constant(by), variable(name))),
    ...divisorsOf(most)
      .toReversed()
      .map((by) => notDivides(constant(by), variable(name))),
    ...restsOf(
      name,
      divisorsOf(most).filter((by) => by <= largestRest),
    ),
  ]);
}

/** That a variable leaves one rest, or one of several that begin or end with the least or the largest: the weakest first. */
function restsOf(name: string, divisors: readonly number[]): readonly Relation[] {
  const all = divisors.flatMap((by) => {
    const rest = modulo(variable(name), constant(by));
    const single = Array.from({ length: by - 1 }, (_, at) => ({
      share: 1 / by,
      relation: equal(rest, constant(at + 1)),
    }));
    // Two of them or more, and not all but 0, which is that it is no multiple.
    const several = Array.from({ length: Math.max(by - 2, 0) }, (_, at) => at + 2).flatMap((count) => [
      ...(count === by - 1 ? [] : [{ share: count / by, relation: atLeast(rest, constant(by - count)) }]),
      { share: count / by, relation: atLeast(constant(count - 1), rest) },
    ]);
    return [...several, ...single];
  });
  return all.toSorted((a, b) => b.share - a.share).map(({ relation }) => relation);
}

/** That a divisor leaves a rest: of 2 it is 1, which says more. */
function notDivides(divisor: Dim, dividend: Dim): Relation {
  return asNumber(divisor) === 2
    ? equal(modulo(dividend, divisor), constant(1))
    : { kind: "notDivides", divisor, dividend };
}

/** The divisors of a number from 2 on, in order. */
function divisorsOf(most: number): readonly number[] {
  return Array.from({ length: most - 1 }, (_, at) => at + 2).filter((it) => most % it === 0);
}

/** Which operand of a minimum or maximum is the larger. */
function orders(atom: Atom): readonly Relation[] {
  if (atom.kind !== "min" && atom.kind !== "max") return [];
  return atom.operands.flatMap((a) => atom.operands.filter((b) => a !== b).map((b) => atLeast(a, b)));
}

/** That a division is exact. */
function exactness(atom: Atom): readonly Relation[] {
  return atom.kind === "floor" || atom.kind === "mod" ? [divides(atom.divisor, atom.dividend)] : [];
}

/** That several sizes together are a multiple of a number, where nothing but sizes stands there. */
function plainMultiple(relation: Relation): readonly Relation[] {
  if (relation.kind !== "divides") return [];
  const least = simplest(relation);
  const isPlain = !hasAtoms(least) && sidesOf(least).some((it) => asNumber(it) !== undefined);
  return isPlain && relationVariables(least).size > 1 ? [least] : [];
}

function atomsOf(d: Dim): readonly Atom[] {
  return d.terms.flatMap((it) => it.factors.map(({ atom }) => atom));
}

/** All atoms of a dimension, those within others included. */
function atomsWithin(d: Dim): readonly Atom[] {
  return atomsOf(d).flatMap((it) => [it, ...operandsOf(it).flatMap(atomsWithin)]);
}

function hasAtoms(goal: Relation): boolean {
  return sidesOf(goal)
    .flatMap(atomsOf)
    .some(({ kind }) => kind !== "variable");
}

/** A relation in the fewest words: what its sides share left out, and each side a sum. */
function simplest(goal: Relation): Relation {
  if ("divisor" in goal) {
    const { kind, dividend, divisor } = goal;
    const shared = commonVariables([...dividend.terms, ...divisor.terms]);
    const content = gcd(contentOf(dividend), contentOf(divisor));
    const left = (d: Dim): Dim => (content === 0n ? d : divideTerms(d, shared, content));
    return { kind, divisor: left(divisor), dividend: left(dividend) };
  }
  const difference = withoutCommonVariables(subtract(goal.left, goal.right));
  const common = contentOf(difference);
  if (common === 0n) return goal;
  const [left, right] = sidesOfDifference(divideTerms(difference, [], common));
  return { kind: goal.kind, left, right };
}
