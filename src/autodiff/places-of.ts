import type { Module } from "../ir/graph.ts";
import type { TrainProgram } from "../ir/program.ts";
import { findStrays, type Strays } from "../passes/find-strays.ts";
import { entryOf } from "../passes/parameters-of.ts";

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

/** The look-ups of a program's loss and metrics that may be out of range. */
export function straysOfObjective({ model, objective, objectiveInputs }: TrainProgram): Strays {
  return findStrays({
    region: objective.body,
    features: objectiveInputs.map(({ from, name }) => (from === "feature" ? name : undefined)),
    facts: model.facts,
    functions: new Map([...model.functions, [objective.key, objective]]),
  });
}

/** Features of a program that hold places, all of them or some: among how many. */
export function placesOf(program: TrainProgram): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  for (const { features, hints } of [straysOfModel(program.model), straysOfObjective(program)])
    for (const [name, size] of [...features, ...hints]) least.set(name, Math.min(least.get(name) ?? size, size));
  return least;
}
