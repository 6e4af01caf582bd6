import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildEvaluationGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { createFigureSum, numberIn } from "../../src/runtime/train/figures.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { required } from "../../src/support/fault.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { trainerOf, trainingOf } from "./spec-testing.ts";

const [T, C] = [5, 3];
const program = trainingOf(`
model Tagger: (x: f32[B, ${T}, 2]) -> logits: f32[B, ${T}, ${C}] {
  x -> LSTM(8, sequences=true) -> Dense(${C})
}
data Sentences {
  source: csv("sentences.csv")
  x:      f32[${T}, 2]  = places(raw.a)[:, :, None] * ones([1, ${T}, 2])
  label:  class(${C})[${T}] = cast(places(raw.b), i32) -> ignore(255)
  known:  bool[${T}]    = places(raw.b) != 255
  length: i32[]   = cast(raw.n, i32)
}
fn places: (column: f32[B]) -> f32[B, ${T}] { column[:, None] + zeros([1, ${T}]) }
train Tagger on Sentences {
  loss:      cross_entropy(logits, label, mask=known, lengths=length)
  optimizer: adam(lr=0.01)
  metrics:   accuracy(logits, label, mask=known, lengths=length), perplexity(logits, label, mask=known, lengths=length)
}
`);

const count = 23;
const draw = (i: number, seed: number): number => {
  const x = Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 43758.5453;
  return x - Math.floor(x);
};
const lengths = Array.from({ length: count }, (_, i) => 1 + Math.floor(draw(i, 1) * T));
const known = Array.from({ length: count * T }, (_, i) => draw(i, 2) > 0.3);
const labels = Array.from({ length: count * T }, (_, i) => Math.floor(draw(i, 3) * C));
const kept = (at: number): boolean => known[at] === true && at % T < (lengths[Math.floor(at / T)] ?? 0);

/** Examples, with other labels and inputs where nothing counts: `spoilt`. */
function batch(from: number, to: number, spoilt = 0): Tensors {
  const part = (width: number, of: (at: number) => number): number[] =>
    Array.from({ length: (to - from) * width }, (_, at) => of(from * width + at));
  const size = to - from;
  const label = part(T, (at) => (kept(at) ? (labels[at] ?? 0) : spoilt));
  return new Map<string, Tensor>([
    ["x", { dtype: "f32", shape: [size, T, 2], data: Float32Array.from(part(T * 2, (at) => 2 * draw(at, 4) - 1)) }],
    ["label", { dtype: "i32", shape: [size, T], data: Int32Array.from(label) }],
    [
      "known",
      { dtype: "bool", shape: [size, T], data: Uint8Array.from(part(T, (at) => (known[at] === true ? 1 : 0))) },
    ],
    ["length", { dtype: "i32", shape: [size], data: Int32Array.from(part(1, (at) => lengths[at] ?? 0)) }],
  ]);
}

/** The mean negative log likelihood and the share of right labels, of those that count, in double precision. */
function byDefinition(weights: Tensors): {
  readonly loss: number;
  readonly accuracy: number;
  readonly perplexity: number;
} {
  const graph = buildEvaluationGraph(program, referenceTarget);
  const all = batch(0, count);
  const inputs = graph.inputs.map(({ name, path, value }): [string, NdArray] => {
    const tensor = required(path === undefined ? all.get(name.replace("batch/", "")) : weights.get(path), name);
    return [name, { dtype: value.type.dtype, shape: tensor.shape, data: toNumbers(tensor) }];
  });
  const logits = required(interpretGraph(graph, new Map(inputs)).get("output/logits"), "logits").data;
  const places = labels.flatMap((_, at) => (kept(at) ? [at] : []));
  const rows = places.map((at) => Array.from(logits.slice(at * C, (at + 1) * C)));
  const surprise = rows.map((row, i) => {
    const label = labels[places[i] ?? 0] ?? 0;
    return Math.log(row.reduce((sum, it) => sum + Math.exp(it), 0)) - (row[label] ?? NaN);
  });
  const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels[places[i] ?? 0]);
  const loss = surprise.reduce((a, b) => a + b, 0) / places.length;
  return { loss, accuracy: right.length / places.length, perplexity: Math.exp(loss) };
}

describe("a sequence loss with lengths and a mask", () => {
  const trainers: Trainer[] = [];
  let weights: Tensors;
  beforeAll(async () => {
    await useBackend("cpu");
    const onnx = trainerOf(await createOnnxTrainer(program, { totalSteps: 10, threads: 1 }));
    const tfjs = trainerOf(await createTfjsTrainer(program, { totalSteps: 10, backend: "cpu" }));
    weights = await onnx.snapshot();
    await tfjs.restore(weights);
    trainers.push(onnx, tfjs);
  }, 120_000);
  afterAll(async () => {
    for (const it of trainers) await it.dispose();
  });

  it("is that of what counts, on both runtimes, and so are metrics over uneven batches", async () => {
    const expected = byDefinition(weights);
    for (const trainer of trainers) {
      expect((await trainer.evaluate(batch(0, count))).losses[0]).toBeCloseTo(expected.loss, 5);
      const sum = createFigureSum(program);
      for (const [from, to] of [
        [0, 2],
        [2, 16],
        [16, count],
      ] as const)
        sum.add(await trainer.evaluate(batch(from, to)), to - from);
      const figures = sum.figures();
      expect(figures.get("accuracy")).toBe(expected.accuracy);
      expect(Math.abs(numberIn(figures, "perplexity") - expected.perplexity)).toBeLessThan(1e-6 * expected.perplexity);
    }
  });

  it("does not see what does not count", async () => {
    for (const trainer of trainers) {
      const [plain, spoilt] = [await trainer.evaluate(batch(0, count)), await trainer.evaluate(batch(0, count, 2))];
      expect(spoilt).toEqual(plain);
    }
  });

  it("is 0 where nothing counts, and changes nothing then", async () => {
    const [onnx] = trainers;
    const given = new Map(batch(0, 3)).set("length", { dtype: "i32", shape: [3], data: Int32Array.of(0, 0, 0) });
    expect((await required(onnx, "onnx").evaluate(given)).losses).toEqual([0]);
  });

  it("trains, alike on both", async () => {
    const losses: number[][] = [];
    for (const trainer of trainers) {
      await trainer.restore(weights);
      const found: number[] = [];
      for (let step = 0; step < 5; step++) found.push((await trainer.step(batch(0, count), step)).loss);
      losses.push(found);
    }
    const [onnx = [], tfjs = []] = losses;
    expect(onnx.at(-1)).toBeLessThan(onnx[0] ?? 0);
    onnx.forEach((it, i) => expect(Math.abs(it - (tfjs[i] ?? NaN))).toBeLessThan(1e-5 * it));
  });
});
