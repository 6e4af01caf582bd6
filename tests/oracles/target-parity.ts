import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { fitStatistics } from "../../src/runtime/train/fit-statistics.ts";
import { totalSteps } from "../../src/runtime/train/train-loop.ts";
import { isWeight } from "../../src/ir/ports.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import { loadData, loadTraining, specPath, trainerOf, weightVector } from "../specs/spec-testing.ts";
import { norm, normError, printFigures, type Figure } from "./figures.ts";
import { openGradients, type Gradients } from "./gradients.ts";
import { dataOverride, rawBatch } from "./torch-conformance.ts";

const steps = 200;
const every = 20;
const last = 50;
const threads = 2;

/** One step of plain descent at rate 1 takes the gradient off the parameters: what generated code returns shows it. */
const plainDescent = (text: string): string => text.replace(/optimizer:.*/, "optimizer: sgd(lr=1)");

/**
 * Where two maxima of a window, or a ReLU and 0, are apart by less than what f32 rounds, each side of the kink is right: the
 * gradient of one example then differs as a whole, where a fault would show in all. So a gradient that is beyond the
 * limit is judged again without the examples that differ most.
 */
const limit = 1e-4;
const limitAtKinks = 1e-2;
const examplesAtKinks = 2;

const weightsOf = (snapshot: Tensors): Tensors => new Map([...snapshot].filter(([name]) => isWeight(name)));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** What both targets make of one batch from the same parameters. */
interface Step {
  readonly weights: Tensors;
  readonly features: Tensors;
  readonly theirFeatures: Tensors;
  readonly gradient: Gradients;
  /** Descends plainly at rate 1. */
  readonly probe: Trainer;
}

/** Loss and gradients of both targets, and the gradients' difference. */
async function computeStep({ weights, features, theirFeatures, gradient, probe }: Step) {
  const ours = await gradient.run(weights, features);
  const own = weightVector(ours.gradients);
  await probe.restore(weights);
  const theirs = await probe.step(theirFeatures, 0);
  const [before, after] = [weightVector(weights), weightVector(await probe.snapshot())];
  const difference = own.map((it, i) => it - ((before[i] ?? NaN) - (after[i] ?? NaN)));
  return { loss: ours.loss, theirLoss: theirs.loss, own, difference };
}

/** One example of a batch, as a batch of its own. */
const exampleOf = (features: Tensors, index: number): Tensors =>
  new Map(
    [...features].map(([name, { dtype, shape, data }]) => {
      const size = data.length / (shape[0] ?? 1);
      return [name, { dtype, shape: [1, ...shape.slice(1)], data: data.slice(index * size, (index + 1) * size) }];
    }),
  );

async function compareStep(name: string, step: Step): Promise<readonly Figure[]> {
  const { loss, theirLoss, own, difference } = await computeStep(step);
  const error = norm(difference) / norm(own);
  const lossError = Math.abs(loss - theirLoss) / Math.max(1, Math.abs(loss));
  const figures: Figure[] = [{ name: `${name}: loss`, error: lossError, bound: 1e-5 }];
  if (error <= limit) return [...figures, { name: `${name}: gradients, of their norm`, error, bound: limit }];

  const [count = 0] = step.features.values().next().value?.shape ?? [];
  const differences: Float64Array[] = [];
  for (let index = 0; index < count; index++) {
    const features = exampleOf(step.features, index);
    const theirFeatures = exampleOf(step.theirFeatures, index);
    differences.push((await computeStep({ ...step, features, theirFeatures })).difference);
  }
  differences.sort((a, b) => norm(b) - norm(a));
  const rest = own.map(
    (_, i) => differences.slice(examplesAtKinks).reduce((sum, it) => sum + (it[i] ?? NaN), 0) / count,
  );
  return [
    ...figures,
    { name: `${name}: gradients, of their norm, at a kink`, error, bound: limitAtKinks },
    {
      name: `  without the ${String(examplesAtKinks)} of ${String(count)} examples that differ most`,
      error: norm(rest) / norm(own),
      bound: limit,
    },
  ];
}

/**
 * Trains `mnist-cnn` on ONNX Runtime and on TensorFlow.js's wasm from the same weights and batches, each on its own.
 * Every twentieth step is also computed by both from the parameters that ONNX Runtime has by then. Returns how many
 * figures are above their bounds.
 */
export async function compareTargets(): Promise<number> {
  const path = specPath("mnist-cnn");
  const program = loadTraining(path);
  const dataset = await loadData(program, path, dataOverride("mnist-cnn"));
  const options = { totalSteps: totalSteps(program, dataset.splits.train.count) };
  const onnx = trainerOf(await createOnnxTrainer(program, { ...options, threads }));
  const tfjs = trainerOf(await createTfjsTrainer(program, { ...options, backend: "wasm" }));
  const probe = trainerOf(await createTfjsTrainer(loadTraining(path, plainDescent), { ...options, backend: "wasm" }));
  const gradient = await openGradients(program, threads);
  const statistics = await fitStatistics(program, dataset.splits.train);
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
    const raw = await rawBatch(program, dataset, step);
    const [features, theirFeatures] = [await onnx.prepare(raw), await tfjs.prepare(raw)];
    if (step % every === 0) {
      const weights = weightsOf(await onnx.snapshot());
      figures.push(
        ...(await compareStep(`step ${String(step)}`, { weights, features, theirFeatures, gradient, probe })),
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
