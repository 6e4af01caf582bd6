import type { FreezePhase, StepPlace, TrainProgram, TrainStep } from "../../ir/program.ts";
import type { Dataset, Examples, RawBatch } from "../data/dataset.ts";
import { trainBatches } from "../data/train-batches.ts";
import { leadingStep } from "../../ir/measures-of.ts";
import { examplesOfUpdate } from "../../ir/update-size.ts";
import { ahead } from "../../support/ahead.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import type { Tensors } from "../tensor.ts";
import { bestSoFar, type Best } from "./best-so-far.ts";
import { createFigureSum, type Figures, type FigureState, type Measured } from "./figures.ts";
import { evaluationBatches } from "./epoch-batches.ts";
import { findNonFinite, type NonFiniteElement } from "./find-non-finite.ts";
import { judgeStep } from "./judge-step.ts";
import type { LossScale, StepResult, Trainer } from "./trainer.ts";

/** Where a run stands: enough, with the trainer's snapshot, to go on exactly as if it had never stopped. */
export interface Progress {
  /** Optimizer steps taken. */
  readonly step: number;
  /** The best validation by what `save` watches, whose weights are kept; and by what `stop` watches. */
  readonly save?: Best;
  readonly stop?: Best;
  /** Validations since the best one by what `stop` watches. */
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
  /** The loss scale of each step that has one, and how many of its steps were skipped since the last report. */
  readonly scaling?: readonly (LossScale & { readonly since: number })[];
  readonly seconds: number;
  /** True where it is the best so far by what the section's `save` watches, or `stop` where it saves the last ones. */
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
  /**
   * Called after each validation, with what a checkpoint of this moment keeps: tensors that are finite. `progress.save`
   * is of this step where its weights are the best so far.
   */
  readonly onEpoch?: (report: EpochReport, progress: Progress, tensors: Tensors) => void | Promise<void>;
  /** Milliseconds from any start; reports alone use it. */
  readonly now: () => number;
}

/**
 * The step after `progress.step` has a loss that is not finite; it was not taken. Of several steps on one batch, those
 * before it were.
 */
export interface LossDivergence {
  readonly kind: "loss";
  /** Which one it is. */
  readonly place: StepPlace;
  readonly loss: number;
  readonly features: Tensors;
  readonly raw: RawBatch;
  /** Places of the batch's examples in the train split. */
  readonly examples: Int32Array;
}

/** Why a training cannot go on. */
export type Divergence =
  | LossDivergence
  /** A gradient of step `progress.step` is not finite, though the loss scale has become as small as it may. */
  | { readonly kind: "scale"; readonly place: StepPlace; readonly scale: number }
  /** What the steps up to `progress.step` made of the network is not finite. */
  | { readonly kind: "tensors"; readonly at: NonFiniteElement };

export type LoopResult = {
  readonly progress: Progress;
  readonly last?: EpochReport;
} & (
  | { readonly outcome: "finished" | "stopped early" }
  /** With what a checkpoint keeps: tensors that are finite. */
  | { readonly outcome: "interrupted"; readonly tensors: Tensors }
  | { readonly outcome: "diverged"; readonly divergence: Divergence }
);

/** A loss scale below this helps no gradient: what is not finite there is so for another reason. */
const leastScale = 2 ** -14;

/** Loss and metrics of a trained network over the examples of a split. */
export async function evaluateExamples(trainer: Trainer, examples: Examples, program: Measured): Promise<Figures> {
  const sum = createFigureSum(program);
  const batches = evaluationBatches(examples);
  const gathered = ahead(batches.length, async (at) => {
    const indices = elementAt(batches, at);
    return { indices, raw: await examples.gather(indices) };
  });
  for await (const { indices, raw } of gathered)
    sum.add(await trainer.evaluate(await trainer.prepare(raw, { examples: indices })), indices.length);
  return sum.figures();
}

/** One step further, in the middle of what is measured. */
function moved({ step, figures: _, ...progress }: Progress): Progress {
  return { ...progress, step: step + 1 };
}

/** What a validation makes of the progress. */
function validated(
  program: TrainProgram,
  { save: bestSaved, stop: bestWatched, waited, ...progress }: Progress,
  figures: { readonly train: Figures; readonly validate: Figures | undefined },
): Progress {
  const now = { ...figures, step: progress.step };
  const save = program.save && bestSoFar(program.save, bestSaved, now);
  const stop = program.stop && bestSoFar(program.stop, bestWatched, now);
  const patient = program.stop === undefined || stop?.step === progress.step ? 0 : waited + 1;
  return {
    ...progress,
    waited: patient,
    ...(save !== undefined && { save }),
    ...(stop !== undefined && { stop }),
  };
}

/** Optimizer steps of a whole run over a train split of so many examples. */
export function totalSteps(program: TrainProgram, examples: number): number {
  return "epochs" in program.length
    ? program.length.epochs * Math.ceil(examples / examplesOfUpdate(program))
    : program.length.steps;
}

/** The phase of freezing in which a step of a training is taken, `perEpoch` steps being an epoch. */
export function phaseAt({ phases }: TrainProgram, step: number, perEpoch: number): FreezePhase {
  const begun = phases.filter(({ from }) => step >= ("steps" in from ? from.steps : from.epochs * perEpoch));
  return begun.at(-1) ?? phases[0];
}

/** Trains as the section says: epochs in seeded order, validation, early stop, best checkpoint. */
export async function runTraining(options: LoopOptions): Promise<LoopResult> {
  const { program, dataset, trainer, signal } = options;
  const { train, validate } = dataset.splits;
  const size = examplesOfUpdate(program);
  const perEpoch = Math.ceil(train.count / size);
  const total = totalSteps(program, train.count);
  const epochs = Math.ceil(total / perEpoch);
  const every = program.validate?.unit === "steps" ? program.validate.every : perEpoch * (program.validate?.every ?? 1);
  let progress: Progress = options.start ?? { step: 0, waited: 0 };
  let last: EpochReport | undefined;
  let sum = createFigureSum(program, progress.figures);
  let since = options.now();
  const scales = (): readonly LossScale[] => trainer.scaling?.() ?? [];
  const skips = (): ReadonlyMap<string | undefined, number> => new Map(scales().map((it) => [it.step, it.skipped]));
  let skipped = skips();
  const ends = (): { readonly progress: Progress; readonly last?: EpochReport } => ({
    progress,
    ...(last !== undefined && { last }),
  });
  /** What a checkpoint of this moment keeps, or the end of the training where it is not finite. */
  const standing = async (): Promise<
    | { readonly ok: true; readonly tensors: Tensors }
    | { readonly ok: false; readonly result: LoopResult & { readonly outcome: "diverged" } }
  > => {
    const tensors = await trainer.snapshot();
    const at = findNonFinite(tensors);
    if (at === undefined) return { ok: true, tensors };
    return { ok: false, result: { ...ends(), outcome: "diverged", divergence: { kind: "tensors", at } } };
  };

  for await (const batch of trainBatches(dataset, program, { from: progress.step, total })) {
    const { epoch, at, indices, raw } = batch;
    const features = await trainer.prepare(raw, { epoch, examples: indices });
    const phase = phaseAt(program, progress.step, perEpoch);
    const due = program.steps.filter(({ every }) => progress.step % every === 0);
    const results = new Map<TrainStep, StepResult>();
    for (const step of due) {
      const place = { step, phase };
      const result = await trainer.step(features, progress.step, place);
      const refused = judgeStep(result);
      if (refused !== undefined) {
        return {
          ...ends(),
          outcome: "diverged",
          divergence: { ...refused, place, features, raw, examples: indices },
        };
      }
      results.set(step, result);
    }
    sum.add(
      {
        losses: program.steps.map((it) => results.get(it)?.loss),
        metrics: required(results.get(leadingStep(program)), "the leading step").metrics,
      },
      indices.length,
    );
    progress = moved(progress);
    for (const { step: name, scale } of scales()) {
      const step = program.steps.find((it) => it.name === name);
      if (step === undefined || scale >= leastScale) continue;
      return { ...ends(), outcome: "diverged", divergence: { kind: "scale", place: { step, phase }, scale } };
    }
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
      const stands = await standing();
      return stands.ok ? { ...ends(), outcome: "interrupted", tensors: stands.tensors } : stands.result;
    }

    const trained = sum.figures();
    const held = validate.count > 0 ? await evaluateExamples(trainer, validate, program) : undefined;
    const stands = await standing();
    if (!stands.ok) return stands.result;
    progress = validated(program, progress, { train: trained, validate: held });
    last = {
      epoch: epoch + 1,
      epochs,
      step: progress.step,
      train: trained,
      ...(held !== undefined && { validate: held }),
      ...(trainer.scaling !== undefined && {
        scaling: scales().map((it) => ({ ...it, since: it.skipped - (skipped.get(it.step) ?? 0) })),
      }),
      seconds: (options.now() - since) / 1000,
      improved: (program.save === undefined ? progress.stop : progress.save)?.step === progress.step,
    };
    await options.onEpoch?.(last, progress, stands.tensors);
    if (program.stop !== undefined && progress.waited >= program.stop.patience) {
      return { ...ends(), outcome: "stopped early" };
    }
    if (signal?.aborted === true && progress.step < total) {
      return { ...ends(), outcome: "interrupted", tensors: stands.tensors };
    }
    sum = createFigureSum(program);
    skipped = skips();
    since = options.now();
  }
  return { ...ends(), outcome: "finished" };
}
