import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { fitStatistics } from "../../src/runtime/train/fit-statistics.ts";
import { totalSteps } from "../../src/runtime/train/train-loop.ts";
import { isWeight } from "../../src/runtime/train/trainer.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import { loadData, loadTraining, specPath, trainerOf, weightVector } from "../specs/spec-testing.ts";
import { normError, printFigures, type Figure } from "./figures.ts";
import { openGradients } from "./gradients.ts";
import { dataOverride, rawBatch } from "./torch-conformance.ts";

const steps = 200;
const every = 20;
const last = 50;
const threads = 2;

/** One step of plain descent at rate 1 takes the gradient off the parameters: what generated code returns shows it. */
const plainDescent = (text: string): string => text.replace(/optimizer:.*/, "optimizer: sgd(lr=1)");

const weightsOf = (snapshot: Tensors): Tensors => new Map([...snapshot].filter(([name]) => isWeight(name)));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * Trains `mnist-cnn` on ONNX Runtime and on TensorFlow.js's wasm from the same weights and batches, each on its own.
 * Every twentieth step is also computed by both from the parameters that ONNX Runtime has by then. Returns how many
 * figures are above their bounds.
 */
export async function compareTargets(): Promise<number> {
  const path = specPath("mnist-cnn");
  const program = loadTraining(path);
  const dataset = loadData(program, path, dataOverride("mnist-cnn"));
  const options = { totalSteps: totalSteps(program, dataset.splits.train.count) };
  const onnx = trainerOf(await createOnnxTrainer(program, { ...options, threads }));
  const tfjs = trainerOf(await createTfjsTrainer(program, { ...options, backend: "wasm" }));
  const probe = trainerOf(await createTfjsTrainer(loadTraining(path, plainDescent), { ...options, backend: "wasm" }));
  const gradient = await openGradients(program, threads);
  const statistics = fitStatistics(program, dataset.splits.train);
  for (const it of [onnx, tfjs, probe]) await it.restore(statistics);
  const initial = weightsOf(await onnx.snapshot());
  const theirInitial = weightVector(await tfjs.snapshot());
  await tfjs.restore(initial);
  console.log(
    `\nmnist-cnn, ${String(steps)} steps on ${onnx.description} and on ${tfjs.description}, from ${dataset.from}`,
  );

  const figures: Figure[] = [
    { name: "initial weights, of their norm", error: normError(weightVector(initial), theirInitial), bound: 1e-5 },
  ];
  const losses: { readonly onnx: number; readonly tfjs: number }[] = [];
  for (let step = 0; step < steps; step++) {
    const raw = rawBatch(program, dataset, step);
    const [features, theirFeatures] = [await onnx.prepare(raw), await tfjs.prepare(raw)];
    if (step % every === 0) {
      const weights = weightsOf(await onnx.snapshot());
      const before = weightVector(weights);
      const ours = await gradient.run(weights, features);
      await probe.restore(weights);
      const theirs = await probe.step(theirFeatures, step);
      const after = weightVector(await probe.snapshot());
      const scale = Math.max(1, Math.abs(ours.loss));
      figures.push(
        { name: `step ${String(step)}: loss`, error: Math.abs(ours.loss - theirs.loss) / scale, bound: 1e-5 },
        {
          name: `step ${String(step)}: gradients, of their norm`,
          error: normError(
            weightVector(ours.gradients),
            before.map((it, i) => it - (after[i] ?? NaN)),
          ),
          bound: 1e-4,
        },
      );
    }
    losses.push({ onnx: (await onnx.step(features, step)).loss, tfjs: (await tfjs.step(theirFeatures, step)).loss });
    if ((step + 1) % 50 === 0) console.log(`  ${String(step + 1)} steps`);
  }
  const ends = losses.slice(-last);
  const [ours, theirs] = [mean(ends.map((it) => it.onnx)), mean(ends.map((it) => it.tfjs))];
  console.log(`  mean loss of the last ${String(last)} steps: ${ours.toFixed(5)} and ${theirs.toFixed(5)}`);
  figures.push({
    name: `mean loss of the last ${String(last)} steps`,
    error: Math.abs(ours - theirs) / ours,
    bound: 0.05,
  });
  await Promise.all([onnx, tfjs, probe, gradient].map((it) => it.dispose()));
  return printFigures(figures);
}
