import type { TrainProgram, TrainStep } from "./program.ts";

/**
 * How often the steps run that come after one on a batch: where none of these divides the step of the training, it is the
 * last one. Undefined where it never is, because one of them runs whenever it does.
 */
export function laterCadences({ steps }: Pick<TrainProgram, "steps">, step: TrainStep): readonly number[] | undefined {
  const later = [...new Set(steps.slice(steps.indexOf(step) + 1).map(({ every }) => every))];
  return later.some((every) => step.every % every === 0) ? undefined : later;
}
