import type { Relation } from "./facts.ts";
import type { Dim, Factor } from "./form.ts";
import { asConstant, dimKey, loneAtom, variablesOf } from "./form.ts";
import {
  constant,
  constantTermOf,
  contentOf,
  floorOf,
  fromAtom,
  fromTerms,
  gcd,
  negate,
  subtract,
  withoutCommonVariables,
} from "./polynomial.ts";
import { modulo } from "./quotient.ts";
import { rangeOf } from "./range.ts";

/** A conjunction of statements over variables, integers >= 1. What is proved of it is that it has no solution. */
export interface System {
  /** Each is 0. */
  readonly zeros: readonly Dim[];
  /** Each is at least 0. */
  readonly atLeastZero: readonly Dim[];
  /** Each is not 0. */
  readonly nonzeros: readonly Dim[];
  /** Each dividend is a multiple of its divisor. */
  readonly multiples: readonly Multiple[];
}

/** divisor divides dividend. */
export interface Multiple {
  readonly divisor: Dim;
  readonly dividend: Dim;
}

/** The conjunction of relations. */
export function systemOf(relations: readonly Relation[]): System {
  const zeros: Dim[] = [];
  const atLeastZero: Dim[] = [];
  const nonzeros: Dim[] = [];
  const multiples: Multiple[] = [];
  for (const r of relations) {
    switch (r.kind) {
      case "equal":
        zeros.push(subtract(r.left, r.right));
        break;
      case "notEqual":
        nonzeros.push(subtract(r.left, r.right));
        break;
      case "atLeast":
        atLeastZero.push(subtract(r.left, r.right));
        break;
      case "lessThan":
        atLeastZero.push(subtract(subtract(r.right, r.left), constant(1)));
        break;
      case "divides":
        multiples.push({ divisor: r.divisor, dividend: r.dividend });
        break;
      case "notDivides":
        atLeastZero.push(subtract(modulo(r.dividend, r.divisor), constant(1)));
        break;
    }
    // A relation is asserted only where its divisor is one.
    if ("divisor" in r) atLeastZero.push(subtract(r.divisor, constant(1)));
  }
  return { zeros, atLeastZero, nonzeros, multiples };
}

/** The system with all its dimensions mapped. */
export function mapSystem(s: System, map: (d: Dim) => Dim): System {
  return {
    zeros: s.zeros.map(map),
    atLeastZero: s.atLeastZero.map(map),
    nonzeros: s.nonzeros.map(map),
    multiples: s.multiples.map((m) => ({ divisor: map(m.divisor), dividend: map(m.dividend) })),
  };
}

/** All dimensions of a system. */
export function dimsOf(s: System): readonly Dim[] {
  return [...s.zeros, ...s.atLeastZero, ...s.nonzeros, ...s.multiples.flatMap((m) => [m.divisor, m.dividend])];
}

/**
 * The system without what holds anyway, each statement in its simplest form; undefined where one statement alone
 * cannot hold.
 */
export function simplifySystem(s: System): System | undefined {
  const zeros = new Map<string, Dim>();
  const atLeastZero = new Map<string, Dim>();
  const nonzeros = new Map<string, Dim>();
  const multiples = new Map<string, Multiple>();
  for (const d of s.zeros) {
    const p = withoutCommonVariables(d);
    const rest = constantTermOf(p);
    const common = contentOf(subtract(p, constant(rest)));
    if (common === 0n) {
      if (rest !== 0n) return undefined;
      continue;
    }
    const range = rangeOf(p);
    if (range.low > 0 || range.high < 0 || rest % common !== 0n) return undefined;
    const reduced = withoutPowers(shrink(p, common));
    zeros.set(dimKey(reduced), reduced);
  }
  for (const d of s.atLeastZero) {
    const p = withoutCommonVariables(d);
    const range = rangeOf(p);
    if (range.high < 0) return undefined;
    if (range.low >= 0) continue;
    const reduced = shrink(p, contentOf(subtract(p, constant(constantTermOf(p)))));
    atLeastZero.set(dimKey(reduced), reduced);
  }
  for (const d of s.nonzeros) {
    const p = withoutCommonVariables(d);
    if (p.terms.length === 0) return undefined;
    const range = rangeOf(p);
    if (range.low > 0 || range.high < 0) continue;
    const common = contentOf(subtract(p, constant(constantTermOf(p))));
    if (constantTermOf(p) % common !== 0n) continue;
    const reduced = withoutPowers(shrink(p, common));
    if (range.low === 0) atLeastZero.set(dimKey(reduced), subtract(reduced, constant(1)));
    else nonzeros.set(dimKey(reduced), reduced);
  }
  for (const m of s.multiples) {
    const rest = modulo(m.dividend, m.divisor);
    const value = asConstant(rest);
    if (value === 0n) continue;
    if (value !== undefined && asConstant(m.divisor) !== undefined) return undefined;
    // What is at least 1 is no multiple of anything larger.
    if (rangeOf(m.dividend).low >= 1 && rangeOf(subtract(m.divisor, m.dividend)).low >= 1) return undefined;
    multiples.set(`${dimKey(m.divisor)}|${dimKey(m.dividend)}`, m);
  }
  return {
    zeros: [...zeros.values()],
    atLeastZero: [...atLeastZero.values()],
    nonzeros: [...nonzeros.values()],
    multiples: [...multiples.values()],
  };
}

/** Divided by what divides all coefficients but the constant term's, which is rounded down: exact for d >= 0. */
function shrink(d: Dim, common: bigint): Dim {
  if (common <= 1n) return d;
  return fromTerms(d.terms.map((t) => ({ coefficient: floorOf(t.coefficient, common), factors: t.factors })));
}

/** For x^k - y^k, of products of what is not negative, x - y: 0 where that is, and of its sign. */
function withoutPowers(p: Dim): Dim {
  const [a, b] = p.terms;
  if (a === undefined || b === undefined || p.terms.length !== 2 || a.coefficient !== -b.coefficient) return p;
  const factors = p.terms.flatMap((t) => t.factors);
  const common = factors.reduce((all, f) => gcd(all, BigInt(f.power)), 0n);
  if (common <= 1n || factors.some(({ atom }) => rangeOf(fromAtom(atom)).low < 0)) return p;
  const rooted = (f: Factor): Factor => ({ atom: f.atom, power: f.power / Number(common) });
  return fromTerms(p.terms.map((t) => ({ coefficient: t.coefficient, factors: t.factors.map(rooted) })));
}

/** A variable that stands alone in one term of p with coefficient 1 or -1, and what it is where p is `value`. */
export interface Solution {
  readonly name: string;
  /** The variable's value where p is 0. */
  readonly value: Dim;
  /** The sign of the variable in p. */
  readonly sign: 1 | -1;
}

/** The variables for which p == 0 can be solved, in the order of the terms. */
export function solutionsOf(p: Dim): readonly Solution[] {
  return p.terms.flatMap((t): readonly Solution[] => {
    const atom = loneAtom(t);
    if (atom?.kind !== "variable" || (t.coefficient !== 1n && t.coefficient !== -1n)) return [];
    const rest = fromTerms(p.terms.filter((other) => other !== t));
    if (variablesOf(rest).has(atom.name)) return [];
    const sign = t.coefficient === 1n ? 1 : -1;
    return [{ name: atom.name, value: sign === 1 ? negate(rest) : rest, sign }];
  });
}

/** Divisor and dividend of a multiple without what the constant divisor shares with the dividend's content. */
export function reduceMultiple(m: Multiple): Multiple {
  const divisor = asConstant(m.divisor);
  if (divisor === undefined || divisor === 0n) return m;
  const common = gcd(divisor, contentOf(m.dividend));
  if (common <= 1n) return m;
  return { divisor: constant(divisor / common), dividend: shrink(m.dividend, common) };
}
