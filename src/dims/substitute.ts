import { fault } from "../support/fault.ts";
import { maximum, minimum } from "./extremum.ts";
import type { Atom, Dim } from "./form.ts";
import { asAtom } from "./form.ts";
import { add, constant, floorOf, fromAtom, multiply, power } from "./polynomial.ts";
import { floorDivide, modulo } from "./quotient.ts";

/** The dimension with variables replaced; those for which the function gives undefined stay. */
export function substitute(d: Dim, replacement: (name: string) => Dim | undefined): Dim {
  return rebuild(d, (atom) => {
    if (atom.kind === "variable") return replacement(atom.name) ?? fromAtom(atom);
    return mapAtom(atom, (inner) => substitute(inner, replacement));
  });
}

/** The dimension with every outermost atom replaced by what a function makes of it. */
export function rebuild(d: Dim, of: (atom: Atom) => Dim): Dim {
  const lone = asAtom(d);
  // It comes back as it is, with the label of what replaces it.
  if (lone !== undefined) return of(lone);
  let result = constant(0);
  for (const t of d.terms) {
    let part = constant(t.coefficient);
    for (const f of t.factors) part = multiply(part, power(of(f.atom), f.power));
    result = add(result, part);
  }
  return result;
}

/** A compound atom with its operands mapped, in normal form. */
export function mapAtom(atom: Atom, map: (d: Dim) => Dim): Dim {
  switch (atom.kind) {
    case "variable":
      return fromAtom(atom);
    case "floor":
      return floorDivide(map(atom.dividend), map(atom.divisor));
    case "mod":
      return modulo(map(atom.dividend), map(atom.divisor));
    case "min":
      return minimum(...atom.operands.map(map));
    case "max":
      return maximum(...atom.operands.map(map));
    case "sum":
      return map(atom.of);
  }
}

/** The value as an exact integer; undefined where a divisor is less than 1. An unbound variable is an internal fault. */
export function valueOf(d: Dim, env: ReadonlyMap<string, number>): bigint | undefined {
  let total = 0n;
  for (const t of d.terms) {
    let part = t.coefficient;
    for (const f of t.factors) {
      const base = atomValue(f.atom, env);
      if (base === undefined) return undefined;
      part *= base ** BigInt(f.power);
    }
    total += part;
  }
  return total;
}

function atomValue(atom: Atom, env: ReadonlyMap<string, number>): bigint | undefined {
  switch (atom.kind) {
    case "variable": {
      const value = env.get(atom.name);
      return value === undefined ? fault(`the dimension ${atom.name} has no value`) : BigInt(value);
    }
    case "floor":
    case "mod": {
      const dividend = valueOf(atom.dividend, env);
      const divisor = valueOf(atom.divisor, env);
      if (dividend === undefined || divisor === undefined || divisor < 1n) return undefined;
      const quotient = floorOf(dividend, divisor);
      return atom.kind === "floor" ? quotient : dividend - divisor * quotient;
    }
    case "min":
    case "max": {
      let best: bigint | undefined;
      for (const operand of atom.operands) {
        const value = valueOf(operand, env);
        if (value === undefined) return undefined;
        if (best === undefined || (atom.kind === "min" ? value < best : value > best)) best = value;
      }
      return best;
    }
    case "sum":
      return valueOf(atom.of, env);
  }
}

/** The exact value. An unbound variable, or a divisor below 1, is an internal fault. */
export function evaluateExact(d: Dim, env: ReadonlyMap<string, number>): bigint {
  return valueOf(d, env) ?? fault("a dimension divides by less than 1");
}

/** The value as a number. An unbound variable, a divisor below 1 or a value beyond 2^53 is an internal fault. */
export function evaluate(d: Dim, env: ReadonlyMap<string, number>): number {
  const value = Number(evaluateExact(d, env));
  return Number.isSafeInteger(value) ? value : fault(`a dimension of ${value}`);
}
