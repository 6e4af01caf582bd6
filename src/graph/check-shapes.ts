import { formatDim, type Dim } from "../dims/dim.ts";
import { decide, type Verdict } from "../dims/decide.ts";
import { atLeast, divides, equal, type Facts, type Relation } from "../dims/facts.ts";
import type { ShapeChecker, SizePair } from "../ops/define/operator.ts";

/** What a shape rule found wrong: a clause in the user's words, with help where there is some. */
export interface ShapeFinding {
  readonly message: string;
  readonly help?: string;
}

/** A checker that proves relations of dimensions under `facts` and passes what it cannot prove to `report`. */
export function createShapeChecker(facts: Facts, report: (finding: ShapeFinding) => void): ShapeChecker {
  const proves = (relation: Relation): boolean => decide(relation, facts).verdict === "proved";
  const obliged = (relation: Relation, claim: string): boolean => {
    const verdict = decide(relation, facts);
    if (verdict.verdict === "proved") return true;
    report(findingOf(verdict, claim));
    return false;
  };
  const equals = (left: Dim, right: Dim, what: string): boolean =>
    obliged(equal(left, right), `${what} must be equal, and ${named(left)} is not ${named(right)}`);
  const allEqual = (pairs: readonly SizePair[]): boolean =>
    pairs.every(({ left, right, what }) => equals(left, right, what));
  const isAtLeast = (left: Dim, right: Dim, what: string): boolean =>
    obliged(atLeast(left, right), `${what}: ${named(left)} must be at least ${named(right)}`);
  const divide = (divisor: Dim, dividend: Dim, what: string): boolean =>
    obliged(divides(divisor, dividend), `${what}: ${named(divisor)} must divide ${named(dividend)}`);
  return {
    equal: equals,
    allEqual,
    allBroadcast: allEqual,
    provesEqual: (left, right) => proves(equal(left, right)),
    provesAtLeast: (left, right) => proves(atLeast(left, right)),
    atLeast: isAtLeast,
    allAtLeast: (needs) => needs.every(({ left, right, what }) => isAtLeast(left, right, what)),
    divides: divide,
    allDivide: (needs) => needs.every(({ left, right, what }) => divide(left, right, what)),
    meetsItself: () => undefined,
    fail: (message, help) => {
      report({ message, ...(help !== undefined && { help }) });
      return undefined;
    },
  };
}

/** The dimension as messages show it: its form, with the name of its axis where that says more. */
function named(dim: Dim): string {
  const text = formatDim(dim);
  return dim.label === undefined || dim.label === text ? text : `${dim.label} = ${text}`;
}

function findingOf(verdict: Verdict, claim: string): ShapeFinding {
  if (verdict.verdict === "refuted") {
    const example = [...verdict.counterexample].map(([name, value]) => `${name} = ${value}`).join(", ");
    return { message: example === "" ? claim : `${claim} (for instance at ${example})` };
  }
  return { message: `${claim}, for all that is known`, help: "state it in the header's `where` if it always holds" };
}
