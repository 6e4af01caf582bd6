import { describe, expect, it } from "vitest";
import type { TrainProgram } from "../../../src/ir/program.ts";
import type { Dataset } from "../../../src/runtime/data/dataset.ts";
import {
  evaluateExamples,
  runTraining,
  totalSteps,
  type EpochReport,
  type LoopOptions,
  type LoopResult,
} from "../../../src/runtime/train/train-loop.ts";
import type { StepResult, Trainer } from "../../../src/runtime/train/trainer.ts";
import { counting, program } from "./loop-testing.ts";

const dataset: Dataset = {
  splits: { train: counting(10), validate: counting(6), test: counting(0) },
  from: "nowhere",
  vocabularies: {},
  cleaning: [],
};

interface Recorded extends Trainer {
  readonly steps: { readonly step: number; readonly examples: readonly number[] }[];
}

/** A trainer that records what it is given; its validation losses are those listed, one for each call. */
function recorder(validation: readonly number[] = []): Recorded {
  const steps: Recorded["steps"] = [];
  let validations = 0;
  const result = (loss: number, examples: number): StepResult => ({
    loss,
    metrics: [[Float64Array.of(examples / 2), Float64Array.of(examples)]],
  });
  return {
    description: "a recorder",
    perms: new Map(),
    steps,
    prepare: (raw) =>
      Promise.resolve(new Map([...raw].map(([name, { shape, data }]) => [name, { dtype: "i32", shape, data }]))),
    step(features, step) {
      const examples = Array.from(features.get("x")?.data ?? [], Number);
      steps.push({ step, examples });
      return Promise.resolve(result(step, examples.length));
    },
    evaluate(features) {
      const { loss, metrics } = result(validation[validations++] ?? 0, features.get("x")?.data.length ?? 0);
      return Promise.resolve({ losses: [loss], metrics });
    },
    snapshot: () => Promise.resolve(new Map()),
    restore: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  };
}

async function train(
  trainer: Trainer,
  changes: Partial<TrainProgram> = {},
  more: Partial<LoopOptions> = {},
): Promise<LoopResult & { readonly epochs: readonly EpochReport[] }> {
  const epochs: EpochReport[] = [];
  const result = await runTraining({
    program: { ...program, ...changes },
    dataset,
    trainer,
    now: () => 0,
    onEpoch: (it) => void epochs.push(it),
    ...more,
  });
  return { ...result, epochs };
}

describe("runTraining", () => {
  it("sees every example once an epoch, in another order each, the last batch being smaller", async () => {
    const trainer = recorder();
    const { progress, outcome } = await train(trainer);
    expect({ step: progress.step, outcome }).toEqual({ step: 12, outcome: "finished" });
    expect(trainer.steps.map((it) => it.examples.length)).toEqual([4, 4, 2, 4, 4, 2, 4, 4, 2, 4, 4, 2]);
    const epochs = [0, 3, 6, 9].map((from) => trainer.steps.slice(from, from + 3).flatMap((it) => it.examples));
    for (const epoch of epochs) expect([...epoch].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(epochs.map((it) => it.join())).size).toBe(4);
  });

  it("weighs the loss by examples and divides metrics by their own counts", async () => {
    const { epochs } = await train(recorder([0.5]), { length: { epochs: 1 } });
    expect(epochs).toHaveLength(1);
    // Steps 0, 1 and 2 have 4, 4 and 2 examples and their own number as loss.
    expect(epochs[0]?.train.get("loss")).toBeCloseTo((0 * 4 + 1 * 4 + 2 * 2) / 10, 12);
    expect(epochs[0]?.train.get("accuracy")).toBe(0.5);
    expect(epochs[0]?.validate?.get("loss")).toBe(0.5);
  });

  it("takes so many steps, however many epochs they are, and validates as often as is said", async () => {
    const trainer = recorder();
    const { epochs } = await train(trainer, { length: { steps: 7 }, validate: { every: 2, unit: "steps" } });
    expect(trainer.steps).toHaveLength(7);
    expect(epochs.map((it) => it.step)).toEqual([2, 4, 6, 7]);
    expect(totalSteps({ ...program, length: { epochs: 3 } }, 10)).toBe(9);
  });

  it("validates after every second epoch where that is said, and after the last one", async () => {
    const { epochs } = await train(recorder(), { length: { epochs: 3 }, validate: { every: 2, unit: "epochs" } });
    expect(epochs.map((it) => [it.epoch, it.step])).toEqual([
      [2, 6],
      [3, 9],
    ]);
  });

  it("tells of every step and every epoch, and of the seconds since the last one", async () => {
    const told: string[] = [];
    let clock = 10_000;
    const { last, epochs } = await train(
      recorder([0.5, 0.25]),
      { length: { epochs: 2 } },
      {
        now: () => (clock += 1500),
        onStep: ({ epoch, done, steps, step, total, figures }) =>
          told.push(`epoch ${epoch}, ${done} of ${steps}: ${step} of ${total}, loss ${figures.get("loss")}`),
      },
    );
    // The losses are the numbers of the steps, from 0; batches have 4, 4 and 2 examples.
    expect(told).toEqual([
      "epoch 1, 1 of 3: 1 of 6, loss 0",
      "epoch 1, 2 of 3: 2 of 6, loss 0.5",
      "epoch 1, 3 of 3: 3 of 6, loss 0.8",
      "epoch 2, 1 of 3: 4 of 6, loss 3",
      "epoch 2, 2 of 3: 5 of 6, loss 3.5",
      "epoch 2, 3 of 3: 6 of 6, loss 3.8",
    ]);
    expect(last).toEqual(epochs[1]);
    expect(epochs.map(({ train, validate, ...it }) => [it, train.get("loss"), validate?.get("loss")])).toEqual([
      [{ epoch: 1, epochs: 2, step: 3, seconds: 1.5, improved: false }, 0.8, 0.5],
      [{ epoch: 2, epochs: 2, step: 6, seconds: 1.5, improved: false }, 3.8, 0.25],
    ]);
  });

  it("tells of loss scales, and of the steps that were skipped since the last report", async () => {
    const trainer = recorder();
    // Of steps 0, 3 and 4 a gradient is not finite; two more were skipped before.
    const scaling = () => {
      const skipped = trainer.steps.filter(({ step }) => [0, 3, 4].includes(step)).length;
      return [{ scale: 2 ** (10 - skipped), skipped: 2 + skipped }];
    };
    const { epochs } = await train({ ...trainer, scaling }, { length: { epochs: 3 } });
    expect(epochs.map((it) => it.scaling)).toEqual([
      [{ scale: 2 ** 9, skipped: 3, since: 1 }],
      [{ scale: 2 ** 7, skipped: 5, since: 2 }],
      [{ scale: 2 ** 7, skipped: 5, since: 0 }],
    ]);
    const [plain] = (await train(recorder(), { length: { epochs: 1 } })).epochs;
    expect(plain !== undefined && "scaling" in plain).toBe(false);
  });

  it("diverges where a loss scale is too small to help", async () => {
    const scaling = (scale: number) => () => [{ scale, skipped: 0 }];
    const { outcome } = await train({ ...recorder(), scaling: scaling(2 ** -14) }, { length: { epochs: 1 } });
    expect(outcome).toBe("finished");
    const small = await train({ ...recorder(), scaling: scaling(2 ** -15) }, { length: { epochs: 1 } });
    expect(small).toMatchObject({ outcome: "diverged", divergence: { kind: "scale", scale: 2 ** -15 } });
  });

  it("validates nothing where no example is held back", async () => {
    const empty = { ...dataset, splits: { ...dataset.splits, validate: counting(0) } };
    const { epochs } = await train(recorder(), { length: { epochs: 1 } }, { dataset: empty });
    expect(epochs.map((it) => Object.keys(it).includes("validate"))).toEqual([false]);
  });

  it("evaluates in parts that are no larger than 256, all of them", async () => {
    const sizes: number[] = [];
    const trainer = recorder();
    const watched: Trainer = {
      ...trainer,
      evaluate: (features) => {
        sizes.push(features.get("x")?.data.length ?? 0);
        return trainer.evaluate(features);
      },
    };
    const figures = await evaluateExamples(watched, counting(600), program);
    expect(sizes).toEqual([256, 256, 88]);
    expect(figures.get("accuracy")).toBe(0.5);
  });

  it("takes each step at its cadence, in the phase that has begun", async () => {
    const [step] = program.steps;
    const taken: string[] = [];
    const trainer: Trainer = {
      ...recorder(),
      step: (_, at, place) => {
        taken.push(`${at} ${place?.step.name ?? ""} ${place?.phase.frozen.join() ?? ""}`);
        return Promise.resolve({ loss: at, metrics: [[Float64Array.of(1), Float64Array.of(1)]] });
      },
    };
    const unheld = { ...dataset, splits: { ...dataset.splits, validate: counting(0) } };
    const changes: Partial<TrainProgram> = {
      length: { steps: 7 },
      steps: [
        { ...step, name: "rare", every: 3 },
        { ...step, name: "often" },
      ],
      phases: [
        { from: { steps: 0 }, frozen: ["all"] },
        { from: { steps: 2 }, frozen: ["some"] },
        { from: { epochs: 2 }, frozen: [] },
      ],
    };
    await train(trainer, changes, { dataset: unheld });
    expect(taken).toEqual([
      "0 rare all",
      "0 often all",
      "1 often all",
      "2 often some",
      "3 rare some",
      "3 often some",
      "4 often some",
      "5 often some",
      "6 rare ",
      "6 often ",
    ]);
  });

  it("is interrupted after a validation as well, with what a checkpoint keeps, and before the patience counts", async () => {
    const tensors = new Map([["w", { dtype: "f32", shape: [1], data: Float32Array.of(7) } as const]]);
    const trainer: Trainer = { ...recorder(), snapshot: () => Promise.resolve(tensors) };
    const interrupt = async (at: number): Promise<LoopResult> => {
      const controller = new AbortController();
      return train(
        trainer,
        {},
        {
          signal: controller.signal,
          onStep: ({ step }) => (step === at ? controller.abort() : undefined),
        },
      );
    };
    expect(await interrupt(3)).toMatchObject({
      outcome: "interrupted",
      tensors,
      progress: { step: 3 },
      last: { epoch: 1, step: 3 },
    });
    expect(await interrupt(2)).toMatchObject({ outcome: "interrupted", tensors, progress: { step: 2 } });
    expect(Object.keys(await interrupt(2))).not.toContain("last");
  });

  it("stops early, and says which validation was best", async () => {
    const best: number[] = [];
    const monitor = { split: "validate", metric: "loss" } as const;
    const { outcome, progress } = await train(
      recorder([3, 1, 2, 1]),
      { length: { epochs: 100 }, stop: { monitor, patience: 2, mode: "min" }, save: { monitor, mode: "min" } },
      { onEpoch: (_, { step, save }) => void (save?.step === step && best.push(step)) },
    );
    expect(outcome).toBe("stopped early");
    expect(best).toEqual([3, 6]);
    const known = { monitor: "validate.loss", value: 1, step: 6 };
    expect(progress).toEqual({ step: 12, save: known, stop: known, waited: 2 });
  });

  it("is finished where it is interrupted at its last step", async () => {
    const controller = new AbortController();
    const all = await train(
      recorder(),
      {},
      { signal: controller.signal, onStep: ({ step }) => (step === 12 ? controller.abort() : undefined) },
    );
    expect(all).toMatchObject({ outcome: "finished", progress: { step: 12 } });
  });

  it("in parts is what it is in one, wherever it was interrupted", async () => {
    const whole = recorder();
    const straight = await train(whole);
    for (let first = 1; first < 12; first++) {
      const trainer = recorder();
      const controller = new AbortController();
      const part = await train(
        trainer,
        {},
        { signal: controller.signal, onStep: ({ step }) => (step === first ? controller.abort() : undefined) },
      );
      expect(part).toMatchObject({ outcome: "interrupted", progress: { step: first } });
      const rest = await train(trainer, {}, { start: part.progress });
      expect(trainer.steps).toEqual(whole.steps);
      expect([...part.epochs, ...rest.epochs].map((it) => [it.step, [...it.train]])).toEqual(
        straight.epochs.map((it) => [it.step, [...it.train]]),
      );
    }
  });
});
