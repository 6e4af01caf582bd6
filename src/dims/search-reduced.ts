import type { Relation } from "./facts.ts";
import { atLeast, holds, relationVariables, substituteRelation } from "./facts.ts";
import { compareText, type Dim } from "./form.ts";
import { constant, subtract } from "./polynomial.ts";
import { searchSmallest, type SearchResult } from "./search.ts";
import { valueOf } from "./substitute.ts";
import { solutionsOf, type Solution } from "./system.ts";

const largestRay = 2 ** 30;

/**
 * Searches for values, not the smallest, with the variables that equalities determine put in the place of others: there
 * are fewer to search then. Where even that ends early, large values are tried, each alone and all alike.
 */
export function searchReduced(relations: readonly Relation[], budget: number): SearchResult {
  const { solved, rest } = solve(relations);
  const search = searchSmallest(rest, budget);
  if (search.kind === "none") return search;
  const points = search.kind === "found" ? [search.values] : raysOf(rest);
  // A variable that falls out where another has its value may be anything, 1 as well: whether it may is seen below.
  const any = new Map(relations.flatMap((it) => [...relationVariables(it)]).map((name) => [name, 1] as const));
  for (const point of points) {
    const values = completed(new Map([...any, ...point]), solved);
    if (values !== undefined && relations.every((it) => holds(it, values) === true)) return { kind: "found", values };
  }
  return { kind: "spent" };
}

/** Relations that hold where the given ones do, without the variables that their equalities determine, in order. */
function solve(relations: readonly Relation[]): {
  readonly solved: readonly Solution[];
  readonly rest: readonly Relation[];
} {
  const solved: Solution[] = [];
  let rest = relations;
  for (;;) {
    const found = rest
      .flatMap((it) => (it.kind === "equal" ? solutionsOf(subtract(it.left, it.right)).slice(0, 1) : []))
      .at(0);
    if (found === undefined) return { solved, rest };
    solved.push(found);
    const replacement = (name: string): Dim | undefined => (name === found.name ? found.value : undefined);
    rest = [...rest.map((it) => substituteRelation(it, replacement)), atLeast(found.value, constant(1))].filter(
      (it) => relationVariables(it).size > 0 || holds(it, new Map()) !== true,
    );
  }
}

/** The values with those of what was solved, the last one first; undefined where one is no size. */
function completed(
  values: ReadonlyMap<string, number>,
  solved: readonly Solution[],
): ReadonlyMap<string, number> | undefined {
  const all = new Map(values);
  for (const { name, value } of [...solved].reverse()) {
    const size = Number(valueOf(value, all) ?? 0n);
    if (size < 1 || !Number.isSafeInteger(size)) return undefined;
    all.set(name, size);
  }
  return new Map([...all].sort(([a], [b]) => compareText(a, b)));
}

/** Points at which all variables are large alike, or one alone. */
function raysOf(relations: readonly Relation[]): readonly ReadonlyMap<string, number>[] {
  const names = [...new Set(relations.flatMap((it) => [...relationVariables(it)]))];
  const points: ReadonlyMap<string, number>[] = [];
  for (let size = 2; size <= largestRay; size *= 2) {
    points.push(new Map(names.map((it) => [it, size])));
    for (const large of names) points.push(new Map(names.map((it) => [it, it === large ? size : 1])));
  }
  return points;
}
