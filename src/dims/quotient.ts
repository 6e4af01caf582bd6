import { required } from "../support/fault.ts";
import type { Dim, Factor, Term } from "./form.ts";
import { asAtom, asConstant, atomKey, loneAtom, sameForm } from "./form.ts";
import {
  add,
  constant,
  constantTermOf,
  contentOf,
  divideFactors,
  dividePolynomials,
  floorOf,
  fromAtom,
  fromTerms,
  gcd,
  multiply,
  negate,
  scale,
  subtract,
} from "./polynomial.ts";
import { rangeOf } from "./range.ts";

/**
 * The floor of a / b, rounding toward minus infinity as Python does. The divisor must be at least 1 wherever the
 * dimension is used: whoever builds it proves that. A literal divisor of 0 gives a dimension without a value.
 */
export function floorDivide(a: Dim, b: Dim): Dim {
  const divisor = asConstant(b);
  if (divisor === 1n) return a;
  if (divisor === 0n) return fromAtom({ kind: "floor", dividend: a, divisor: b });
  if (divisor !== undefined && divisor < 0n) return floorDivide(negate(a), constant(-divisor));
  const dividend = asConstant(a);
  if (dividend !== undefined && divisor !== undefined) return constant(floorOf(dividend, divisor));
  const { quotient, remainder } = dividePolynomials(a, b);
  return add(quotient, reducedQuotient(remainder, b));
}

/** The floor of a / b where nothing of a is a multiple of b any more. */
function reducedQuotient(a: Dim, b: Dim): Dim {
  if (a.terms.length === 0) return a;
  const within = knownQuotient(a, b);
  if (within !== undefined) return constant(within);
  const nested = mergeNested(a, b);
  if (nested !== undefined) return nested;
  const cancelled = cancelCommon(a, b);
  if (cancelled !== undefined) return floorDivide(cancelled.a, cancelled.b);
  const flipped = flipSign(a, b);
  if (flipped !== undefined) return flipped;
  return fromAtom({ kind: "floor", dividend: a, divisor: b });
}

/** 0 or -1 where a lies in [0, b) or in [-b, 0) for all values of the variables. */
function knownQuotient(a: Dim, b: Dim): bigint | undefined {
  const range = rangeOf(a);
  const divisor = Math.max(1, rangeOf(b).low);
  if (range.low >= 0 && (range.high < divisor || rangeOf(subtract(b, a)).low >= 1)) return 0n;
  if (range.high <= -1 && (range.low >= -divisor || rangeOf(add(a, b)).low >= 0)) return -1n;
  return undefined;
}

/** (x // m + e) // n = (x + m * e) // (m * n), the quotient standing alone in its term. */
function mergeNested(a: Dim, b: Dim): Dim | undefined {
  const inner = a.terms.filter((t) => t.factors.some((f) => f.atom.kind === "floor"));
  const [term] = inner;
  if (inner.length !== 1 || term === undefined || term.coefficient !== 1n) return undefined;
  const atom = loneAtom(term);
  if (atom?.kind !== "floor") return undefined;
  const rest = fromTerms(a.terms.filter((t) => t !== term));
  const { dividend, divisor } = atom;
  return floorDivide(add(dividend, multiply(divisor, rest)), multiply(divisor, b));
}

/** Cancels what divides the divisor and the dividend; for the constant part of a dividend the floor is exact. */
function cancelCommon(a: Dim, b: Dim): { readonly a: Dim; readonly b: Dim } | undefined {
  const shared = commonFactors([...a.terms, ...b.terms]);
  if (shared.length > 0) return { a: divideByFactors(a, shared), b: divideByFactors(b, shared) };
  const rest = constantTermOf(a);
  const common = gcd(contentOf(subtract(a, constant(rest))), contentOf(b));
  if (common <= 1n) return undefined;
  const divide = (d: Dim): Dim =>
    fromTerms(d.terms.map((t) => ({ coefficient: floorOf(t.coefficient, common), factors: t.factors })));
  return { a: divide(a), b: divide(b) };
}

function divideByFactors(d: Dim, factors: readonly Factor[]): Dim {
  return fromTerms(
    d.terms.map((t) => ({
      coefficient: t.coefficient,
      factors: required(divideFactors(t.factors, factors), "quotient"),
    })),
  );
}

/** The atoms, with powers, that divide every one of the terms. */
function commonFactors(terms: readonly Term[]): readonly Factor[] {
  const [first, ...others] = terms;
  let common = first?.factors ?? [];
  for (const t of others) {
    if (common.length === 0) return common;
    common = common.flatMap((f) => {
      const match = t.factors.find((g) => atomKey(g.atom) === atomKey(f.atom));
      return match === undefined ? [] : [{ atom: f.atom, power: Math.min(f.power, match.power) }];
    });
  }
  return common;
}

/** For a constant divisor, of x and -x the one with the smaller leading residue: -x // n = -((x + n - 1) // n). */
function flipSign(a: Dim, b: Dim): Dim | undefined {
  const n = asConstant(b);
  const [leading] = a.terms;
  if (n === undefined || leading === undefined || leading.factors.length === 0) return undefined;
  if (2n * leading.coefficient <= n) return undefined;
  return negate(floorDivide(add(negate(a), constant(n - 1n)), b));
}

/** The least integer that is at least a / b. The divisor must be at least 1, as for {@link floorDivide}. */
export function ceilDivide(a: Dim, b: Dim): Dim {
  const divisor = asConstant(b);
  if (divisor === 1n) return a;
  if (divisor !== undefined && divisor <= 0n) return negate(floorDivide(negate(a), b));
  return floorDivide(add(a, subtract(b, constant(1))), b);
}

/** a / b where the caller has proved that b divides a: coefficients and factors cancel as far as the form shows. */
export function divideExactly(a: Dim, b: Dim): Dim {
  return floorDivide(a, b);
}

/** The remainder of a by b, in 0 .. b - 1, as Python's `%`. The divisor must be at least 1. */
export function modulo(a: Dim, b: Dim): Dim {
  const divisor = asConstant(b);
  if (divisor === 1n) return constant(0);
  if (divisor === 0n) return fromAtom({ kind: "mod", dividend: a, divisor: b });
  if (divisor !== undefined && divisor < 0n) return negate(modulo(negate(a), constant(-divisor)));
  const unwrapped = divisor === undefined ? a : unwrapRemainders(a, divisor);
  const rest = dividePolynomials(unwrapped, b).remainder;
  const dividend = asConstant(rest);
  if (dividend !== undefined && divisor !== undefined) return constant(dividend - divisor * floorOf(dividend, divisor));
  const within = knownQuotient(rest, b);
  if (within !== undefined) return within === 0n ? rest : add(rest, b);
  const common = gcd(contentOf(rest), contentOf(b));
  if (common > 1n) return scale(modulo(shrink(rest, common), shrink(b, common)), common);
  const shared = commonFactors([...rest.terms, ...b.terms]);
  if (shared.length > 0) {
    const factor = fromTerms([{ coefficient: 1n, factors: shared }]);
    return multiply(factor, modulo(divideByFactors(rest, shared), divideByFactors(b, shared)));
  }
  if (isRemainderBy(rest, b)) return rest;
  return fromAtom({ kind: "mod", dividend: rest, divisor: b });
}

function shrink(d: Dim, by: bigint): Dim {
  return fromTerms(d.terms.map((t) => ({ coefficient: t.coefficient / by, factors: t.factors })));
}

function isRemainderBy(d: Dim, divisor: Dim): boolean {
  const atom = asAtom(d);
  return atom?.kind === "mod" && sameForm(atom.divisor, divisor);
}

/** Modulo n, x % k stands for x wherever n divides k. */
function unwrapRemainders(d: Dim, n: bigint): Dim {
  let result = constant(0);
  for (const t of d.terms) {
    let part = constant(t.coefficient);
    for (const f of t.factors) {
      const divisor = f.atom.kind === "mod" ? asConstant(f.atom.divisor) : undefined;
      const base =
        f.atom.kind === "mod" && divisor !== undefined && divisor % n === 0n
          ? unwrapRemainders(f.atom.dividend, n)
          : fromAtom(f.atom);
      for (let i = 0; i < f.power; i++) part = multiply(part, base);
    }
    result = add(result, part);
  }
  return result;
}
