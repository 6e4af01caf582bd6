import { fault } from "../support/fault.ts";
import type { Metric, TrainProgram, TrainStep } from "./program.ts";

/** The first of the steps that run on every batch; each program has one. It measures the metrics. */
export function leadingStep({ steps }: Pick<TrainProgram, "steps">): TrainStep {
  return steps.find(({ every }) => every === 1) ?? fault("no step of the training runs on every batch");
}

/** The metrics that a step measures on a batch before it changes anything: the leading step all, the others none. */
export function measuredIn(program: Pick<TrainProgram, "metrics" | "steps">, step: TrainStep): readonly Metric[] {
  return step === leadingStep(program) ? program.metrics : [];
}

/** What the loss of a step is called among the figures: `loss`, or `critic.loss`. */
export function lossName({ name }: Pick<TrainStep, "name">): string {
  return name === undefined ? "loss" : `${name}.loss`;
}

/**
 * What is a sum and a count in the figures of a program: its metrics, and before them the losses of the steps beside the
 * leading one, for they see those batches alone on which they run.
 */
export function summedIn({ steps, metrics }: Pick<TrainProgram, "metrics" | "steps">): readonly Metric[] {
  const leading = leadingStep({ steps });
  const others = steps.filter((it) => it !== leading);
  return [...others.map((it): Metric => ({ name: lossName(it), finish: "mean", better: "lower" })), ...metrics];
}

/** The figures of a program by name: the losses of its steps, then its metrics. */
export function figureNames({ steps, metrics }: Pick<TrainProgram, "metrics" | "steps">): readonly string[] {
  return [...steps.map(lossName), ...metrics.map(({ name }) => name)];
}
