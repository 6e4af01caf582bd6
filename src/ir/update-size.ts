import type { TrainProgram } from "./program.ts";

/** Examples of one update of a training: of all the batches whose gradients it takes together. */
export function examplesOfUpdate({ batch, accumulate }: Pick<TrainProgram, "batch" | "accumulate">): number {
  return batch * accumulate;
}

/**
 * The step by which a batch of an update draws within the network, `part` being its number from 0: each of them draws for
 * itself. Features are drawn by the step of the update, for all of its examples at once.
 */
export function drawingStep({ accumulate }: Pick<TrainProgram, "accumulate">, step: number, part: number): number {
  return step * accumulate + part;
}
