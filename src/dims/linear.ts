import type { Atom, Dim } from "./form.ts";
import { asConstant, atomKey, compareText } from "./form.ts";
import { add, constant, floorOf, fromAtom, gcd, multiply, negate, subtract } from "./polynomial.ts";
import { rangeOf } from "./range.ts";

/** Work that may still be done, shared by all parts of one proof; counted in elementary steps. */
export interface Budget {
  left: number;
}

/** The inequality: sum of coefficient * monomial + constant >= 0. */
interface Row {
  readonly coefficients: ReadonlyMap<string, bigint>;
  readonly constant: bigint;
}

/** A product of shifted atoms, the unknown of the linear system. */
interface Monomial {
  readonly key: string;
  /** Keys of the atoms, sorted, each as often as its power. */
  readonly atoms: readonly string[];
  readonly nonnegative: boolean;
}

type Monomials = Map<string, Monomial>;

const maximumRows = 160;
const maximumProducts = 60;
/** With more unknowns than these there are more rows than {@link maximumRows} after any elimination. */
const maximumMonomials = 2 * maximumRows;
/** A dimension that is longer once it is shifted has mostly more than {@link maximumMonomials}. */
const maximumShifted = 8 * maximumMonomials;

/**
 * Whether no integers satisfy all of the inequalities d >= 0, seen as linear in their monomials: Fourier-Motzkin
 * elimination, with every row rounded to integers. True is a proof; false says nothing.
 *
 * Every atom with a known least value is shifted to start at 0, so that products of such atoms are not negative.
 */
export function linearlyInfeasible(atLeastZero: readonly Dim[], budget: Budget): boolean {
  const floors = new Map<string, Atom>();
  for (const d of atLeastZero) collectFloors(d, floors);
  const definitions = [...floors.values()].flatMap(floorBounds);
  const dims = [...atLeastZero, ...definitions];
  if (dims.some((d) => shiftedSize(d) > maximumShifted)) return false;
  const monomials: Monomials = new Map();
  const rows: Row[] = [];
  for (const d of dims) {
    rows.push(rowOf(d, monomials));
    if (monomials.size > maximumMonomials) return false;
  }
  const signs = [...monomials.values()].filter((m) => m.nonnegative).map((m) => unitRow(m.key));
  return eliminate([...rows, ...productRows(rows, monomials), ...signs], budget);
}

function unitRow(key: string): Row {
  return { coefficients: new Map([[key, 1n]]), constant: 0n };
}

function collectFloors(d: Dim, into: Map<string, Atom>): void {
  for (const t of d.terms) {
    for (const { atom } of t.factors) {
      if (atom.kind !== "floor" || into.has(atomKey(atom))) continue;
      into.set(atomKey(atom), atom);
      collectFloors(atom.dividend, into);
      collectFloors(atom.divisor, into);
    }
  }
}

/** b * (a // b) <= a <= b * (a // b) + b - 1. */
function floorBounds(atom: Atom): readonly Dim[] {
  if (atom.kind !== "floor") return [];
  const rest = subtract(atom.dividend, multiply(atom.divisor, fromAtom(atom)));
  const bounds = [rest, add(subtract(negate(rest), constant(1)), atom.divisor)];
  return asConstant(atom.divisor) === undefined ? [...bounds, subtract(atom.divisor, constant(1))] : bounds;
}

/** How many monomials a dimension has once all its atoms are shifted, at most. */
function shiftedSize(d: Dim): number {
  return d.terms.reduce((sum, { factors }) => sum + 2 ** factors.reduce((degree, f) => degree + f.power, 0), 0);
}

function rowOf(d: Dim, monomials: Monomials): Row {
  const coefficients = new Map<string, bigint>();
  let offset = 0n;
  for (const t of d.terms) {
    let parts: readonly { readonly atoms: readonly string[]; readonly times: bigint }[] = [
      { atoms: [], times: t.coefficient },
    ];
    let nonnegative = true;
    for (const { atom, power } of t.factors) {
      const { low } = rangeOf(fromAtom(atom));
      const shift = Number.isFinite(low) ? BigInt(low) : undefined;
      if (shift === undefined) nonnegative = false;
      const key = atomKey(atom);
      for (let i = 0; i < power; i++) {
        const moved = parts.map((p) => ({ atoms: [...p.atoms, key], times: p.times }));
        const kept = shift === undefined || shift === 0n ? [] : parts.map((p) => ({ ...p, times: p.times * shift }));
        parts = [...moved, ...kept];
      }
    }
    for (const { atoms, times } of parts) {
      if (atoms.length === 0) {
        offset += times;
        continue;
      }
      const key = monomialOf(atoms, nonnegative, monomials);
      coefficients.set(key, (coefficients.get(key) ?? 0n) + times);
    }
  }
  for (const [key, value] of coefficients) if (value === 0n) coefficients.delete(key);
  return { coefficients, constant: offset };
}

function monomialOf(atoms: readonly string[], nonnegative: boolean, monomials: Monomials): string {
  const sorted = [...atoms].sort(compareText);
  const key = sorted.join("*");
  // Unbounded atoms are never shifted away, so that the sign is the same for every term that has this monomial.
  if (!monomials.has(key)) monomials.set(key, { key, atoms: sorted, nonnegative });
  return key;
}

/** Rows times an unknown, where that gives no monomial that the system does not have: what nonlinear bounds need. */
function productRows(rows: readonly Row[], monomials: Monomials): readonly Row[] {
  const all = [...monomials.values()];
  if (all.every((m) => m.atoms.length === 1)) return [];
  const factors = all.filter((m) => m.atoms.length === 1 && m.nonnegative);
  const products: Row[] = [];
  for (const row of rows) {
    for (const factor of factors) {
      if (products.length >= maximumProducts) return products;
      const product = timesUnknown(row, factor, monomials);
      if (product !== undefined) products.push(product);
    }
  }
  return products;
}

function timesUnknown(row: Row, factor: Monomial, monomials: Monomials): Row | undefined {
  const coefficients = new Map<string, bigint>();
  if (row.constant !== 0n) coefficients.set(factor.key, row.constant);
  for (const [key, value] of row.coefficients) {
    const atoms = monomials.get(key)?.atoms ?? [];
    const product = [...atoms, ...factor.atoms].sort(compareText).join("*");
    if (!monomials.has(product)) return undefined;
    coefficients.set(product, (coefficients.get(product) ?? 0n) + value);
  }
  return { coefficients, constant: 0n };
}

function eliminate(start: readonly Row[], budget: Budget): boolean {
  let rows = new Map<string, Row>();
  for (const row of start) if (!keep(row, rows)) return true;
  for (;;) {
    const unknown = cheapestUnknown(rows);
    if (unknown === undefined) return false;
    const next = new Map<string, Row>();
    const above: Row[] = [];
    const below: Row[] = [];
    for (const [key, row] of rows) {
      const coefficient = row.coefficients.get(unknown) ?? 0n;
      if (coefficient === 0n) next.set(key, row);
      else (coefficient > 0n ? above : below).push(row);
    }
    if (next.size + above.length * below.length > maximumRows) return false;
    for (const x of above) {
      for (const y of below) {
        budget.left -= x.coefficients.size + y.coefficients.size;
        if (budget.left < 0) return false;
        if (!keep(combine(x, y, unknown), next)) return true;
      }
    }
    rows = next;
  }
}

/** Adds a row, rounded, unless a stronger one is there; false where the row alone cannot hold. */
function keep(row: Row, rows: Map<string, Row>): boolean {
  let divisor = 0n;
  for (const value of row.coefficients.values()) divisor = gcd(divisor, value);
  if (divisor === 0n) return row.constant >= 0n;
  const rounded = divisor === 1n ? row : reduced(row, divisor);
  const entries = [...rounded.coefficients].sort((x, y) => compareText(x[0], y[0]));
  const key = entries.map(([name, value]) => `${value}[${name}]`).join("+");
  const known = rows.get(key);
  if (known === undefined || rounded.constant < known.constant) rows.set(key, rounded);
  return true;
}

function reduced(row: Row, divisor: bigint): Row {
  const coefficients = new Map<string, bigint>();
  for (const [key, value] of row.coefficients) coefficients.set(key, value / divisor);
  return { coefficients, constant: floorOf(row.constant, divisor) };
}

function combine(x: Row, y: Row, unknown: string): Row {
  const a = x.coefficients.get(unknown) ?? 0n;
  const b = -(y.coefficients.get(unknown) ?? 0n);
  const common = gcd(a, b);
  const timesX = b / common;
  const timesY = a / common;
  const coefficients = new Map<string, bigint>();
  for (const [key, value] of x.coefficients) if (key !== unknown) coefficients.set(key, value * timesX);
  for (const [key, value] of y.coefficients) {
    if (key === unknown) continue;
    const total = (coefficients.get(key) ?? 0n) + value * timesY;
    if (total === 0n) coefficients.delete(key);
    else coefficients.set(key, total);
  }
  return { coefficients, constant: x.constant * timesX + y.constant * timesY };
}

/** The unknown whose elimination leaves the fewest rows; the first of these in the order of the rows. */
function cheapestUnknown(rows: ReadonlyMap<string, Row>): string | undefined {
  const counts = new Map<string, { above: number; below: number }>();
  for (const row of rows.values()) {
    for (const [key, value] of row.coefficients) {
      const count = counts.get(key) ?? { above: 0, below: 0 };
      if (value > 0n) count.above++;
      else count.below++;
      counts.set(key, count);
    }
  }
  let best: string | undefined;
  let least = Infinity;
  for (const [key, { above, below }] of counts) {
    const growth = above * below - above - below;
    if (growth < least) [best, least] = [key, growth];
  }
  return best;
}
