import { elementAt } from "../support/element-at.ts";
import { fault } from "../support/fault.ts";
import type { Dim, Term } from "./form.ts";
import { asConstant, compareMonomials, compareText, dimKey, loneAtom } from "./form.ts";
import { add, constant, constantTermOf, contentOf, fromAtom, gcd, scale, subtract } from "./polynomial.ts";
import { rangeOf } from "./range.ts";

/** The least of one or more dimensions. */
export function minimum(...dims: readonly Dim[]): Dim {
  return extremum("min", dims);
}

/** The greatest of one or more dimensions. */
export function maximum(...dims: readonly Dim[]): Dim {
  return extremum("max", dims);
}

function extremum(kind: "min" | "max", dims: readonly Dim[]): Dim {
  const [first] = dims;
  if (first === undefined) return fault(`${kind} of no dimensions`);
  if (dims.length === 1) return first;
  const operands = undominated(kind, [...distinct(dims.flatMap((d) => operandsOf(kind, d)))].sort(compareOperands));
  if (operands.length === 1) return elementAt(operands, 0);
  const common = operands.reduce((g, d) => gcd(g, contentOf(d)), 0n);
  if (common > 1n)
    return scale(
      extremum(
        kind,
        operands.map((d) => shrink(d, common)),
      ),
      common,
    );
  const offset = commonOffset(operands);
  if (offset !== 0n) {
    return add(
      extremum(
        kind,
        operands.map((d) => subtract(d, constant(offset))),
      ),
      constant(offset),
    );
  }
  return fromAtom({ kind, operands });
}

/** By leading monomials, constants last. */
function compareOperands(a: Dim, b: Dim): number {
  const byMonomial = compareMonomials(a.terms[0]?.factors ?? [], b.terms[0]?.factors ?? []);
  return byMonomial !== 0 ? byMonomial : compareText(dimKey(a), dimKey(b));
}

function shrink(d: Dim, by: bigint): Dim {
  const terms: readonly Term[] = d.terms.map((t) => ({ coefficient: t.coefficient / by, factors: t.factors }));
  return { kind: "dim", terms };
}

/**
 * The operands of a dimension that is itself such a minimum or maximum, possibly scaled and moved by constants; a
 * negative factor turns the one into the other.
 */
function operandsOf(kind: "min" | "max", d: Dim): readonly Dim[] {
  const offset = constantTermOf(d);
  const [term] = d.terms;
  if (term === undefined || d.terms.length !== (offset === 0n ? 1 : 2)) return [d];
  const atom = loneAtom(term);
  if (atom?.kind !== "min" && atom?.kind !== "max") return [d];
  if ((atom.kind === kind) !== term.coefficient > 0n) return [d];
  return atom.operands.map((it) => add(scale(it, term.coefficient), constant(offset)));
}

function distinct(dims: readonly Dim[]): readonly Dim[] {
  const byKey = new Map<string, Dim>();
  for (const d of dims) if (!byKey.has(dimKey(d))) byKey.set(dimKey(d), d);
  return [...byKey.values()];
}

/** Leaves out what another operand is at most (min) or at least (max) for all values of the variables; of equals, the later. */
function undominated(kind: "min" | "max", dims: readonly Dim[]): readonly Dim[] {
  let kept: readonly Dim[] = [];
  for (const d of dims) {
    if (kept.some((k) => dominates(kind, k, d))) continue;
    kept = [...kept.filter((k) => !dominates(kind, d, k)), d];
  }
  return kept;
}

function dominates(kind: "min" | "max", winner: Dim, loser: Dim): boolean {
  return rangeOf(kind === "min" ? subtract(loser, winner) : subtract(winner, loser)).low >= 0;
}

/** What all operands have in common as a constant term: nothing where one of them is a constant, for reading's sake. */
function commonOffset(dims: readonly Dim[]): bigint {
  if (dims.some((d) => asConstant(d) !== undefined)) return 0n;
  return dims.map(constantTermOf).reduce((least, c) => (c < least ? c : least));
}
