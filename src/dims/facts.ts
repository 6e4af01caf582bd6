import type { Dim } from "./form.ts";
import { asConstant, compareText, dimKey, variablesOf } from "./form.ts";
import { formatDim } from "./format.ts";
import { substitute, valueOf } from "./substitute.ts";

/** A statement about dimensions that holds or fails once the variables have values. */
export type Relation =
  | {
      /** `atLeast` is left >= right. */
      readonly kind: "equal" | "notEqual" | "atLeast" | "lessThan";
      readonly left: Dim;
      readonly right: Dim;
    }
  | { readonly kind: "divides" | "notDivides"; readonly divisor: Dim; readonly dividend: Dim };

/** left == right. */
export function equal(left: Dim, right: Dim): Relation {
  return { kind: "equal", left, right };
}

/** left >= right. */
export function atLeast(left: Dim, right: Dim): Relation {
  return { kind: "atLeast", left, right };
}

/** left < right. */
export function lessThan(left: Dim, right: Dim): Relation {
  return { kind: "lessThan", left, right };
}

/** dividend % divisor == 0. */
export function divides(divisor: Dim, dividend: Dim): Relation {
  return { kind: "divides", divisor, dividend };
}

/** The relation that holds exactly where this one fails. */
export function negateRelation(r: Relation): Relation {
  switch (r.kind) {
    case "equal":
      return { kind: "notEqual", left: r.left, right: r.right };
    case "notEqual":
      return { kind: "equal", left: r.left, right: r.right };
    case "atLeast":
      return { kind: "lessThan", left: r.left, right: r.right };
    case "lessThan":
      return { kind: "atLeast", left: r.left, right: r.right };
    case "divides":
      return { kind: "notDivides", divisor: r.divisor, dividend: r.dividend };
    case "notDivides":
      return { kind: "divides", divisor: r.divisor, dividend: r.dividend };
  }
}

const signs = { equal: "==", notEqual: "!=", atLeast: ">=", lessThan: "<" } as const;
/** The same with the sides turned round. */
const turned = { equal: "==", notEqual: "!=", atLeast: "<=", lessThan: ">" } as const;

/** The relation in the language's syntax, a number on its right: `H % 16 == 0`, `T < 512`. */
export function formatRelation(r: Relation): string {
  if ("divisor" in r) {
    const lone = (d: Dim): string => (/^\w+$/.test(formatDim(d)) ? formatDim(d) : `(${formatDim(d)})`);
    return `${lone(r.dividend)} % ${lone(r.divisor)} ${r.kind === "divides" ? "==" : "!="} 0`;
  }
  if (asConstant(r.left) !== undefined && asConstant(r.right) === undefined)
    return `${formatDim(r.right)} ${turned[r.kind]} ${formatDim(r.left)}`;
  return `${formatDim(r.left)} ${signs[r.kind]} ${formatDim(r.right)}`;
}

/** The relation between mapped dimensions. */
function mapRelation(r: Relation, map: (d: Dim) => Dim): Relation {
  if ("divisor" in r) {
    return { kind: r.kind, divisor: map(r.divisor), dividend: map(r.dividend) };
  }
  return { kind: r.kind, left: map(r.left), right: map(r.right) };
}

/** The relation with variables replaced, as {@link substitute} does. */
export function substituteRelation(r: Relation, replacement: (name: string) => Dim | undefined): Relation {
  return mapRelation(r, (d) => substitute(d, replacement));
}

/** The two dimensions of a relation. */
export function sidesOf(r: Relation): readonly [Dim, Dim] {
  return "divisor" in r ? [r.divisor, r.dividend] : [r.left, r.right];
}

/** The names of the variables in a relation. */
export function relationVariables(r: Relation): ReadonlySet<string> {
  const [a, b] = sidesOf(r);
  return new Set([...variablesOf(a), ...variablesOf(b)]);
}

/** A text that two relations share exactly when they are written the same, up to the normal form of their sides. */
export function relationKey(r: Relation): string {
  const [a, b] = sidesOf(r);
  const x = dimKey(a);
  const y = dimKey(b);
  const symmetric = r.kind === "equal" || r.kind === "notEqual";
  return symmetric && y < x ? `${r.kind}:${y}|${x}` : `${r.kind}:${x}|${y}`;
}

/** Whether a relation holds under values of its variables; undefined where a divisor is less than 1. */
export function holds(r: Relation, env: ReadonlyMap<string, number>): boolean | undefined {
  const [a, b] = sidesOf(r);
  const x = valueOf(a, env);
  const y = valueOf(b, env);
  if (x === undefined || y === undefined) return undefined;
  switch (r.kind) {
    case "equal":
      return x === y;
    case "notEqual":
      return x !== y;
    case "atLeast":
      return x >= y;
    case "lessThan":
      return x < y;
    case "divides":
      return x < 1n ? undefined : y % x === 0n;
    case "notDivides":
      return x < 1n ? undefined : y % x !== 0n;
  }
}

/** What may be assumed of the variables besides that they are integers >= 1. Immutable. */
export interface Facts {
  readonly relations: readonly Relation[];
  /** Canonical: the same for the same relations in any order. */
  readonly key: string;
}

/** Nothing assumed. */
export const noFacts: Facts = { relations: [], key: "" };

/** The facts with more relations; those already there change nothing. */
export function assume(facts: Facts, ...relations: readonly Relation[]): Facts {
  const byKey = new Map(facts.relations.map((r) => [relationKey(r), r]));
  const before = byKey.size;
  for (const r of relations) if (!byKey.has(relationKey(r))) byKey.set(relationKey(r), r);
  if (byKey.size === before) return facts;
  return { relations: [...byKey.values()], key: [...byKey.keys()].sort(compareText).join(";") };
}

/** The relations assumed, in the order in which they were. */
export function relationsOf(facts: Facts): readonly Relation[] {
  return facts.relations;
}

/** A text that two sets of facts share exactly when they assume the same relations. */
export function factsKey(facts: Facts): string {
  return facts.key;
}
