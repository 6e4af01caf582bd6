import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { createFigureSum } from "../../src/runtime/train/figures.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { library } from "../../src/std/library.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { trainerOf, trainingOf } from "../specs/spec-testing.ts";

/** Keras 3's figures of the same numbers, over the same batches; perplexity is by its definition. */
const figures: readonly (readonly [call: string, figure: number])[] = [
  ["accuracy(logits, label)", 0.1666666716337204],
  ["accuracy(logits, label, mask=weight)", 0.20512820780277252],
  ["accuracy(logits, label, mask=weight > 0)", 0.20512820780277252],
  ["top_k_accuracy(logits, label, k=2)", 0.3499999940395355],
  ["mean_iou(logits, label)", 0.08821277320384979],
  ["mean_iou(logits, label, mask=weight)", 0.11213786900043488],
  ["perplexity(logits, label)", 10.434251819601945],
  ["perplexity(logits, label, mask=weight)", 9.32571648924965],
  ["binary_accuracy(score, real)", 0.7833333611488342],
  ["precision(score, real, threshold=0.6)", 0.7083333134651184],
  ["precision(score, real, mask=weight)", 0.7222222089767456],
  ["recall(score, real)", 0.7599999904632568],
  ["recall(score, real, mask=weight)", 0.8125],
  ["f1(score, real)", 0.7450979948043823],
  ["auc(score, real)", 0.879428505897522],
  ["auc(score, real, thresholds=50)", 0.8782857060432434],
  ["r2(guess, target)", 0.49697110056877136],
  ["root_mean_squared_error(guess, target)", 0.3557041883468628],
  ["mean_squared_error(guess, target)", 0.12652547657489777],
  ["mean_absolute_error(guess, target)", 0.3007996678352356],
  // Losses and functions as metrics: their mean over all examples.
  ["mse(guess, target)", 0.12652547657489777],
  ["squares(guess, target)", 0.12652547657489777],
];

const program = trainingOf(`
fn squares: (a: f32[B, 2], b: f32[B, 2]) -> f32[B] { mean(square(a - b), axis=-1) }
model Given: (l: f32[B, 5], s: f32[B], g: f32[B, 2]) -> (logits: f32[B, 5], score: f32[B], guess: f32[B, 2]) {
  param one: f32[] = ones
  (l * one, s * one, g * one)
}
data Rows {
  source: csv("rows.csv")
  l:      f32[5]   = stack(raw.a, raw.b, raw.c, raw.d, raw.e, axis=-1)
  s:      f32[]    = raw.s
  g:      f32[2]   = stack(raw.g, raw.h, axis=-1)
  label:  class(5) = raw.label
  real:   f32[]    = raw.real
  target: f32[2]   = stack(raw.t, raw.u, axis=-1)
  weight: f32[]    = raw.weight
}
train Given on Rows {
  loss:      mse(guess, target)
  optimizer: sgd(lr=0.1)
  metrics:   ${figures.map(([call]) => call).join(", ")}
}
`);

const count = 60;
const draw = (i: number, seed: number): number => {
  const x = Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 43758.5453;
  return Math.fround(2 * (x - Math.floor(x)) - 1);
};
const rows = (width: number, of: (i: number, j: number) => number): readonly number[] =>
  Array.from({ length: width * count }, (_, at) => of(Math.floor(at / width), at % width));
const columns: Readonly<Record<string, { readonly width?: number; readonly data: readonly number[] }>> = {
  l: { width: 5, data: rows(5, (i, j) => 3 * draw(5 * i + j, 1)) },
  s: { data: rows(1, (i) => 3 * draw(i, 3)) },
  g: { width: 2, data: rows(2, (i, j) => draw(2 * i + j, 5)) },
  label: { data: rows(1, (i) => Math.trunc((draw(i, 2) + 1) * 2.4999)) },
  real: { data: rows(1, (i) => (draw(i, 3) + draw(i, 4) > 0.1 ? 1 : 0)) },
  target: { width: 2, data: rows(2, (i, j) => 0.7 * draw(2 * i + j, 5) + 0.5 * draw(2 * i + j, 6)) },
  weight: { data: rows(1, (i) => (draw(i, 7) > -0.3 ? 1 : 0)) },
};

function batch(from: number, to: number): Tensors {
  return new Map(
    Object.entries(columns).map(([name, { width, data }]): [string, Tensor] => {
      const cut = data.slice(from * (width ?? 1), to * (width ?? 1));
      const shape = width === undefined ? [to - from] : [to - from, width];
      return name === "label"
        ? [name, { dtype: "i32", shape, data: Int32Array.from(cut) }]
        : [name, { dtype: "f32", shape, data: Float32Array.from(cut) }];
    }),
  );
}

describe("the library's metrics", () => {
  const trainers: Trainer[] = [];
  beforeAll(async () => {
    await useBackend("cpu");
    trainers.push(
      trainerOf(await createOnnxTrainer(program, { totalSteps: 1, threads: 1 })),
      trainerOf(await createTfjsTrainer(program, { totalSteps: 1, backend: "cpu" })),
    );
  }, 120_000);
  afterAll(async () => {
    for (const it of trainers) await it.dispose();
  });

  it.each([
    [
      [0, 1],
      [1, 8],
      [8, 40],
      [40, 60],
    ],
    [[0, 60]],
  ])("have Keras' figures, on both runtimes, in batches %j", async (...batches) => {
    for (const trainer of trainers) {
      const sum = createFigureSum(program);
      for (const [from = 0, to = 0] of batches) sum.add(await trainer.evaluate(batch(from, to)), to - from);
      const found = [...sum.figures()].slice(1);
      expect(found.length).toBe(figures.length);
      for (const [at, [call, figure]] of figures.entries()) {
        expect(Math.abs((found[at]?.[1] ?? NaN) - figure), call).toBeLessThan(1e-5 * Math.max(1, figure));
      }
    }
  });

  it("have all a row here", () => {
    const metrics = library.names.filter((it) => library.find(it)?.declaration.flavor === "metric");
    const tried = figures.map(([call]) => call.slice(0, call.indexOf("(")));
    expect(metrics.filter((it) => !tried.includes(it))).toEqual([]);
  });
});
