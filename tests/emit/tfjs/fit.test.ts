import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { epochOrder } from "../../../src/runtime/data/dataset.ts";
import { shuffledRows } from "../../../src/emit/tfjs/prelude/fit.ts";
import { createDraw } from "../../ops/sample-graphs.ts";
import { useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import { unitOf } from "./spec-unit.ts";

interface Figures {
  readonly loss: number;
  readonly mean_absolute_error: number;
}

interface Report {
  readonly epoch: number;
  readonly step: number;
  readonly train: Figures;
  readonly validation?: Figures;
}

interface Model {
  step: number;
}

interface Options {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly validation?: Batch | number;
  readonly onBatchEnd?: (report: { readonly step: number; readonly steps: number }) => void;
  readonly onEpochEnd?: (report: Report) => void;
  readonly shouldStop?: () => boolean;
}

interface Batch extends Record<string, tf.Tensor> {
  readonly x: tf.Tensor;
  readonly target: tf.Tensor;
}

interface Emitted {
  readonly create: (seed?: number) => Model;
  readonly fit: (model: Model, data: Batch, options?: Options) => Promise<Report[]>;
  readonly trainStep: (model: Model, batch: Batch) => Promise<Figures>;
  readonly gradients: (model: Model, batch: Batch) => object;
  readonly evaluate: (model: Model, data: Batch, batchSize?: number) => Promise<Figures>;
  readonly predict: (model: Model, inputs: { readonly x: tf.Tensor }) => { readonly y: tf.Tensor };
  readonly save: (model: Model) => Promise<Uint8Array>;
  readonly load: (bytes: Uint8Array) => Model;
}

const spec = (rate: string, stop = ""): string => `
model Plane: (x: f32[B, 3]) -> y: f32[B, 1] where B <= 1000, "at most a thousand rows" { x -> Dense(1) }
data Drawn {
  source: csv("plane.csv")
  split:  train 0.8, validate 0.2, seed 7
  x:      f32[3] = stack(raw.x1, raw.x2, raw.x3, axis=-1)
  target: f32[1] = stack(raw.y, axis=-1)
}
train Plane on Drawn {
  loss:      mse(y, target)
  metrics:   mean_absolute_error(y, target)
  optimizer: adam(lr=${rate})
  epochs:    4
  batch:     8
  seed:      3
  ${stop}
}
`;

async function emitted(name: string, text: string): Promise<Emitted> {
  const { module, train } = unitOf(text);
  if (train === undefined) throw new Error("nothing to train");
  return importEmitted<Emitted>(name, await emitTfjs({ module, train, name: "Plane" }));
}

/** Rows on a plane. */
function plane(count: number): Batch {
  const draw = createDraw(9);
  const rows = Array.from({ length: count }, () => [draw(), draw(), draw()]);
  return {
    x: tf.tensor2d(rows),
    target: tf.tensor2d(rows.map(([a = 0, b = 0, c = 0]) => [3 * a - 2 * b + c / 2 + 1])),
  };
}

describe("fit", () => {
  let module: Emitted;

  beforeAll(async () => {
    await useBackend("cpu");
    module = await emitted("fit", spec("0.05"));
  });

  it("trains for the length of the spec, reports every step and pass, and leaks nothing", async () => {
    const data = plane(50);
    const model = module.create();
    // The optimizer's memory is made when it is first asked for.
    await module.save(model);
    const before = tf.memory().numTensors;
    const steps: number[] = [];
    const passes: number[] = [];
    const reports = await module.fit(model, data, {
      onBatchEnd: ({ step }) => steps.push(step),
      onEpochEnd: ({ epoch }) => passes.push(epoch),
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(steps).toEqual(Array.from({ length: 28 }, (_, i) => i + 1));
    expect(passes).toEqual([1, 2, 3, 4]);
    expect(model.step).toBe(28);
    expect(reports.at(-1)?.train.loss).toBeLessThan(reports[0]?.train.loss ?? 0);
    // The length is reached: nothing is left to do.
    expect(await module.fit(model, data)).toEqual([]);
  });

  it("holds out a share of the examples, or watches others", async () => {
    const data = plane(50);
    const share = await module.fit(module.create(), data, { epochs: 1, validation: 0.2 });
    const held = { x: tf.slice(data.x, [40, 0], [10, 3]), target: tf.slice(data.target, [40, 0], [10, 1]) };
    const rest = { x: tf.slice(data.x, [0, 0], [40, 3]), target: tf.slice(data.target, [0, 0], [40, 1]) };
    const apart = await module.fit(module.create(), rest, { epochs: 1, validation: held });
    expect(share).toEqual(apart);
    expect(share[0]?.step).toBe(5);
    expect(share[0]?.validation?.loss).toBeGreaterThan(0);
  });

  it("gives the same model for the same seed, and goes on from a checkpoint between any two steps", async () => {
    const data = plane(50);
    const whole = module.create();
    await module.fit(whole, data);
    let stopped = false;
    const first = module.create();
    await module.fit(first, data, {
      onBatchEnd: ({ step }) => {
        stopped = step === 10;
      },
      shouldStop: () => stopped,
    });
    expect(first.step).toBe(10);
    const second = module.load(await module.save(first));
    await module.fit(second, data);
    expect(await module.save(second)).toEqual(await module.save(whole));
  });

  it("draws the order that the command line draws", () => {
    expect(shuffledRows(40, 12345678901, 3)).toEqual(epochOrder(40, 12345678901, 3));
  });

  it("stops early as the spec says", async () => {
    // A rate so small that no weight moves: the held examples are judged alike after every pass.
    const still = await emitted("fit-stop", spec("1e-12", "stop: early(validate.loss, patience=2)"));
    const reports = await still.fit(still.create(), plane(50), { epochs: 10, validation: 0.2 });
    expect(reports.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  });

  it("stops at a step whose loss is no number, says which, and leaves the model as it was", async () => {
    const data = plane(50);
    const model = module.create();
    await module.fit(model, data, { epochs: 1 });
    const before = await module.save(model);
    const spoilt = {
      x: data.x,
      target: tf.where(tf.less(tf.range(0, 50), 49).reshape([50, 1]), data.target, Infinity),
    };
    const tensors = tf.memory().numTensors;
    await expect(module.trainStep(model, spoilt)).rejects.toThrow(
      "the loss of step 8 is Infinity: the model is as it was before it. A lower learning rate, or clip, may help.",
    );
    expect(await module.save(model)).toEqual(before);
    // Within a pass that begins well, the example that spoils it ends it.
    const losses: number[] = [];
    await expect(
      module.fit(model, spoilt, { epochs: 1, onBatchEnd: ({ step }) => void losses.push(step) }),
    ).rejects.toThrow(/^the loss of step \d+ is Infinity/);
    expect(model.step).toBe(7 + losses.length);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it("evaluates whatever the size of the batches", async () => {
    const data = plane(50);
    const model = module.create();
    const whole = await module.evaluate(model, data);
    const parts = await module.evaluate(model, data, 7);
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    expect(parts.mean_absolute_error).toBeCloseTo(whole.mean_absolute_error, 5);
  });

  it("says what is wrong with inputs", () => {
    const model = module.create();
    expect(() => module.predict(model, { x: tf.zeros([2, 4]) })).toThrow("x has shape [2, 4], not [B, 3]");
    expect(() => module.predict(model, { x: tf.zeros([2]) })).toThrow("x has shape [2], not [B, 3]");
    expect(() => module.predict(model, { x: tf.zeros([1001, 3]) })).toThrow("at most a thousand rows");
    const data = { x: tf.zeros([4, 3]), target: tf.zeros([5, 1]) };
    expect(() => module.fit(model, data)).toThrow("target has shape [5, 1], not [B = 4, 1]");
    expect(() => module.gradients(model, data)).toThrow("target has shape [5, 1], not [B = 4, 1]");
    const whole = { x: tf.zeros([4, 3], "int32"), target: tf.zeros([4, 1]) };
    expect(() => module.gradients(model, whole)).toThrow("x holds int32, not float32");
  });

  it("refuses a batch of a step before anything has changed", async () => {
    const model = module.create();
    const before = await module.save(model);
    const { numTensors } = tf.memory();
    const data = { x: tf.zeros([4, 3]), target: tf.zeros([5, 1]) };
    await expect(module.trainStep(model, data)).rejects.toThrow("target has shape [5, 1], not [B = 4, 1]");
    tf.dispose(data);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(await module.save(model)).toEqual(before);
  });

  it("says what is wrong with a checkpoint", async () => {
    const bytes = await module.save(module.create());
    expect(() => module.load(new Uint8Array([1, 2, 3]))).toThrow("no .safetensors file");
    expect(() => module.load(bytes.subarray(0, bytes.length - 4))).toThrow("truncated");
    const other = await emitted("fit-other", spec("0.05").replace("Dense(1)", "hidden: Dense(2) -> Dense(1)"));
    expect(() => other.load(bytes)).toThrow("hidden.kernel");
  });
});
