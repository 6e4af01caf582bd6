import type { Monitor, TrainProgram } from "../../ir/program.ts";
import { epochOrder, type Dataset, type Examples } from "../data/dataset.ts";
import { createFigureSum, type Figures, type FigureState } from "./figures.ts";
import type { Trainer } from "./trainer.ts";

/** Where a run stands: enough, with the trainer's snapshot, to go on exactly as if it had never stopped. */
export interface Progress {
  /** Optimizer steps taken. */
  readonly step: number;
  readonly best?: { readonly value: number; readonly step: number };
  /** Validations since the best one. */
  readonly waited: number;
  /** Figures since the last validation, where the run stopped between two. */
  readonly figures?: FigureState;
}

export interface StepReport {
  readonly epoch: number;
  /** Steps of this epoch that are done, and how many it has. */
  readonly done: number;
  readonly steps: number;
  /** Steps of the whole run that are done, and how many it has. */
  readonly step: number;
  readonly total: number;
  /** Running figures of this epoch. */
  readonly figures: Figures;
}

export interface EpochReport {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly train: Figures;
  readonly validate?: Figures;
  readonly seconds: number;
  /** True where it is the best so far by the section's `save` or `stop`. */
  readonly improved: boolean;
}

export interface LoopOptions {
  readonly program: TrainProgram;
  readonly dataset: Dataset;
  readonly trainer: Trainer;
  readonly start?: Progress;
  /** Stops after the step in flight. */
  readonly signal?: AbortSignal;
  readonly onStep?: (report: StepReport) => void;
  /** Called after each validation, with what a checkpoint of this moment keeps. */
  readonly onEpoch?: (report: EpochReport, progress: Progress) => void | Promise<void>;
  /** Called when a validation was the best so far. */
  readonly onBest?: (progress: Progress) => Promise<void>;
  /** Milliseconds from any start; reports alone use it. */
  readonly now: () => number;
}

export interface LoopResult {
  readonly progress: Progress;
  readonly outcome: "finished" | "stopped early" | "interrupted";
  readonly last?: EpochReport;
}

const evaluationBatch = 256;

/** Loss and metrics of a trained network over the examples of a split. */
export async function evaluateExamples(
  trainer: Trainer,
  examples: Examples,
  metrics: TrainProgram["metrics"],
): Promise<Figures> {
  const sum = createFigureSum(metrics);
  for (let from = 0; from < examples.count; from += evaluationBatch) {
    const count = Math.min(evaluationBatch, examples.count - from);
    const indices = Int32Array.from({ length: count }, (_, i) => from + i);
    sum.add(await trainer.evaluate(await trainer.prepare(examples.gather(indices))), count);
  }
  return sum.figures();
}

/** One step further, in the middle of what is measured. */
function moved({ step, best, waited }: Progress): Progress {
  return { step: step + 1, waited, ...(best !== undefined && { best }) };
}

/** The figure that a monitor watches. */
function watched(monitor: Monitor, train: Figures, validate: Figures | undefined): number | undefined {
  return (monitor.split === "train" ? train : (validate ?? train)).get(monitor.metric);
}

/** Optimizer steps of a whole run over a train split of so many examples. */
export function totalSteps(program: TrainProgram, examples: number): number {
  return "epochs" in program.length
    ? program.length.epochs * Math.ceil(examples / program.batch)
    : program.length.steps;
}

/** Trains as the section says: epochs in seeded order, validation, early stop, best checkpoint. */
export async function runTraining(options: LoopOptions): Promise<LoopResult> {
  const { program, dataset, trainer, signal } = options;
  const { train, validate } = dataset.splits;
  const perEpoch = Math.ceil(train.count / program.batch);
  const total = totalSteps(program, train.count);
  const epochs = Math.ceil(total / perEpoch);
  const every = program.validate?.unit === "steps" ? program.validate.every : perEpoch * (program.validate?.every ?? 1);
  const watch = program.stop ?? program.save;
  let progress: Progress = options.start ?? { step: 0, waited: 0 };
  let last: EpochReport | undefined;
  let sum = createFigureSum(program.metrics, progress.figures);
  let since = options.now();

  while (progress.step < total) {
    const epoch = Math.floor(progress.step / perEpoch);
    const order = epochOrder(train.count, program.seed, epoch);
    for (let at = progress.step % perEpoch; at < perEpoch && progress.step < total; at++) {
      const indices = order.subarray(at * program.batch, Math.min(train.count, (at + 1) * program.batch));
      const features = await trainer.prepare(train.gather(indices, epoch));
      sum.add(await trainer.step(features, progress.step), indices.length);
      progress = moved(progress);
      options.onStep?.({
        epoch: epoch + 1,
        done: at + 1,
        steps: perEpoch,
        step: progress.step,
        total,
        figures: sum.figures(),
      });
      if (progress.step % every !== 0 && progress.step !== total) {
        if (signal?.aborted !== true) continue;
        progress = { ...progress, figures: sum.state() };
        return { progress, outcome: "interrupted", ...(last !== undefined && { last }) };
      }

      const trained = sum.figures();
      const held = validate.count > 0 ? await evaluateExamples(trainer, validate, program.metrics) : undefined;
      const value = watch === undefined ? undefined : watched(watch.monitor, trained, held);
      const { best } = progress;
      const improved =
        value !== undefined &&
        (best === undefined || (watch?.mode === "max" ? value > best.value : value < best.value));
      progress = improved
        ? { step: progress.step, best: { value, step: progress.step }, waited: 0 }
        : { ...progress, waited: progress.waited + 1 };
      last = {
        epoch: epoch + 1,
        epochs,
        step: progress.step,
        train: trained,
        ...(held !== undefined && { validate: held }),
        seconds: (options.now() - since) / 1000,
        improved,
      };
      await options.onEpoch?.(last, progress);
      if (improved && program.save !== undefined) await options.onBest?.(progress);
      if (program.stop !== undefined && progress.waited >= program.stop.patience) {
        return { progress, outcome: "stopped early", last };
      }
      if (signal?.aborted === true && progress.step < total) return { progress, outcome: "interrupted", last };
      sum = createFigureSum(program.metrics);
      since = options.now();
    }
  }
  return { progress, outcome: "finished", ...(last !== undefined && { last }) };
}
