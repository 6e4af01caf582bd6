import { elementAt } from "../support/element-at.ts";
import { fault, required } from "../support/fault.ts";
import type { Atom, Dim, Factor, Term } from "./form.ts";
import { asConstant, atomKey, compareMonomials, compareText, monomialKey, sizeOf } from "./form.ts";

const noFactors: readonly Factor[] = [];
const zero: Dim = { kind: "dim", terms: [] };
const smallConstants = new Map<bigint, Dim>();

/** The dimension with one fixed value. A number must be an integer; anything else is an internal fault. */
export function constant(value: number | bigint): Dim {
  if (typeof value === "number" && !Number.isSafeInteger(value)) fault(`a dimension of ${value}`);
  const exact = BigInt(value);
  if (exact === 0n) return zero;
  const known = smallConstants.get(exact);
  if (known !== undefined) return known;
  const made: Dim = { kind: "dim", terms: [{ coefficient: exact, factors: noFactors }] };
  if (exact >= -4096n && exact <= 4096n) smallConstants.set(exact, made);
  return made;
}

/** The dimension that is one named variable, an integer >= 1. */
export function variable(name: string): Dim {
  return fromAtom({ kind: "variable", name });
}

/** The dimension that is one atom. */
export function fromAtom(atom: Atom): Dim {
  return { kind: "dim", terms: [{ coefficient: 1n, factors: [{ atom, power: 1 }] }] };
}

/** The dimension that is one term, which is not 0. */
function fromTerm(term: Term): Dim {
  return { kind: "dim", terms: [term] };
}

/** The dimension that is the sum of terms in any order, repeated monomials included. */
export function fromTerms(terms: Iterable<Term>): Dim {
  const collected = new Map<string, { coefficient: bigint; readonly factors: readonly Factor[] }>();
  for (const t of terms) {
    const key = monomialKey(t.factors);
    const known = collected.get(key);
    if (known === undefined) collected.set(key, { coefficient: t.coefficient, factors: t.factors });
    else known.coefficient += t.coefficient;
  }
  const kept = [...collected.values()].filter((t) => t.coefficient !== 0n);
  return { kind: "dim", terms: kept.sort((x, y) => compareMonomials(x.factors, y.factors)) };
}

/** a + b. Where one of them is zero, the other with its label. */
export function add(a: Dim, b: Dim): Dim {
  if (a.terms.length === 0) return b;
  if (b.terms.length === 0) return a;
  const terms = merged(
    a.terms,
    b.terms,
    (s, t) => compareMonomials(s.factors, t.factors),
    (s, t): Term => ({ coefficient: s.coefficient + t.coefficient, factors: s.factors }),
  );
  return { kind: "dim", terms: terms.filter((it) => it.coefficient !== 0n) };
}

/** Two ordered lists as one, with what `join` makes of two elements that are the same. */
function merged<T>(
  a: readonly T[],
  b: readonly T[],
  compare: (x: T, y: T) => number,
  join: (x: T, y: T) => T,
): readonly T[] {
  const all: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [x, y] = [elementAt(a, i), elementAt(b, j)];
    const order = compare(x, y);
    all.push(order < 0 ? x : order > 0 ? y : join(x, y));
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return [...all, ...a.slice(i), ...b.slice(j)];
}

/** factor * d for an integer factor. */
export function scale(d: Dim, factor: bigint): Dim {
  if (factor === 1n) return d;
  if (factor === 0n) return zero;
  return { kind: "dim", terms: d.terms.map((t) => ({ coefficient: t.coefficient * factor, factors: t.factors })) };
}

/** -d. */
export function negate(d: Dim): Dim {
  return scale(d, -1n);
}

/** a - b. */
export function subtract(a: Dim, b: Dim): Dim {
  return b.terms.length === 0 ? a : add(a, negate(b));
}

/** The most terms and factors of a product that is multiplied out. */
const mostMultiplied = 1000;

/** a * b. Where one of them is 1, the other with its label. Sums whose product would be too long stay its factors. */
export function multiply(a: Dim, b: Dim): Dim {
  const x = asConstant(a);
  if (x !== undefined) return scale(b, x);
  const y = asConstant(b);
  if (y !== undefined) return scale(a, y);
  const isLong = sizeOf(a) * b.terms.length + sizeOf(b) * a.terms.length > mostMultiplied;
  return isLong ? multiplyOut(asFactor(a), asFactor(b)) : multiplyOut(a, b);
}

/** A sum of several terms as one atom; anything else as it is. */
function asFactor(d: Dim): Dim {
  return d.terms.length > 1 ? fromAtom({ kind: "sum", of: d }) : d;
}

/** a * b as a sum of the products of their terms, however many. */
function multiplyOut(a: Dim, b: Dim): Dim {
  const products: Term[] = [];
  for (const s of a.terms) for (const t of b.terms) products.push(multiplyTerms(s, t));
  return fromTerms(products);
}

/** The product of two terms. */
function multiplyTerms(s: Term, t: Term): Term {
  return { coefficient: s.coefficient * t.coefficient, factors: multiplyFactors(s.factors, t.factors) };
}

function multiplyFactors(a: readonly Factor[], b: readonly Factor[]): readonly Factor[] {
  return merged(
    a,
    b,
    (f, g) => compareText(atomKey(f.atom), atomKey(g.atom)),
    (f, g): Factor => ({ atom: f.atom, power: f.power + g.power }),
  );
}

/** d^exponent for an exponent of at least 0. */
export function power(d: Dim, exponent: number): Dim {
  let result = constant(1);
  for (let i = 0; i < exponent; i++) result = multiply(result, d);
  return result;
}

/** The sum of dimensions; 0 for none. */
export function sum(dims: Iterable<Dim>): Dim {
  let total = zero;
  for (const d of dims) total = add(total, d);
  return total;
}

/** The product of dimensions; 1 for none. */
export function product(dims: Iterable<Dim>): Dim {
  let total = constant(1);
  for (const d of dims) total = multiply(total, d);
  return total;
}

/** The dimension itself, or the constant of a number. */
export function toDim(d: Dim | number): Dim {
  return typeof d === "number" ? constant(d) : d;
}

/** The same dimension under an axis name, or without one. */
export function withLabel(d: Dim, label: string | undefined): Dim {
  if (d.label === label) return d;
  return axisOf(d, { label, origin: d.origin });
}

/** The same dimension as an axis of that name and origin. */
export function axisOf(
  { terms }: Dim,
  { label, origin }: { readonly label?: string | undefined; readonly origin?: string | undefined },
): Dim {
  return { kind: "dim", terms, ...(label !== undefined && { label }), ...(origin !== undefined && { origin }) };
}

/** The quotient of two products of atoms where the second divides the first, else undefined. */
export function divideFactors(a: readonly Factor[], b: readonly Factor[]): readonly Factor[] | undefined {
  if (b.length === 0) return a;
  const rest: Factor[] = [];
  let j = 0;
  for (const f of a) {
    const g = b[j];
    if (g === undefined || atomKey(f.atom) !== atomKey(g.atom)) {
      rest.push(f);
      continue;
    }
    if (f.power < g.power) return undefined;
    if (f.power > g.power) rest.push({ atom: f.atom, power: f.power - g.power });
    j++;
  }
  return j === b.length ? rest : undefined;
}

/** The floor of a / b for exact integers, b not 0. */
export function floorOf(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** The greatest common divisor, never negative; 0 for two zeros. */
export function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The greatest common divisor of all coefficients; 0 for the zero dimension. */
export function contentOf(d: Dim): bigint {
  let content = 0n;
  for (const t of d.terms) content = gcd(content, t.coefficient);
  return content;
}

/** The constant term. */
export function constantTermOf(d: Dim): bigint {
  const last = d.terms[d.terms.length - 1];
  return last !== undefined && last.factors.length === 0 ? last.coefficient : 0n;
}

/**
 * Polynomial division: a = quotient * b + remainder, where no monomial of the remainder can be reduced further by the
 * leading term of b. The remainder is the same for all a that differ by a multiple of b. b is not zero.
 */
export function dividePolynomials(a: Dim, b: Dim): { readonly quotient: Dim; readonly remainder: Dim } {
  const leading = b.terms[0];
  if (leading === undefined) return fault("polynomial division by zero");
  const modulus = leading.coefficient < 0n ? -leading.coefficient : leading.coefficient;
  const sign = leading.coefficient < 0n ? -1n : 1n;
  let quotient = zero;
  let rest = a;
  const remainder: Term[] = [];
  for (;;) {
    const t = rest.terms[0];
    if (t === undefined) return { quotient, remainder: fromTerms(remainder) };
    const factors = divideFactors(t.factors, leading.factors);
    const times = factors === undefined ? 0n : floorOf(t.coefficient, modulus);
    const left = t.coefficient - times * modulus;
    if (factors !== undefined && times !== 0n) {
      const step = fromTerm({ coefficient: times * sign, factors });
      quotient = add(quotient, step);
      rest = subtract(rest, multiplyOut(step, b));
    }
    if (left !== 0n) {
      remainder.push({ coefficient: left, factors: t.factors });
      rest = subtract(rest, fromTerm({ coefficient: left, factors: t.factors }));
    }
  }
}

/** Without the variables that all its terms share: each at least 1, they change neither its sign nor its being 0. */
export function withoutCommonVariables(d: Dim): Dim {
  const common = commonVariables(d.terms);
  return common.length === 0 ? d : divideTerms(d, common);
}

/** Two sums without a minus whose difference a dimension is: `[a, 2 * b]` of a - 2 * b. */
export function sidesOfDifference({ terms }: Dim): readonly [Dim, Dim] {
  const left = fromTerms(terms.filter((it) => it.coefficient > 0n));
  const right = negate(fromTerms(terms.filter((it) => it.coefficient < 0n)));
  return [left, right];
}

/** The variables that terms share, each to the least of its powers. */
export function commonVariables([first, ...others]: readonly Term[]): readonly Factor[] {
  if (first === undefined) return [];
  return first.factors.flatMap((f): readonly Factor[] => {
    if (f.atom.kind !== "variable") return [];
    const key = atomKey(f.atom);
    const powers = others.map((t) => t.factors.find((g) => atomKey(g.atom) === key)?.power ?? 0);
    const power = Math.min(f.power, ...powers);
    return power === 0 ? [] : [{ atom: f.atom, power }];
  });
}

/** A dimension with every term divided by factors that it has, and by a number that divides its coefficient. */
export function divideTerms(d: Dim, factors: readonly Factor[], by = 1n): Dim {
  return fromTerms(
    d.terms.map((t) => ({
      coefficient: t.coefficient / by,
      factors: required(divideFactors(t.factors, factors), "factors of a term"),
    })),
  );
}
