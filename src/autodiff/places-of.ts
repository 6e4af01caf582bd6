import type { Func, Module } from "../ir/graph.ts";
import type { TrainProgram, TrainStep } from "../ir/program.ts";
import { findStrays, type Strays } from "../passes/find-strays.ts";
import { entryOf } from "../graph/parameters-of.ts";

/** The look-ups of a model that may be out of range, its inputs being the features. */
export function straysOfModel(module: Module): Strays {
  const entry = entryOf(module);
  return findStrays({
    region: entry.body,
    features: entry.inputNames,
    facts: module.facts,
    functions: module.functions,
  });
}

/** The look-ups of a step's loss, and of the metrics that it measures, that may be out of range. */
export function straysOfObjective(model: Module, { objective, objectiveInputs }: TrainStep): Strays {
  return findStrays({
    region: objective.body,
    features: objectiveInputs.map(({ from, name }) => (from === "feature" ? name : undefined)),
    facts: model.facts,
    functions: new Map([...model.functions, [objective.key, objective]]),
  });
}

/** The look-ups of a model joined with a loss that may be out of range. */
export function straysOfJoined(model: Module, { body, inputNames }: Func): Strays {
  return findStrays({ region: body, features: inputNames, facts: model.facts, functions: model.functions });
}

/** Features of a program all of whose elements are places: among how many, the least where there are several. */
export function wholePlacesOf(program: TrainProgram): ReadonlyMap<string, number> {
  return leastOf(straysIn(program).map((it) => it.features));
}

/** Features of a program that hold places, all of them or some: among how many. */
export function placesOf(program: TrainProgram): ReadonlyMap<string, number> {
  const hints = straysIn(program).map((it) => it.hints);
  // Of what holds nothing but places that is right of each element; a hint may be of a few alone.
  return new Map([...leastOf(hints), ...wholePlacesOf(program)]);
}

function straysIn({ model, steps }: TrainProgram): readonly Strays[] {
  return [straysOfModel(model), ...steps.map((step) => straysOfObjective(model, step))];
}

function leastOf(sizes: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  for (const [name, size] of sizes.flatMap((it) => [...it])) least.set(name, Math.min(least.get(name) ?? size, size));
  return least;
}
