import { elementAt } from "../support/element-at.ts";
import { fault } from "../support/fault.ts";
import type { Relation } from "./facts.ts";
import { sidesOf } from "./facts.ts";
import type { Atom, Dim, Term } from "./form.ts";

/** A dimension as a function of its variables' values by position; NaN where it has no value or one beyond 2^53. */
type Evaluator = (values: readonly number[]) => number;

/** A relation as a function of values: undefined where a side is NaN. */
type Tester = (values: readonly number[]) => boolean | undefined;

/** Compiles a dimension for repeated evaluation; every variable must have a position. */
export function compileDim(d: Dim, positions: ReadonlyMap<string, number>): Evaluator {
  const terms = d.terms.map((t) => compileTerm(t, positions));
  return (values) => {
    let total = 0;
    for (const term of terms) total += term(values);
    return safe(total);
  };
}

function safe(value: number): number {
  return Number.isSafeInteger(value) ? value : NaN;
}

function compileTerm(t: Term, positions: ReadonlyMap<string, number>): Evaluator {
  const coefficient = safe(Number(t.coefficient));
  const factors = t.factors.flatMap((f) => {
    const atom = compileAtom(f.atom, positions);
    return Array.from({ length: f.power }, () => atom);
  });
  return (values) => {
    let total = coefficient;
    for (const factor of factors) total = safe(total * factor(values));
    return total;
  };
}

function compileAtom(atom: Atom, positions: ReadonlyMap<string, number>): Evaluator {
  switch (atom.kind) {
    case "variable": {
      const position = positions.get(atom.name) ?? fault(`the dimension ${atom.name} has no position`);
      return (values) => elementAt(values, position);
    }
    case "floor":
    case "mod": {
      const dividend = compileDim(atom.dividend, positions);
      const divisor = compileDim(atom.divisor, positions);
      const quotient = atom.kind === "floor";
      return (values) => {
        const a = dividend(values);
        const b = divisor(values);
        // the comparison is false for NaN as well; for safe integers the rounded quotient has the exact floor
        if (!(b >= 1)) return NaN;
        const q = Math.floor(a / b);
        return quotient ? q : a - b * q;
      };
    }
    case "min":
    case "max": {
      const operands = atom.operands.map((d) => compileDim(d, positions));
      const choose = atom.kind === "min" ? Math.min : Math.max;
      return (values) => choose(...operands.map((operand) => operand(values)));
    }
    case "sum":
      return compileDim(atom.of, positions);
  }
}

/** Compiles a relation for repeated testing. */
export function compileRelation(r: Relation, positions: ReadonlyMap<string, number>): Tester {
  const [first, second] = sidesOf(r);
  const x = compileDim(first, positions);
  const y = compileDim(second, positions);
  const test = testOf(r.kind);
  return (values) => {
    const a = x(values);
    const b = y(values);
    return Number.isNaN(a) || Number.isNaN(b) ? undefined : test(a, b);
  };
}

function testOf(kind: Relation["kind"]): (a: number, b: number) => boolean | undefined {
  switch (kind) {
    case "equal":
      return (a, b) => a === b;
    case "notEqual":
      return (a, b) => a !== b;
    case "atLeast":
      return (a, b) => a >= b;
    case "lessThan":
      return (a, b) => a < b;
    case "divides":
      return (a, b) => (a < 1 ? undefined : b % a === 0);
    case "notDivides":
      return (a, b) => (a < 1 ? undefined : b % a !== 0);
  }
}
