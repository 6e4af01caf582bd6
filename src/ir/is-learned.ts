import { matchPath } from "../support/match-path.ts";
import type { FreezePhase, ObjectiveStep, StepPlace, TrainProgram } from "./program.ts";

/** Whether a path of a parameter or a state fits one of some patterns. */
export function matchesAny(patterns: readonly string[], path: string): boolean {
  return patterns.some((it) => matchPath(it, path));
}

/** Whether a phase freezes a parameter or a state. */
export function isFrozen({ frozen }: Pick<FreezePhase, "frozen">, path: string): boolean {
  return matchesAny(frozen, path);
}

/** Whether a step changes a parameter or a state in a phase. */
export function isLearned({ step, phase }: StepPlace<ObjectiveStep>, path: string): boolean {
  return matchesAny(step.updates, path) && !isFrozen(phase, path);
}

/** Whether any step of a program changes a parameter or a state, sooner or later. */
export function isEverLearned(program: TrainProgram, path: string): boolean {
  return placesIn(program).some((it) => isLearned(it, path));
}

/** All training graphs of a program: of each step in order, its phases. */
export function placesIn({ steps, phases }: TrainProgram): readonly StepPlace[] {
  return steps.flatMap((step) => phases.map((phase) => ({ step, phase })));
}
