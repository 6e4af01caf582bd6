import { evaluateExact, variablesOf, type Dim } from "../../src/dims/dim.ts";
import { holds, relationsOf } from "../../src/dims/facts.ts";
import type { Module } from "../../src/ir/graph.ts";
import { required } from "../../src/support/fault.ts";
import type { Random } from "../soak/random.ts";
import type { Sizes } from "./program.ts";

/** How many elements all inputs may have together. */
const mostElements = 3_000;

/** The dims of a module's inputs. */
export function inputDims(module: Module): readonly Dim[] {
  const entry = required(module.functions.get(module.entry), "entry");
  return entry.body.inputs.flatMap((it) => it.type.shape);
}

/**
 * Sizes at which a module may be used, up to `count`: the smallest that were found, then others, odd ones among them. None
 * where no small ones satisfy what its header says.
 */
export function permittedSizes(module: Module, random: Random, count: number): readonly Sizes[] {
  const dims = inputDims(module);
  const names = [...new Set(dims.flatMap((it) => [...variablesOf(it)]))];
  const relations = relationsOf(module.facts);
  const isPermitted = (sizes: Sizes): boolean =>
    relations.every((it) => holds(it, sizes) === true) && dims.every((it) => evaluateExact(it, sizes) >= 1n);
  const elementsOf = (sizes: Sizes): number => {
    const entry = required(module.functions.get(module.entry), "entry");
    return entry.body.inputs.reduce(
      (sum, it) => sum + it.type.shape.reduce((product, dim) => product * Number(evaluateExact(dim, sizes)), 1),
      0,
    );
  };
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
      const sides = "divisor" in relation ? [relation.dividend] : [relation.left, relation.right];
      for (const name of new Set(sides.flatMap((it) => [...variablesOf(it)])))
        sizes.set(name, (sizes.get(name) ?? 0) + 1);
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
