import { describe, expect, it } from "vitest";
import type { Monitor, TrainProgram } from "../../../src/ir/program.ts";
import type { Tensor, Tensors } from "../../../src/runtime/tensor.ts";
import {
  runTraining,
  type EpochReport,
  type LoopResult,
  type Progress,
} from "../../../src/runtime/train/train-loop.ts";
import type { Trainer } from "../../../src/runtime/train/trainer.ts";
import { counting, program } from "./loop-testing.ts";

/** Loss and accuracy of every epoch (of one step), by split. */
interface Course {
  readonly train: { readonly loss: readonly number[]; readonly accuracy: readonly number[] };
  readonly validate: { readonly loss: readonly number[]; readonly accuracy: readonly number[] };
}

const weight = (value: number): Tensors =>
  new Map<string, Tensor>([["w", { dtype: "f32", shape: [1, 2], data: Float32Array.of(0, value) }]]);

/** A trainer whose figures are those of a course, and whose weight is what `weights` says of the last step. */
function following({ train, validate }: Course, weights: (step: number) => number = (step) => step): Trainer {
  let taken = 0;
  const measured = (split: Course["train"], epoch: number) => ({
    loss: split.loss[epoch] ?? 0,
    metrics: [[Float64Array.of(split.accuracy[epoch] ?? 0), Float64Array.of(1)]],
  });
  return {
    description: "a course",
    perms: new Map(),
    prepare: () => Promise.resolve(new Map()),
    step(_, step) {
      taken = step + 1;
      return Promise.resolve(measured(train, step));
    },
    evaluate: () => {
      const { loss, metrics } = measured(validate, taken - 1);
      return Promise.resolve({ losses: [loss], metrics });
    },
    snapshot: () => Promise.resolve(weight(weights(taken))),
    restore: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  };
}

async function run(
  course: Course,
  changes: Partial<TrainProgram>,
  start?: Progress,
  trainer = following(course),
): Promise<LoopResult & { readonly saved: readonly number[]; readonly reports: readonly EpochReport[] }> {
  const saved: number[] = [];
  const reports: EpochReport[] = [];
  const result = await runTraining({
    program: { ...program, batch: 4, length: { steps: course.train.loss.length }, ...changes },
    dataset: {
      splits: { train: counting(4), validate: counting(1), test: counting(0) },
      from: "nowhere",
      vocabularies: {},
      cleaning: [],
    },
    trainer,
    ...(start !== undefined && { start }),
    now: () => 0,
    onEpoch(report, progress) {
      reports.push(report);
      if (progress.save?.step === progress.step) saved.push(progress.step);
    },
  });
  return { ...result, saved, reports };
}

// Best at step 2, 3, 4 and 5: whatever is watched, another step is the best.
const course: Course = {
  train: { loss: [5, 1, 5, 5, 5, 5], accuracy: [0, 0, 1, 0, 0, 0] },
  validate: { loss: [5, 5, 5, 1, 5, 5], accuracy: [0, 0, 0, 0, 1, 0] },
};

const watches = (["train", "validate"] as const).flatMap((split) =>
  (["loss", "accuracy"] as const).map((metric) => {
    const monitor: Monitor = { split, metric };
    const mode = metric === "loss" ? ("min" as const) : ("max" as const);
    const best = { "train.loss": 2, "train.accuracy": 3, "validate.loss": 4, "validate.accuracy": 5 }[
      `${split}.${metric}` as const
    ];
    return { name: `${split}.${metric}`, monitor, mode, best };
  }),
);
const pairs = watches.flatMap((save) => watches.map((stop) => ({ save, stop, name: `${save.name}, ${stop.name}` })));

describe("what `save` and `stop` watch", () => {
  it.each(pairs)("is for each its own: $name", async ({ save, stop }) => {
    const all = await run(course, { save, stop: { ...stop, patience: 6 } });
    expect(all.saved).toEqual([1, save.best]);
    expect(all.reports.map((it) => it.improved)).toEqual([1, 2, 3, 4, 5, 6].map((it) => it === 1 || it === save.best));
    expect(all.progress).toEqual({
      step: 6,
      save: { monitor: save.name, value: 1, step: save.best },
      stop: { monitor: stop.name, value: 1, step: stop.best },
      waited: 6 - stop.best,
    });
  });

  it.each(watches)("ends and keeps by itself: $name", async ({ monitor, mode, best, name }) => {
    const ended = await run(course, { stop: { monitor, mode, patience: 1 } });
    // The second epoch is the first that is no better, but for what is best there.
    expect(ended).toMatchObject({ outcome: "stopped early", progress: { step: best === 2 ? 3 : 2 } });
    expect(ended.saved).toEqual([]);
    const kept = await run(course, { save: { monitor, mode } });
    expect(kept).toMatchObject({ outcome: "finished", saved: [1, best], progress: { step: 6, waited: 0 } });
    expect(kept.progress.save?.monitor).toBe(name);
  });

  it.each(watches)("is forgotten where the section now watches something else: $name", async ({ monitor, mode }) => {
    const before = { monitor: "validate.recall", value: mode === "max" ? 9 : -9, step: 1 };
    const start: Progress = { step: 1, waited: 1, save: before, stop: before };
    const { saved, progress } = await run(
      course,
      { save: { monitor, mode }, stop: { monitor, mode, patience: 9 } },
      start,
    );
    expect(saved[0]).toBe(2);
    expect(progress.stop).toEqual(progress.save);
  });
});

describe("figures that are no finite numbers", () => {
  const losses = (...validate: readonly number[]): Course => ({
    train: { loss: validate.map(() => 1), accuracy: [] },
    validate: { loss: validate, accuracy: validate },
  });
  const monitor = { split: "validate", metric: "loss" } as const;
  it.each([
    ["min", NaN],
    ["min", Infinity],
    ["min", -Infinity],
    ["max", NaN],
    ["max", Infinity],
    ["max", -Infinity],
  ] as const)("are never better (%s, %d)", async (mode, odd) => {
    const better = mode === "max" ? 3 : 1;
    const rules = { save: { monitor, mode }, stop: { monitor, mode, patience: 9 } };
    const { saved, progress } = await run(losses(odd, 2, odd, better, odd), rules);
    expect(saved).toEqual([2, 4]);
    expect(progress).toMatchObject({ save: { value: better, step: 4 }, stop: { value: better, step: 4 }, waited: 1 });
    // Patience counts them, from the first validation on.
    const impatient = await run(losses(odd, odd, odd, odd), { stop: { monitor, mode, patience: 2 } });
    expect(impatient).toMatchObject({ outcome: "stopped early", progress: { step: 2, waited: 2 } });
    expect(impatient.progress.stop).toBeUndefined();
  });

  it.each([NaN, Infinity, -Infinity])("end the training where they are the loss of a step (%d)", async (loss) => {
    const figures = { train: { loss: [3, 2, loss, 1], accuracy: [] }, validate: { loss: [1, 1, 1, 1], accuracy: [] } };
    const { reports, ...result } = await run(figures, {});
    expect(result).toMatchObject({
      outcome: "diverged",
      progress: { step: 2 },
      divergence: { kind: "loss", loss, examples: { length: 4 } },
      last: { step: 2 },
    });
    expect(reports.map((it) => it.step)).toEqual([1, 2]);
  });

  it("end the training where they are in the network that would be kept", async () => {
    const figures = losses(3, 2, 1, 1);
    const trainer = following(figures, (step) => (step === 3 ? Infinity : step));
    const { reports, saved, ...result } = await run(figures, { save: { monitor, mode: "min" } }, undefined, trainer);
    expect(result).toMatchObject({
      outcome: "diverged",
      progress: { step: 3, save: { step: 2 } },
      divergence: { kind: "tensors", at: { name: "w", index: [0, 1], value: Infinity } },
    });
    expect(reports).toHaveLength(2);
    expect(saved).toEqual([1, 2]);
  });

  it("end the training also where it is interrupted", async () => {
    const figures = losses(3, 2, 1, 1);
    const controller = new AbortController();
    controller.abort();
    const result = await runTraining({
      program: { ...program, batch: 2, length: { steps: 4 } },
      dataset: {
        splits: { train: counting(8), validate: counting(0), test: counting(0) },
        from: "nowhere",
        vocabularies: {},
        cleaning: [],
      },
      trainer: following(figures, () => NaN),
      signal: controller.signal,
      now: () => 0,
    });
    expect(result).toMatchObject({ outcome: "diverged", progress: { step: 1 }, divergence: { at: { name: "w" } } });
  });
});
