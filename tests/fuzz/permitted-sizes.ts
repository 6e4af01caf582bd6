import { constant, evaluateExact, variablesOf } from "../../src/dims/dim.ts";
import { atLeast, holds, relationsOf, relationVariables, type Relation } from "../../src/dims/facts.ts";
import { entryOf } from "../../src/graph/parameters-of.ts";
import type { Module } from "../../src/ir/graph.ts";
import type { Random } from "../soak/random.ts";
import type { Sizes } from "./program.ts";

/** How many elements all inputs may have together. */
const mostElements = 3_000;

/** What the header of a module says of sizes. */
export interface Header {
  /** Those that have names in the types of inputs. */
  readonly names: ReadonlySet<string>;
  /** What holds of them: facts, and that no size of an input is less than 1. */
  readonly relations: readonly Relation[];
}

/** The header of a module. */
export function headerOf(module: Module): Header {
  const dims = entryOf(module).body.inputs.flatMap((it) => it.type.shape);
  return {
    names: new Set(dims.flatMap((it) => [...variablesOf(it)])),
    relations: [...relationsOf(module.facts), ...dims.map((it) => atLeast(it, constant(1)))],
  };
}

/**
 * Sizes at which a module may be used, up to `count`: the smallest that were found, then others, odd ones among them. None
 * where no small ones satisfy what its header says.
 */
export function permittedSizes(module: Module, random: Random, count: number): readonly Sizes[] {
  const { names: named, relations } = headerOf(module);
  const names = [...named];
  const isPermitted = (sizes: Sizes): boolean => relations.every((it) => holds(it, sizes) === true);
  const elementsOf = (sizes: Sizes): number =>
    entryOf(module).body.inputs.reduce(
      (sum, it) => sum + it.type.shape.reduce((product, dim) => product * Number(evaluateExact(dim, sizes)), 1),
      0,
    );
  const found = new Map<string, Sizes>();
  const look = (sizes: Sizes): void => {
    if (isPermitted(sizes) && elementsOf(sizes) <= mostElements) found.set([...sizes].join(), sizes);
  };
  /** Sizes that begin with one for all, each raised as long as something that it is in does not hold. */
  const raised = (least: number): Sizes => {
    const sizes = new Map(names.map((it) => [it, least]));
    for (let turn = 0; turn < 40; turn++) {
      const relation = relations.find((it) => holds(it, sizes) !== true);
      if (relation === undefined) break;
      // A divisor that grows divides less.
      const raising = "divisor" in relation ? variablesOf(relation.dividend) : relationVariables(relation);
      for (const name of raising) sizes.set(name, (sizes.get(name) ?? 0) + 1);
    }
    return sizes;
  };
  for (const least of [1, 2, 3]) look(raised(least));
  for (let turn = 0; turn < 200 && found.size < 12 * count; turn++) {
    const most = 2 + random.integer(turn < 100 ? 6 : 24);
    look(new Map(names.map((it) => [it, 1 + random.integer(most)])));
  }
  const sorted = [...found.values()].sort((a, b) => elementsOf(a) - elementsOf(b));
  const [smallest, ...others] = sorted;
  if (smallest === undefined) return [];
  const chosen = [smallest];
  while (chosen.length < count && others.length > 0) chosen.push(...others.splice(random.integer(others.length), 1));
  return chosen;
}
