import { elementAt } from "../support/element-at.ts";

/**
 * A symbolic dimension: an integer-valued expression over named variables, each an integer >= 1, in polynomial normal
 * form over atoms (variables, floor quotients, remainders, minima, maxima). Immutable; equal forms print equally.
 */
export interface Dim {
  readonly kind: "dim";
  /** Terms in canonical order; the empty list is zero. */
  readonly terms: readonly Term[];
  /**
   * The name that the axis has in the block as written (`H`), which operators pass along with the dimension. It takes
   * no part in equality.
   */
  readonly label?: string;
  /** Which axis of a spread among the block's inputs (`...S`) it is: the caller knows the name of that. */
  readonly origin?: string;
}

/** coefficient * product of atom^power. No atoms: a constant. */
export interface Term {
  readonly coefficient: bigint;
  readonly factors: readonly Factor[];
}

/** One atom of a term, to a power of at least 1. */
export interface Factor {
  readonly atom: Atom;
  readonly power: number;
}

/** What a polynomial is built over. Divisors are at least 1 wherever the dimension has a value. */
export type Atom =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "floor"; readonly dividend: Dim; readonly divisor: Dim }
  | { readonly kind: "mod"; readonly dividend: Dim; readonly divisor: Dim }
  | { readonly kind: "min" | "max"; readonly operands: readonly Dim[] }
  /** A factor that stays as it is: multiplied out, the product would have too many terms. */
  | { readonly kind: "sum"; readonly of: Dim };

const atomKeys = new WeakMap<Atom, string>();
const monomialKeys = new WeakMap<readonly Factor[], string>();
const dimKeys = new WeakMap<Dim, string>();

/** A text that two atoms share exactly when they are the same; variables sort before the compound atoms. */
export function atomKey(atom: Atom): string {
  const known = atomKeys.get(atom);
  if (known !== undefined) return known;
  const key = buildAtomKey(atom);
  atomKeys.set(atom, key);
  return key;
}

function buildAtomKey(atom: Atom): string {
  switch (atom.kind) {
    case "variable":
      return `a:${atom.name}`;
    case "floor":
      return `f(${dimKey(atom.dividend)},${dimKey(atom.divisor)})`;
    case "mod":
      return `m(${dimKey(atom.dividend)},${dimKey(atom.divisor)})`;
    case "min":
      return `n(${atom.operands.map(dimKey).join(",")})`;
    case "max":
      return `x(${atom.operands.map(dimKey).join(",")})`;
    case "sum":
      return `s(${dimKey(atom.of)})`;
  }
}

/** A text that two products of atoms share exactly when they are the same. */
export function monomialKey(factors: readonly Factor[]): string {
  const known = monomialKeys.get(factors);
  if (known !== undefined) return known;
  const key = factors.map((f) => (f.power === 1 ? atomKey(f.atom) : `${atomKey(f.atom)}^${f.power}`)).join("*");
  monomialKeys.set(factors, key);
  return key;
}

/** A text that two dimensions share exactly when their normal forms are the same (labels aside). */
export function dimKey(d: Dim): string {
  const known = dimKeys.get(d);
  if (known !== undefined) return known;
  const key = d.terms.map((t) => `${t.coefficient}[${monomialKey(t.factors)}]`).join("+");
  dimKeys.set(d, key);
  return key;
}

/** The total degree of a product of atoms. */
function degreeOf(factors: readonly Factor[]): number {
  let degree = 0;
  for (const f of factors) degree += f.power;
  return degree;
}

/**
 * Graded lexicographic order, largest first: the canonical order of terms. It is a monomial order in the algebraic
 * sense, which polynomial division rests on.
 */
export function compareMonomials(a: readonly Factor[], b: readonly Factor[]): number {
  if (a === b) return 0;
  const byDegree = degreeOf(b) - degreeOf(a);
  if (byDegree !== 0) return byDegree;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [elementAt(a, i), elementAt(b, i)];
    if (x.atom !== y.atom) {
      const byAtom = compareText(atomKey(x.atom), atomKey(y.atom));
      if (byAtom !== 0) return byAtom;
    }
    if (x.power !== y.power) return y.power - x.power;
  }
  return b.length - a.length;
}

/** Code-unit order of two texts: the same on every machine and locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether two dimensions have the identical normal form. A sufficient test of equality, not a necessary one. */
export function sameForm(a: Dim, b: Dim): boolean {
  return a === b || (a.terms.length === b.terms.length && dimKey(a) === dimKey(b));
}

/** The value of a dimension that has no variables, else undefined. */
export function asConstant(d: Dim): bigint | undefined {
  const [only, ...others] = d.terms;
  if (only === undefined) return 0n;
  return others.length === 0 && only.factors.length === 0 ? only.coefficient : undefined;
}

/** The value of a constant dimension as a safe integer; undefined for a symbolic one or one beyond 2^53. */
export function asNumber(d: Dim): number | undefined {
  const value = asConstant(d);
  if (value === undefined) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The atom that a term is a multiple of, where it is of one alone, to the first power. */
export function loneAtom({ factors }: Term): Atom | undefined {
  if (factors.length !== 1) return undefined;
  const { atom, power } = elementAt(factors, 0);
  return power === 1 ? atom : undefined;
}

/** The atom that a dimension is, where it is one alone. */
export function asAtom(d: Dim): Atom | undefined {
  const [term, ...others] = d.terms;
  return term?.coefficient === 1n && others.length === 0 ? loneAtom(term) : undefined;
}

/** The name of a dimension that is one variable alone. */
export function asVariable(d: Dim): string | undefined {
  const atom = asAtom(d);
  return atom?.kind === "variable" ? atom.name : undefined;
}

/** The names of all variables in a dimension, those inside quotients, remainders, minima and maxima included. */
export function variablesOf(d: Dim): ReadonlySet<string> {
  const names = new Set<string>();
  collectVariables(d, names);
  return names;
}

function collectVariables(d: Dim, names: Set<string>): void {
  for (const t of d.terms) {
    for (const { atom } of t.factors) {
      if (atom.kind === "variable") names.add(atom.name);
      else for (const operand of operandsOf(atom)) collectVariables(operand, names);
    }
  }
}

const sizes = new WeakMap<Dim, number>();

/** How many terms and factors a dimension has, those within its atoms included: the measure of work on it. */
export function sizeOf(d: Dim): number {
  const known = sizes.get(d);
  if (known !== undefined) return known;
  let size = 1 + d.terms.length;
  for (const t of d.terms) for (const f of t.factors) size += 1 + operandsOf(f.atom).reduce((n, o) => n + sizeOf(o), 0);
  sizes.set(d, size);
  return size;
}

/** The dimensions within an atom; none in a variable. */
export function operandsOf(atom: Atom): readonly Dim[] {
  switch (atom.kind) {
    case "variable":
      return [];
    case "floor":
    case "mod":
      return [atom.dividend, atom.divisor];
    case "min":
    case "max":
      return atom.operands;
    case "sum":
      return [atom.of];
  }
}
