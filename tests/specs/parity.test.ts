import { afterAll, describe, expect, it } from "vitest";
import type { TrainProgram } from "../../src/ir/program.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { fitStatistics } from "../../src/runtime/train/fit-statistics.ts";
import { epochOrder } from "../../src/runtime/data/dataset.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import {
  dataFolder,
  loadData,
  loadTraining,
  relativeNorm,
  specNames,
  specPath,
  trainerOf,
  weightVector,
} from "./spec-testing.ts";

/**
 * The same spec on ONNX Runtime and on TensorFlow.js. One step of plain gradient descent at rate 1 takes the gradient
 * off the parameters, so that both runtimes show their gradients in what they return.
 */
const plainDescent = (text: string): string =>
  text
    .replace(/optimizer:.*/, "optimizer: sgd(lr=1)")
    .replace(/ +clip:.*\n/, "")
    .replace(/ +group .*\n/g, "");

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

async function bothTrainers(program: TrainProgram, backend: "cpu" | "wasm") {
  const options = { totalSteps: 100 };
  const onnx = trainerOf(await createOnnxTrainer(program, { ...options, threads: 2 }));
  const tfjs = trainerOf(await createTfjsTrainer(program, { ...options, backend }));
  opened.push(onnx, tfjs);
  return { onnx, tfjs };
}

const textFolder = dataFolder("tinyshakespeare");

/** Text comes from the repository itself where the real one is absent: characters beyond the vocabulary are none. */
const overrideFor = (name: string): string | undefined =>
  name === "tiny-gpt" ? (textFolder === undefined ? "specs/data/plane.csv" : `${textFolder}/input.txt`) : undefined;

describe.each(specNames)("%s on both targets", async (name) => {
  const path = specPath(name);
  // Few sequences and a small batch: TensorFlow.js takes seconds for a step of the larger specs.
  const program = loadTraining(path, (text) => plainDescent(text).replace(/count=\d+/, "count=200"));
  const dataset = await loadData(program, path, overrideFor(name));
  const statistics = await fitStatistics(program, dataset.splits.train);
  const batchOf = async (step: number) =>
    dataset.splits.train.gather(
      epochOrder(dataset.splits.train.count, program.seed, 0).subarray(8 * step, 8 * step + 8),
    );

  it("starts from the same weights and agrees in loss, metrics and gradients", async () => {
    const { onnx, tfjs } = await bothTrainers(program, "wasm");
    await onnx.restore(statistics);
    await tfjs.restore(statistics);
    const weights: Tensors = await onnx.snapshot();
    const before = weightVector(weights);
    expect(relativeNorm(before, weightVector(await tfjs.snapshot()))).toBeLessThan(1e-5);
    await tfjs.restore(weights);
    const raw = await batchOf(0);
    const [features, theirFeatures] = [await onnx.prepare(raw), await tfjs.prepare(raw)];

    const evaluated = await onnx.evaluate(features);
    const theirs = await tfjs.evaluate(theirFeatures);
    const [ourLoss = NaN, theirLoss = NaN] = [evaluated.losses[0], theirs.losses[0]];
    expect(Math.abs(ourLoss - theirLoss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(ourLoss)));
    expect(theirs.metrics.map(([, count]) => count)).toEqual(evaluated.metrics.map(([, count]) => count));

    const step = await onnx.step(features, 3);
    const theirStep = await tfjs.step(theirFeatures, 3);
    expect(Math.abs(step.loss - theirStep.loss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(step.loss)));
    const gradient = weightVector(await onnx.snapshot()).map((it, i) => (before[i] ?? 0) - it);
    const theirGradient = weightVector(await tfjs.snapshot()).map((it, i) => (before[i] ?? 0) - it);
    expect(relativeNorm(gradient, theirGradient)).toBeLessThan(1e-4);
  });
});
