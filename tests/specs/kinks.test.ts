import { afterAll, describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";
import { trainerOf } from "./spec-testing.ts";

/** Two parameters of one value; one step of plain descent takes the slope of the expression off them. */
const spec = (value: number, expression: string): string => `
model Net: (x: f32[B, 2]) -> y: f32[B, 2] {
  param w: f32[2] = ${String(value)}
  x * 0 + (${expression})
}
data Drawn {
  source: idx(inputs="inputs.idx")
  x:      f32[2] = raw.input
}
train Net on Drawn {
  loss:      sum(y)
  optimizer: sgd(lr=1)
}`;

/**
 * An expression of w, both elements of which have the value, and the slope at each of the sum of both results, as PyTorch
 * 2.13 gives it.
 */
const cases: readonly (readonly [string, number, number])[] = [
  ["relu(w)", 0, 0],
  ["relu6(w)", 0, 0],
  ["relu6(w)", 6, 0],
  ["relu6(w)", 3, 1],
  ["abs(w)", 0, 0],
  ["clip(w, 0, 6)", 0, 1],
  ["clip(w, 0, 6)", 6, 1],
  ["clip(w, min=0)", 0, 1],
  ["pow(w, zeros([2]))", 0, 0],
  ["pow(w, ones([2]))", 0, 1],
  ["pow(w, 2 * ones([2]))", 0, 0],
  ["maximum(w, zeros([2]))", 0, 0.5],
  ["maximum(w, 0)", 0, 0.5],
  ["minimum(w, zeros([2]))", 0, 0.5],
  ["max(w, axis=0, keep=true) / 2", 1, 0.5],
  ["min(w, axis=0, keep=true) / 2", 1, 0.5],
  ["leaky_relu(w)", 0, 0.3],
  ["elu(w)", 0, 1],
  ["hard_sigmoid(w)", -3, 0],
  ["hard_sigmoid(w)", 3, 0],
  ["hard_swish(w)", -3, 0],
  ["hard_swish(w)", 3, 1],
  ["log(sigmoid(w))", -20, 1],
  ["log(sigmoid(w))", -80, 1],
  ["huber(w, zeros([2]))", 1, 1],
  ["mae(w, zeros([2]))", 0, 0],
];

const batch: Tensors = new Map([["x", { dtype: "f32", shape: [1, 2], data: new Float32Array(2) }]]);

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

describe.each(["ONNX Runtime", "TensorFlow.js"])("slopes at kinks on %s", (target) => {
  it.each(cases)("of %s at %d are %d", async (expression, value, slope) => {
    const { train } = unitOf(spec(value, expression));
    if (train === undefined) throw new Error("nothing to train");
    const made =
      target === "ONNX Runtime"
        ? await createOnnxTrainer(train, { totalSteps: 1, threads: 1 })
        : await createTfjsTrainer(train, { totalSteps: 1, backend: "cpu" });
    const trainer = trainerOf(made);
    opened.push(trainer);
    await trainer.step(batch, 0);
    const after = (await trainer.snapshot()).get("w");
    for (const it of after === undefined ? [NaN] : toNumbers(after)) {
      expect(value - it).toBeCloseTo(slope, 5);
    }
  });
});

describe.each(["ONNX Runtime", "TensorFlow.js"])("the logarithm of a sigmoid on %s", (target) => {
  it("is the number itself far below 0", async () => {
    const { train } = unitOf(spec(-20, "log(sigmoid(w))"));
    if (train === undefined) throw new Error("nothing to train");
    const made =
      target === "ONNX Runtime"
        ? await createOnnxTrainer(train, { totalSteps: 1, threads: 1 })
        : await createTfjsTrainer(train, { totalSteps: 1, backend: "cpu" });
    const trainer = trainerOf(made);
    opened.push(trainer);
    expect((await trainer.evaluate(batch)).loss).toBeCloseTo(-40, 4);
  });
});
