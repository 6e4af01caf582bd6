import type { Relation } from "./facts.ts";
import type { Atom, Dim } from "./form.ts";
import { asConstant, atomKey, loneAtom, operandsOf, sizeOf, variablesOf } from "./form.ts";
import type { Budget } from "./linear.ts";
import { linearlyInfeasible } from "./linear.ts";
import { add, constant, fromAtom, fromTerms, gcd, multiply, negate, scale, subtract, variable } from "./polynomial.ts";
import { floorDivide, modulo } from "./quotient.ts";
import { rangeOf } from "./range.ts";
import { mapAtom, rebuild, substitute } from "./substitute.ts";
import type { Multiple, Solution, System } from "./system.ts";
import { dimsOf, mapSystem, reduceMultiple, simplifySystem, solutionsOf, systemOf } from "./system.ts";

/** What a proof carries along: the work left, and the next fresh variable. */
interface Context {
  readonly budget: Budget;
  fresh: number;
}

/**
 * Whether the relations contradict each other: no integers >= 1 satisfy them all. True is a proof; false says nothing.
 *
 * Equalities, divisibilities and lower bounds are solved for a variable and substituted; minima and maxima are split
 * by their operands; floors by constants are resolved exactly by splitting variables into residues (x = m * q + r),
 * after which they are polynomials; and what is left is tried as a linear system over its monomials.
 */
export function contradictory(relations: readonly Relation[], steps: number): boolean {
  return infeasible(systemOf(relations), { budget: { left: steps }, fresh: 0 }, true);
}

function infeasible(start: System, context: Context, tryLinear: boolean): boolean {
  let system = start;
  for (;;) {
    for (const d of dimsOf(system)) context.budget.left -= sizeOf(d) / 8;
    if (context.budget.left < 0) return false;
    if (dimsOf(system).some(hasRemainder)) system = mapSystem(system, withoutRemainders);
    const simple = simplifySystem(system);
    if (simple === undefined) return true;
    for (const d of dimsOf(simple)) context.budget.left -= 2 * sizeOf(d);
    if (context.budget.left < 0) return false;
    const open = firstChoice(simple) !== undefined;
    const next =
      solveEquality(simple) ?? (open ? undefined : solveMultiple(simple, context)) ?? solveBound(simple, context);
    if (next === undefined) {
      system = simple;
      break;
    }
    system = next;
  }
  const choice = firstChoice(system);
  if (choice !== undefined) {
    return choice.operands.every((_, i) => infeasible(chosen(system, choice, i), context, tryLinear));
  }
  const split = cheapestSplit(system);
  if ((tryLinear || split === undefined) && contradictsLinearly(system, context.budget)) return true;
  if (split === undefined) return false;
  for (let residue = split.modulus; residue >= 1; residue--) {
    if (!infeasible(substituted(system, split.name, residueForm(split, residue, context)), context, false))
      return false;
  }
  return true;
}

function freshVariable(context: Context): Dim {
  // `#` cannot begin a name in the language.
  return variable(`#${context.fresh++}`);
}

/** A fresh integer with a least value, or without one. */
function freshInteger(low: number, context: Context): Dim {
  if (low === 1) return freshVariable(context);
  if (Number.isFinite(low)) return add(freshVariable(context), constant(low - 1));
  return subtract(freshVariable(context), freshVariable(context));
}

function substituted(s: System, name: string, value: Dim): System {
  return mapSystem(s, (d) => (variablesOf(d).has(name) ? substitute(d, (n) => (n === name ? value : undefined)) : d));
}

/** Substitutes a variable that an equality determines. */
function solveEquality(s: System): System | undefined {
  for (const p of s.zeros) {
    const solutions = solutionsOf(p);
    const solution = solutions.find((x) => rangeOf(x.value).low >= 1) ?? solutions[0];
    if (solution === undefined) continue;
    return applied({ ...s, zeros: s.zeros.filter((d) => d !== p) }, solution);
  }
  return undefined;
}

/** The system with the variable substituted, and with its being at least 1 kept. */
function applied(s: System, solution: Solution): System {
  const result = substituted(s, solution.name, solution.value);
  if (rangeOf(solution.value).low >= 1) return result;
  return { ...result, atLeastZero: [...result.atLeastZero, subtract(solution.value, constant(1))] };
}

/** Turns a divisibility into a substitution x = divisor * k, or at least into an equality. */
function solveMultiple(s: System, context: Context): System | undefined {
  const [first, ...others] = s.multiples;
  if (first === undefined) return undefined;
  const m = reduceMultiple(first);
  const rest: System = { ...s, multiples: others };
  const [term, ...terms] = m.dividend.terms;
  const lone = term === undefined || terms.length > 0 ? undefined : loneAtom(term);
  if (lone?.kind === "variable" && asConstant(m.divisor) !== undefined) {
    // The divisor shares nothing with the coefficient any more.
    return substituted(rest, lone.name, multiply(m.divisor, freshVariable(context)));
  }
  const p = subtract(m.dividend, multiply(m.divisor, freshInteger(lowQuotient(m), context)));
  const [solution] = solutionsOf(p).filter((x) => !x.name.startsWith("#") || variablesOf(m.dividend).has(x.name));
  if (solution !== undefined) return { ...rest, zeros: [p, ...rest.zeros] };
  return { ...rest, zeros: [...rest.zeros, withoutRemainders(modulo(m.dividend, m.divisor))] };
}

/** The least quotient of a multiple whose divisor is at least 1. */
function lowQuotient(m: Multiple): number {
  const { low } = rangeOf(m.dividend);
  return low >= 1 ? 1 : low;
}

/** Substitutes x = value - 1 + x' for an inequality x >= value, where that is a stronger bound than x >= 1. */
function solveBound(s: System, context: Context): System | undefined {
  for (const p of s.atLeastZero) {
    const solution = solutionsOf(p).find((x) => x.sign === 1 && rangeOf(x.value).low >= 1 && isPolynomial(x.value));
    if (solution === undefined) continue;
    const rest: System = { ...s, atLeastZero: s.atLeastZero.filter((d) => d !== p) };
    const value = subtract(add(solution.value, freshVariable(context)), constant(1));
    return substituted(rest, solution.name, value);
  }
  return undefined;
}

function isPolynomial(d: Dim): boolean {
  return d.terms.every((t) => t.factors.every((f) => f.atom.kind === "variable"));
}

/** The atoms of a dimension, inner ones before those that hold them. */
function atomsOf(d: Dim): readonly Atom[] {
  return d.terms.flatMap((t) => t.factors.flatMap((f) => [...operandsOf(f.atom).flatMap(atomsOf), f.atom]));
}

function hasRemainder(d: Dim): boolean {
  return atomsOf(d).some((atom) => atom.kind === "mod");
}

/** a % b = a - b * (a // b), everywhere. */
function withoutRemainders(d: Dim): Dim {
  return rebuild(d, (atom) => {
    if (atom.kind !== "mod") return mapAtom(atom, withoutRemainders);
    const dividend = withoutRemainders(atom.dividend);
    const divisor = withoutRemainders(atom.divisor);
    return subtract(dividend, multiply(divisor, floorDivide(dividend, divisor)));
  });
}

type Choice = Extract<Atom, { readonly kind: "min" | "max" }>;

function firstChoice(s: System): Choice | undefined {
  for (const d of dimsOf(s)) {
    for (const atom of atomsOf(d)) if (atom.kind === "min" || atom.kind === "max") return atom;
  }
  return undefined;
}

/** The system where a minimum or maximum is the operand at an index. */
function chosen(s: System, choice: Choice, at: number): System {
  const key = atomKey(choice);
  const winner = choice.operands[at] ?? constant(0);
  const replace = (d: Dim): Dim => rebuild(d, (atom) => (atomKey(atom) === key ? winner : mapAtom(atom, replace)));
  const others = choice.operands.filter((_, i) => i !== at);
  const bounds = others.map((d) => (choice.kind === "min" ? subtract(d, winner) : subtract(winner, d)));
  const mapped = mapSystem(s, replace);
  return { ...mapped, atLeastZero: [...mapped.atLeastZero, ...bounds] };
}

function contradictsLinearly(s: System, budget: Budget): boolean {
  const rows = [...s.atLeastZero, ...s.zeros.flatMap((p) => [p, negate(p)])];
  if (rows.length > 0 && linearlyInfeasible(rows, budget)) return true;
  const order = orderOfQuotients(rows, budget);
  if (order.length > 0 && linearlyInfeasible([...rows, ...order], budget)) return true;
  const one = constant(1);
  return s.nonzeros.some(
    (p) =>
      linearlyInfeasible([...rows, subtract(p, one)], budget) &&
      linearlyInfeasible([...rows, subtract(negate(p), one)], budget),
  );
}

/** A quotient by a constant, rounded down: of what, by what, and what it is. */
interface Quotient {
  readonly dividend: Dim;
  readonly divisor: Dim;
  readonly value: Dim;
}

/** As many quotients have an order at most: it is looked for between each two of them. */
const mostQuotients = 4;

/**
 * What quotients by constants have of the order of what is divided, which rounding each of them down loses: a // m >= b // n
 * for n * a >= m * b, and a // m >= 0 for a >= 0. Each is at least 0.
 */
function orderOfQuotients(rows: readonly Dim[], budget: Budget): readonly Dim[] {
  const atoms = new Map(rows.flatMap(atomsOf).map((it) => [atomKey(it), it]));
  const quotients = [...atoms.values()].flatMap(quotientOf);
  if (quotients.length < 2 || quotients.length > mostQuotients) return [];
  const known = rows.filter(isPolynomial);
  const isNever = (d: Dim): boolean => linearlyInfeasible([...known, subtract(d, constant(1))], budget);
  return quotients.flatMap((a) => [
    ...(isNever(negate(a.dividend)) ? [a.value] : []),
    ...quotients.flatMap((b): readonly Dim[] => {
      const less = subtract(multiply(b.dividend, a.divisor), multiply(a.dividend, b.divisor));
      return a !== b && isNever(less) ? [subtract(a.value, b.value)] : [];
    }),
  ]);
}

/** The normal form of (a * b - a) // 24 is (a * b + 23 * a) // 24 - a: back to what is nearest to 0. */
function quotientOf(atom: Atom): readonly Quotient[] {
  if (atom.kind !== "floor" || !isPolynomial(atom.dividend)) return [];
  const { dividend, divisor } = atom;
  const by = asConstant(divisor);
  if (by === undefined) return [];
  const far = dividend.terms.filter((it) => it.factors.length > 0 && 2n * it.coefficient > by);
  const taken = fromTerms(far.map((it) => ({ ...it, coefficient: 1n })));
  return [{ dividend: subtract(dividend, multiply(taken, divisor)), divisor, value: subtract(fromAtom(atom), taken) }];
}

/** A variable to split into residues, and the modulus that makes the floors around it polynomials in it. */
interface Split {
  readonly name: string;
  readonly modulus: number;
}

const largestModulus = 4096n;

/** The variable inside floors by constants that needs the smallest modulus; the first by name of several. */
function cheapestSplit(s: System): Split | undefined {
  const moduli = new Map<string, bigint>();
  for (const d of dimsOf(s)) for (const atom of atomsOf(d)) collectModuli(atom, moduli);
  let best: Split | undefined;
  for (const [name, modulus] of [...moduli].sort((x, y) => (x[0] < y[0] ? -1 : 1))) {
    if (modulus > largestModulus) continue;
    if (best === undefined || Number(modulus) < best.modulus) best = { name, modulus: Number(modulus) };
  }
  return best;
}

function collectModuli(atom: Atom, moduli: Map<string, bigint>): void {
  const divisor = atom.kind === "floor" ? asConstant(atom.divisor) : undefined;
  if (atom.kind !== "floor" || divisor === undefined || divisor < 2n || !isPolynomial(atom.dividend)) return;
  for (const t of atom.dividend.terms) {
    const modulus = divisor / gcd(divisor, t.coefficient);
    for (const { atom: inner } of t.factors) {
      if (inner.kind !== "variable") continue;
      const known = moduli.get(inner.name) ?? 1n;
      moduli.set(inner.name, (known / gcd(known, modulus)) * modulus);
    }
  }
}

/** modulus * (q - 1) + residue, for residues 1 .. modulus and q >= 1: every integer >= 1, once. */
function residueForm(split: Split, residue: number, context: Context): Dim {
  const quotient = subtract(freshVariable(context), constant(1));
  return add(scale(quotient, BigInt(split.modulus)), constant(residue));
}
