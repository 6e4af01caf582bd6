import { asNumber } from "../dims/dim.ts";
import { fault } from "../support/fault.ts";
import type { Accumulator, Metric, ObjectiveStep, TrainProgram } from "./program.ts";
import type { TensorType } from "./types.ts";

/** The first of the steps that run on every batch; each program has one. It measures the metrics. */
export function leadingStep<S extends ObjectiveStep>({ steps }: { readonly steps: readonly S[] }): S {
  return steps.find(({ every }) => every === 1) ?? fault("no step of the training runs on every batch");
}

/** The metrics that a step measures on a batch before it changes anything: the leading step all, the others none. */
export function measuredIn(
  program: Pick<TrainProgram, "metrics"> & { readonly steps: readonly ObjectiveStep[] },
  step: ObjectiveStep,
): readonly Metric[] {
  return step === leadingStep(program) ? program.metrics : [];
}

/** What the loss of a step is called among the figures: `loss`, or `critic.loss`. */
export function lossName({ name }: Pick<ObjectiveStep, "name">): string {
  return name === undefined ? "loss" : `${name}.loss`;
}

/** What is added up over batches for a figure. */
export type Gathered = Pick<Metric, "name" | "accumulators">;

const scalar: TensorType = { dtype: "f32", shape: [] };

/** What the loss of a step beside the leading one is made of: it sees those batches alone on which it runs. */
export const lossAccumulators: readonly Accumulator[] = ["sum", "count"].map((name): Accumulator => ({
  name,
  type: scalar,
  merge: "sum",
}));

/** All that is added up for the figures of a program: the losses of the steps beside the leading one, then its metrics. */
export function gatheredIn({ steps, metrics }: Pick<TrainProgram, "metrics" | "steps">): readonly Gathered[] {
  const leading = leadingStep({ steps });
  const others = steps.filter((it) => it !== leading);
  return [...others.map((it) => ({ name: lossName(it), accumulators: lossAccumulators })), ...metrics];
}

/** The sizes of a metric's figure: none of one number, those of the axes of a row or a table. */
export function figureShape({ name, finish }: Pick<Metric, "name" | "finish">): readonly number[] {
  const [figure] = finish.body.results;
  return (figure ?? fault(`${name} has no figure`)).type.shape.map(
    (dim) => asNumber(dim) ?? fault(`the figure ${name} has a free dimension`),
  );
}

/** The figures of a program that are one number, by name: such may be watched and expected. */
export function numberNames({ steps, metrics }: Pick<TrainProgram, "metrics" | "steps">): readonly string[] {
  return [...steps.map(lossName), ...namesOfNumbers(metrics)];
}

/** The metrics that are one number, by name: not those of a row or a table. */
export function namesOfNumbers(metrics: readonly Metric[]): readonly string[] {
  return metrics.filter((it) => figureShape(it).length === 0).map(({ name }) => name);
}

/** The figures of a program by name: the losses of its steps, then its metrics. */
export function figureNames({ steps, metrics }: Pick<TrainProgram, "metrics" | "steps">): readonly string[] {
  return [...steps.map(lossName), ...metrics.map(({ name }) => name)];
}
