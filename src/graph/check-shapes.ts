import { formatDim, type Dim } from "../dims/dim.ts";
import { decide } from "../dims/decide.ts";
import { atLeast, divides, equal, type Facts, type Relation } from "../dims/facts.ts";
import type { ShapeChecker, SizePair } from "../ops/define/operator.ts";

/** What a shape rule found wrong: a clause in the user's words, with help where there is some. */
export interface ShapeFinding {
  readonly message: string;
  readonly help?: string;
}

/**
 * A checker for graphs whose sizes were proved where a person wrote them: it passes to `report` what is refuted under `facts`.
 * What a proof does not reach in another form is no fault of a graph.
 */
export function createShapeChecker(facts: Facts, report: (finding: ShapeFinding) => void): ShapeChecker {
  const proves = (relation: Relation): boolean => decide(relation, facts).verdict === "proved";
  const obliged = (relation: Relation, claim: string): boolean => {
    const verdict = decide(relation, facts);
    if (verdict.verdict !== "refuted") return true;
    report({ message: `${claim}${exampleOf(verdict.counterexample)}` });
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

/** The sizes at which something fails, behind what is said of it. */
function exampleOf(counterexample: ReadonlyMap<string, number>): string {
  const example = [...counterexample].map(([name, value]) => `${name} = ${value}`).join(", ");
  return example === "" ? "" : ` (for instance at ${example})`;
}
