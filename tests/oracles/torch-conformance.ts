import { createFigureSum, numberIn } from "../../src/runtime/train/figures.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { epochOrder, type Dataset } from "../../src/runtime/data/dataset.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createPredictor } from "../../src/runtime/onnx/predictor.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { encodeCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { fitStatistics } from "../../src/runtime/train/fit-statistics.ts";
import { totalSteps } from "../../src/runtime/train/train-loop.ts";
import { isWeight } from "../../src/ir/ports.ts";
import { rawTensors } from "../../src/runtime/train/trainer.ts";
import { required } from "../../src/support/fault.ts";
import { dataFolder, loadData, loadTraining, specPath, trainerOf } from "../specs/spec-testing.ts";
import { maximumError, normError, printFigures, relativeErrors, type Figure } from "./figures.ts";
import { openGradients } from "./gradients.ts";
import type { TorchPeer } from "./torch-peer.ts";

const steps = 10;
const threads = 2;

/** Errors that are allowed; what they are measured against is said with each figure. */
const bounds = {
  features: 1e-6,
  outputs: 1e-5,
  loss: 1e-5,
  gradients: 1e-4,
  gradientOfTensor: 1e-3,
  losses: 1e-4,
  parameters: 1e-5,
  // Adam divides by its own gradient, so that its first steps show noise; but a decay that is missed would be 2e-3.
  way: 2e-4,
} as const;

/**
 * Where a maximum or a ReLU's sign hangs on the last bit, f32 takes either side: PyTorch's own ten steps of the CNN were
 * 7e-5 of the parameters' norm from its f64, 7e-4 of the way. A wrong epsilon is a tenth of the way.
 */
const boundsWithKinks = { ...bounds, parameters: 5e-4, way: 5e-3 } as const;

/** A spec in the form in which it is compared. */
export interface Comparison {
  readonly title: string;
  readonly spec: string;
  readonly edit?: (text: string) => string;
  /** Whether its function has kinks, so that training may take either side of one. */
  readonly kinks?: boolean;
  /** What PyTorch is told besides: it does not read the spec. */
  readonly request?: Readonly<Record<string, unknown>>;
}

const withoutDropout = (text: string): string => text.replaceAll("dropout: float = 0.1", "dropout: float = 0.0");
const shortSchedule = (text: string): string =>
  text.replace("warmup=100", "warmup=3").replace(/steps: +1000/, `steps: ${String(steps)}`);

export const comparisons: readonly Comparison[] = [
  { title: "linear-regression", spec: "linear-regression" },
  { title: "logistic-regression", spec: "logistic-regression" },
  { title: "mnist-cnn", spec: "mnist-cnn", kinks: true },
  { title: "stacked-lstm", spec: "stacked-lstm" },
  { title: "simple-rnn", spec: "simple-rnn" },
  {
    title: "tiny-gpt without dropout",
    spec: "tiny-gpt",
    edit: withoutDropout,
    request: { dropout: 0, warmup: 100, total: 1000 },
  },
  {
    title: `tiny-gpt with dropout, its schedule within ${String(steps)} steps`,
    spec: "tiny-gpt",
    edit: shortSchedule,
    request: { dropout: 0.1, warmup: 3, total: steps },
  },
];

/** The real data where they lie beside the repository. Text may be any; the specs' own data else. */
export function dataOverride(spec: string): string | undefined {
  if (spec === "mnist-cnn") return dataFolder("mnist");
  if (spec !== "tiny-gpt") return undefined;
  const folder = dataFolder("tinyshakespeare");
  return folder === undefined ? "specs/data/plane.csv" : `${folder}/input.txt`;
}

/** Raw batches in the order of the first epoch, as `modelc train` takes them. */
export function rawBatch(
  program: TrainProgram,
  dataset: Dataset,
  step: number,
): ReturnType<Dataset["splits"]["train"]["gather"]> {
  const { train } = dataset.splits;
  const perEpoch = Math.ceil(train.count / program.batch);
  const epoch = Math.floor(step / perEpoch);
  const from = (step % perEpoch) * program.batch;
  return train.gather(epochOrder(train.count, program.seed, epoch).subarray(from, from + program.batch), epoch);
}

const prefixed = (prefix: string, tensors: Tensors): [string, Tensor][] =>
  [...tensors].map(([name, tensor]) => [`${prefix}${name}`, tensor]);

/** Compares one spec with PyTorch; prints a table; returns how many figures are above their bounds. */
export async function compareWithTorch(
  peer: TorchPeer,
  { title, spec, edit, kinks, request }: Comparison,
): Promise<number> {
  const path = specPath(spec);
  const program = loadTraining(path, (text) => (edit?.(text) ?? text).replace(/^ {2}seed: +\d+/m, "  seed: 42"));
  const dataset = await loadData(program, path, dataOverride(spec));
  const total = totalSteps(program, dataset.splits.train.count);
  const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: total, threads }));
  await trainer.restore(await fitStatistics(program, dataset.splits.train));
  const weights = new Map([...(await trainer.snapshot())].filter(([name]) => isWeight(name)));
  console.log(`\n${title}: ${String(program.batch)} examples a batch, from ${dataset.from}`);

  // What modelc computes.
  const raw = await Promise.all(Array.from({ length: steps }, (_, step) => rawBatch(program, dataset, step)));
  const features = await trainer.prepare(required(raw[0], "a batch"));
  const predictor = await createPredictor(program.model, weights, { threads, precision: program.precision });
  if (!predictor.ok) throw new Error(predictor.error);
  const [modelInput = ""] = required(program.model.functions.get(program.model.entry), "the model").inputNames;
  const outputs = await predictor.value.run(new Map([[modelInput, required(features.get(modelInput), modelInput)]]));
  if (!outputs.ok) throw new Error(outputs.error);
  const evaluated = await trainer.evaluate(features);
  const gradient = await openGradients(program, threads);
  const { loss, gradients } = await gradient.run(weights, features);
  const losses: number[] = [];
  for (const [step, batch] of raw.entries()) losses.push((await trainer.step(await trainer.prepare(batch), step)).loss);
  const after = await trainer.snapshot();
  await Promise.all([trainer.dispose(), gradient.dispose(), predictor.value.dispose()]);

  // What PyTorch computes.
  const fitted = program.data.preparation.statistics.length > 0;
  const everything = Int32Array.from({ length: dataset.splits.train.count }, (_, i) => i);
  const batches = new Map([
    // What statistics are fitted on, so that PyTorch fits its own.
    ...(fitted ? prefixed("train/", rawTensors(await dataset.splits.train.gather(everything))) : []),
    ...raw.flatMap((batch, step) => prefixed(`step/${String(step)}/`, rawTensors(batch))),
  ]);
  const answer = peer.compute(
    { spec, steps, seed: program.seed, ...request },
    encodeCheckpoint({ tensors: weights, perms: trainer.perms }),
    batches,
  );
  const theirs = (name: string): Float64Array => toNumbers(required(answer.get(name), name));
  const compare = (
    name: string,
    key: string,
    ours: Float64Array,
    bound: number,
    measure: (expected: Float64Array, actual: Float64Array) => number,
  ): Figure => {
    const [single, double] = [theirs(`f32/${key}`), theirs(`f64/${key}`)];
    return { name, error: measure(single, ours), bound, noise: measure(double, single) };
  };

  const metric = required(program.metrics[0], "a metric");
  const sum = createFigureSum(program);
  sum.add(evaluated, 1);
  const measured = numberIn(sum.figures(), metric.name);
  const paths = [...gradients.keys()];
  const joined = (of: (path: string) => Float64Array): Float64Array =>
    Float64Array.from(paths.flatMap((it) => [...of(it)]));
  const ours = (tensors: Tensors) => (it: string) => toNumbers(required(tensors.get(it), it));
  const joinedGradients = (type: string): Float64Array => joined((it) => theirs(`${type}/grad/${it}`));
  const [single, double] = [joinedGradients("f32"), joinedGradients("f64")];
  const before = joined(ours(weights));
  const moved = (end: Float64Array): Float64Array => end.map((it, i) => it - (before[i] ?? 0));
  const [end, singleEnd, doubleEnd] = [
    joined(ours(after)),
    joined((it) => theirs(`f32/after/${it}`)),
    joined((it) => theirs(`f64/after/${it}`)),
  ];

  const limits = kinks === true ? boundsWithKinks : bounds;
  const ended = (name: string, bound: number, scale: (end: Float64Array) => Float64Array): Figure => {
    const noise = normError(doubleEnd, singleEnd, scale(doubleEnd));
    return { name, error: normError(singleEnd, end, scale(singleEnd)), bound, noise };
  };

  const figures: Figure[] = [
    ...[...features].map(([name, tensor]): Figure => ({
      name: `feature ${name}, of its maximum`,
      error: maximumError(theirs(`feature/${name}`), toNumbers(tensor)),
      bound: bounds.features,
    })),
    ...[...outputs.value].map(([name, tensor]) =>
      compare(`output ${name}, of its maximum`, `output/${name}`, toNumbers(tensor), bounds.outputs, maximumError),
    ),
    compare(
      "loss in inference",
      "evaluated",
      Float64Array.from(evaluated.losses, (it) => it ?? NaN),
      bounds.loss,
      relativeErrors,
    ),
    compare(`metric ${metric.name}`, "metric", Float64Array.of(measured), bounds.loss, relativeErrors),
    {
      name: "loss in training",
      error: relativeErrors(theirs("f32/losses").slice(0, 1), Float64Array.of(loss)),
      bound: bounds.loss,
      noise: relativeErrors(theirs("f64/losses").slice(0, 1), theirs("f32/losses").slice(0, 1)),
    },
    {
      name: "all gradients, of their norm",
      error: normError(single, joined(ours(gradients))),
      bound: bounds.gradients,
      noise: normError(double, single),
    },
    ...paths.map((it) =>
      compare(`  of ${it}`, `grad/${it}`, ours(gradients)(it), bounds.gradientOfTensor, (a, b) => normError(a, b)),
    ),
    compare(
      `losses of ${String(steps)} steps, the worst`,
      "losses",
      Float64Array.from(losses),
      bounds.losses,
      relativeErrors,
    ),
    ended(`parameters after ${String(steps)} steps, of their norm`, limits.parameters, (it) => it),
    ended("  of the way that they went", limits.way, moved),
  ];
  console.log(
    `  loss ${(losses[0] ?? NaN).toFixed(5)} to ${(losses.at(-1) ?? NaN).toFixed(5)}, ${metric.name} ${measured.toFixed(4)}`,
  );
  return printFigures(figures);
}
