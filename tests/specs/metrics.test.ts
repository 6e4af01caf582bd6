import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { Tensor as RuntimeTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildEvaluationGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { buildOnnx } from "../../src/emit/onnx/build-onnx.ts";
import { emitTfjs } from "../../src/emit/tfjs/emit-tfjs.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { createFigureSum, fitsProgram, type FigureSum, type Figure } from "../../src/runtime/train/figures.ts";
import { parseProgress } from "../../src/runtime/train/parse-progress.ts";
import type { BatchResult, Trainer } from "../../src/runtime/train/trainer.ts";
import { required } from "../../src/support/fault.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { importEmitted } from "../emit/tfjs/load-emitted.ts";
import { aucBins, ownMetrics } from "./metric-programs.ts";
import { distanceOf } from "../std/figure-distance.ts";
import { trainingOf, trainerOf } from "./spec-testing.ts";

const source = (metrics: string): string => `${ownMetrics}
model Net: (x: f32[B, 3]) -> (logit: f32[B, 1], guess: f32[B, 1]) {
  h = x -> Dense(8) -> tanh
  (h -> Dense(1), h -> Dense(1))
}
data Points {
  source: csv("points.csv")
  split:  train 0.8, validate 0.2
  x:      f32[3] = stack(raw.a, raw.b, raw.c, axis=-1)
  real:   f32[1] = stack(raw.real, axis=-1)
  target: f32[1] = stack(raw.target, axis=-1)
}
train Net on Points {
  loss:      mse(guess, target) + binary_cross_entropy(logit, real)
  optimizer: momentum(lr=0.1)
  metrics:   ${metrics}
  validate:  every 5 steps
  batch:     16
  seed:      3
}
`;
const written = trainingOf(source("binary_accuracy(logit, real)"));
const program = trainingOf(
  source(
    "binary_accuracy(logit, real), my_f1(logit, real), binned_auc(logit, real), my_r2(guess, target), spread(guess, target), pairs(logit, real), rates(logit, real)",
  ),
);

const count = 101;
/** Sizes that divide the examples unevenly, and all of them at once. */
const uneven = [1, 7, 32, 61];

/** A feature of all examples, row by row. */
const draw =
  (seed: number) =>
  (i: number): number => {
    const x = Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 43758.5453;
    return Math.fround(2 * (x - Math.floor(x)) - 1);
  };
const x = Float32Array.from({ length: 3 * count }, (_, i) => draw(1)(i));
const features: Readonly<Record<string, { readonly width: number; readonly data: Float32Array }>> = {
  x: { width: 3, data: x },
  real: {
    width: 1,
    data: Float32Array.from({ length: count }, (_, i) => ((x[3 * i] ?? 0) + draw(2)(i) > 0.2 ? 1 : 0)),
  },
  target: { width: 1, data: Float32Array.from({ length: count }, (_, i) => 0.3 + (x[3 * i + 1] ?? 0) + draw(3)(i)) },
};

/** Consecutive examples, in batches of some sizes. */
function batchesOf(sizes: readonly number[]): readonly (readonly [from: number, size: number])[] {
  let from = 0;
  return sizes.map((size) => [(from += size) - size, size] as const);
}

function batch(from: number, size: number): Tensors {
  return new Map(
    Object.entries(features).map(([name, { width, data }]): [string, Tensor] => [
      name,
      { dtype: "f32", shape: [size, width], data: data.slice(from * width, (from + size) * width) },
    ]),
  );
}

/** The figures of all examples at once as their definitions have them, of what the network gives in double precision. */
function byDefinition(weights: Tensors): Readonly<Record<string, Figure>> {
  const graph = buildEvaluationGraph(program, referenceTarget);
  const all = batch(0, count);
  const inputs = graph.inputs.map(({ name, path, value }): [string, NdArray] => {
    const tensor = required(path === undefined ? all.get(name.replace("batch/", "")) : weights.get(path), name);
    return [name, { dtype: value.type.dtype, shape: tensor.shape, data: toNumbers(tensor) }];
  });
  const made = interpretGraph(graph, new Map(inputs));
  const numbers = (name: string): readonly number[] => Array.from(required(made.get(`output/${name}`), name).data);
  const truths = Array.from(features["real"]?.data ?? [], (it) => it === 1);
  const found = numbers("logit").map((it) => it > 0);
  const times = (is: (found: boolean, real: boolean) => boolean): number =>
    found.filter((it, i) => is(it, truths[i] === true)).length;
  const [right, wrong, missed] = [times((a, b) => a && b), times((a, b) => a && !b), times((a, b) => !a && b)];
  const [precision, recall] = [right / (right + wrong), right / (right + missed)];

  const bins = numbers("logit").map((it) => Math.min(aucBins - 1, Math.floor(aucBins / (1 + Math.exp(-it)))));
  const [trueBins, falseBins] = [true, false].map((side) => bins.filter((_, i) => truths[i] === side));
  const won = (trueBins ?? []).flatMap((a) => (falseBins ?? []).map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));

  const targets = Array.from(features["target"]?.data ?? []);
  const mean = targets.reduce((a, b) => a + b, 0) / count;
  const squares = (of: (target: number, i: number) => number): number =>
    targets.reduce((sum, it, i) => sum + of(it, i) ** 2, 0);
  const guesses = numbers("guess");
  const errors = guesses.map((it, i) => it - (targets[i] ?? NaN));
  return {
    binary_accuracy: times((a, b) => a === b) / count,
    my_f1: (2 * precision * recall) / (precision + recall),
    binned_auc: won.reduce<number>((a, b) => a + b, 0) / won.length,
    my_r2: 1 - squares((it, i) => it - (guesses[i] ?? NaN)) / squares((it) => it - mean),
    spread: Math.max(...errors) - Math.min(...errors),
    pairs: [
      [count - right - wrong - missed, wrong],
      [missed, right],
    ],
    rates: [wrong / (count - right - missed), recall],
  };
}

/** That figures are those of the definitions: exactly where they are made of counts, to 1e-6 where of sums. */
function expectFigures(found: Readonly<Record<string, Figure>>, expected: Readonly<Record<string, Figure>>): void {
  expect(Object.keys(found).filter((it) => it !== "loss")).toEqual(Object.keys(expected));
  for (const [name, figure] of Object.entries(expected)) {
    expect(distanceOf(required(found[name], name), figure), name).toBeLessThan(
      ["my_r2", "spread"].includes(name) ? 1e-6 : 1e-12,
    );
  }
}

async function evaluated(trainer: Trainer, sizes: readonly number[]): Promise<FigureSum> {
  const sum = createFigureSum(program);
  for (const [from, size] of batchesOf(sizes)) sum.add(await trainer.evaluate(batch(from, size)), size);
  return sum;
}

interface Emitted {
  readonly create: () => object;
  readonly load: (bytes: Uint8Array) => object;
  readonly save: (model: object) => Promise<Uint8Array>;
  readonly evaluate: (
    model: object,
    data: Record<string, tf.Tensor>,
    batchSize?: number,
  ) => Promise<Record<string, number>>;
  readonly fit: (
    model: object,
    data: Record<string, tf.Tensor>,
    options: object,
  ) => Promise<readonly { readonly step: number; readonly train: Record<string, number> }[]>;
}

describe("metrics of a person over uneven batches are those of all examples", () => {
  let onnx: Trainer;
  let tfjs: Trainer;
  let emitted: Emitted;
  let weights: Tensors;
  let expected: Readonly<Record<string, Figure>>;
  const folder = mkdtempSync(join(tmpdir(), "modelc-metrics-"));

  beforeAll(async () => {
    await useBackend("cpu");
    onnx = trainerOf(await createOnnxTrainer(program, { totalSteps: 100, threads: 1 }));
    tfjs = trainerOf(await createTfjsTrainer(program, { totalSteps: 100, backend: "cpu" }));
    emitted = await importEmitted<Emitted>(
      "metrics",
      await emitTfjs({ name: "Net", module: program.model, train: program }),
    );
    weights = await onnx.snapshot();
    await tfjs.restore(weights);
    expected = byDefinition(weights);
  }, 120_000);

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await Promise.all([onnx.dispose(), tfjs.dispose()]);
  });

  const tensors = (): Record<string, tf.Tensor> =>
    Object.fromEntries(
      Object.entries(features).map(([name, { width, data }]) => [name, tf.tensor2d(data, [count, width])]),
    );

  it("says something: no figure is trivial", () => {
    for (const figure of Object.values(expected)) expect([0, 0.5, 1]).not.toContain(figure);
  });

  it.each([[uneven], [[count]]])("on both runtimes, in batches of %j", async (sizes) => {
    for (const trainer of [onnx, tfjs]) {
      expectFigures(Object.fromEntries((await evaluated(trainer, sizes)).figures()), expected);
    }
  });

  it("by the interpreter of modelc, bit by bit as if a checkpoint had not been between", async () => {
    const whole = await evaluated(onnx, uneven);
    const results: BatchResult[] = [];
    for (const [from, size] of batchesOf(uneven)) results.push(await onnx.evaluate(batch(from, size)));
    const first = createFigureSum(program);
    results.slice(0, 2).forEach((it, i) => first.add(it, required(uneven[i], "size")));
    const stored: unknown = JSON.parse(JSON.stringify({ step: 2, figures: first.state() }));
    const read = parseProgress(stored);
    const figures = required(read.ok ? read.value.figures : undefined, "figures");
    expect(fitsProgram(figures, program)).toBe(true);
    expect(fitsProgram(figures, written)).toBe(false);
    const rest = createFigureSum(program, figures);
    results.slice(2).forEach((it, i) => rest.add(it, required(uneven[2 + i], "size")));
    expect(rest.state()).toEqual(whole.state());
    expect(rest.figures()).toEqual(whole.figures());
  });

  it("by a driver that knows the manifest alone", async () => {
    const collector = createCollector();
    const built = buildOnnx({
      module: program.model,
      train: program,
      name: "Net",
      version: "0",
      collector,
      span: program.origin,
    });
    for (const [name, content] of built?.files ?? []) writeFileSync(join(folder, name), content);
    const { evaluate } = (await import(/* @vite-ignore */ resolve("docs/driver.mjs"))) as {
      readonly evaluate: (
        stem: string,
        weights: Readonly<Record<string, RuntimeTensor>>,
        batches: () => readonly Readonly<Record<string, RuntimeTensor>>[],
      ) => Promise<Readonly<Record<string, Figure>>>;
    };
    const runtimeTensors = (of: Tensors, prefix = ""): Record<string, RuntimeTensor> =>
      Object.fromEntries(
        [...of].map(([name, { shape, data }]) => [
          `${prefix}${name}`,
          new RuntimeTensor("float32", Float32Array.from(data, Number), [...shape]),
        ]),
      );
    const figures = await evaluate(join(folder, "Net"), runtimeTensors(weights, "param/"), () =>
      batchesOf(uneven).map(([from, size]) => runtimeTensors(batch(from, size))),
    );
    expectFigures(figures, expected);
    expect(figures["loss"]).toBe((await evaluated(onnx, uneven)).figures().get("loss"));
  });

  it("by the generated file, which has the same weights by its seed", async () => {
    const model = emitted.create();
    const data = tensors();
    const before = tf.memory().numTensors;
    for (const size of [13, count]) expectFigures(await emitted.evaluate(model, data, size), expected);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(data);
  });

  it("in training as well, and alike on both runtimes", async () => {
    const options = { totalSteps: 100 };
    const trainers = [
      trainerOf(await createOnnxTrainer(program, { ...options, threads: 1 })),
      trainerOf(await createTfjsTrainer(program, { ...options, backend: "cpu" })),
    ];
    for (const trainer of trainers) {
      await trainer.restore(weights);
      const sum = createFigureSum(program);
      const { loss, metrics } = await trainer.step(batch(0, count), 0);
      sum.add({ losses: [loss], metrics }, count);
      expectFigures(Object.fromEntries(sum.figures()), expected);
      await trainer.dispose();
    }
  });

  it("in a fit that is cut between two validations and goes on from a file", async () => {
    const data = tensors();
    const model = emitted.create();
    const whole = await emitted.fit(model, data, { epochs: 2 });
    let taken = 0;
    const cut = emitted.create();
    await emitted.fit(cut, data, { epochs: 2, shouldStop: () => ++taken === 8 });
    const again = emitted.load(await emitted.save(cut));
    const rest = await emitted.fit(again, data, { epochs: 1 });
    expect(rest.length).toBeGreaterThan(0);
    expect(rest[0]).toEqual(whole.find((it) => it.step === rest[0]?.step));
    tf.dispose(data);
  });
});
