import type { Graph, GraphOutput } from "../ir/graph.ts";
import { isLearned } from "../ir/is-learned.ts";
import type { Objectives, ObjectiveStep, StepPlace } from "../ir/program.ts";
import { freezeInstances } from "../passes/freeze-instances.ts";
import { inlineObjective } from "./inline-objective.ts";
import { resolveGradients } from "./resolve-gradients.ts";

/**
 * The model and a step's objective as one flat graph, as they run in a phase, before any pass. Its next states are those
 * alone that the step changes.
 */
export function flattenStep(program: Objectives, place: StepPlace<ObjectiveStep>): Graph {
  const { step, phase } = place;
  const flat = inlineObjective(program, {
    mode: "training",
    steps: [step],
    model: freezeInstances(program.model, phase.frozen),
    withOutputs: false,
  });
  const changes = ({ role, path = "" }: GraphOutput): boolean => role !== "state" || isLearned(place, path);
  return resolveGradients({ ...flat, outputs: flat.outputs.filter(changes) });
}
