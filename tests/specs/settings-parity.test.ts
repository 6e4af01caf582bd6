import { afterAll, describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { createDraw } from "../ops/sample-graphs.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";
import { trainerOf } from "./spec-testing.ts";

const spec = (settings: string): string => `
model Net: (x: f32[B, 5]) -> y: f32[B, 3] {
  x -> hidden: Dense(4, activation=tanh) -> norm: BatchNorm -> Dropout(0.2) -> out: Dense(3)
}
data Drawn {
  source: idx(inputs="inputs.idx", targets="targets.idx")
  x:      f32[5] = raw.input
  target: f32[3] = raw.target
}
train Net on Drawn {
  loss: mse(y, target)
  ${settings}
}`;

const optimizers = [
  "sgd(lr=0.1)",
  "sgd(lr=0.1, decay=0.05)",
  "momentum(lr=0.05, momentum=0.8, decay=0.05)",
  "momentum(lr=0.05, nesterov=true)",
  "rmsprop(lr=1e-2, rho=0.8, epsilon=1e-5, decay=0.05)",
  "rmsprop(lr=1e-2, momentum=0.5)",
  "adam(lr=1e-2, beta1=0.8, beta2=0.99, epsilon=1e-5, decay=0.05)",
  "adamw(lr=1e-2, decay=0.1)",
];

const schedules = [
  "constant(0.1, warmup=3)",
  "cosine(peak=0.1)",
  "cosine(peak=0.1, warmup=2, floor=0.01, total=4)",
  "linear(0.1)",
  "linear(0.1, warmup=2, floor=0.01, total=4)",
  "step(0.1, every=2, factor=0.5, warmup=1)",
  "exponential(0.1, decay=0.5, every=2, warmup=1)",
];

const cases: readonly string[] = [
  ...optimizers.map((it) => `optimizer: ${it}`),
  ...schedules.map((it) => `optimizer: sgd(lr=${it})`),
  ...schedules.map((it) => `optimizer: adamw(lr=${it}, decay=0.1)`),
  ...["global_norm(0.05)", "norm(0.02)", "value(0.01)"].map((it) => `optimizer: momentum(lr=0.1)\n  clip: ${it}`),
  ...["decay=0", "scale=3", "decay=0.2, scale=0"].map((it) => `optimizer: adamw(lr=1e-2)\n  group "**.bias": ${it}`),
  'optimizer: sgd(lr=0.1, decay=0.1)\n  group "**": scale=2\n  group "out.**": decay=0',
  'optimizer: adam(lr=1e-2)\n  clip: global_norm(0.05)\n  freeze "hidden.kernel"',
  'optimizer: sgd(lr=0.1)\n  freeze "norm.**"\n  group "out.**": scale=0.5',
  'optimizer: sgd(lr=0.1)\n  freeze "norm.mean"',
  "optimizer: sgd(lr=0.1)\n  seed: 123456789",
];

const steps = 5;

function drawn(shape: readonly number[], seed: number): Tensor {
  const draw = createDraw(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return { dtype: "f32", shape, data: Float32Array.from({ length: size }, () => 2 * draw() - 1) };
}

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

describe("settings of a training mean the same on both targets", () => {
  it.each(cases)("%s", async (settings) => {
    const { train } = unitOf(spec(settings));
    if (train === undefined) throw new Error("nothing to train");
    const onnx = trainerOf(await createOnnxTrainer(train, { totalSteps: steps, threads: 1 }));
    const tfjs = trainerOf(await createTfjsTrainer(train, { totalSteps: steps, backend: "cpu" }));
    opened.push(onnx, tfjs);
    const before = await onnx.snapshot();
    await tfjs.restore(before);
    for (let step = 0; step < steps; step++) {
      const batch: Tensors = new Map([
        ["x", drawn([6, 5], 10 + step)],
        ["target", drawn([6, 3], 20 + step)],
      ]);
      const [ours, theirs] = [await onnx.step(batch, step), await tfjs.step(batch, step)];
      expect(theirs.loss).toBeCloseTo(ours.loss, 5);
    }
    const [after, other] = [await onnx.snapshot(), await tfjs.snapshot()];
    let moved = 0;
    for (const [path, tensor] of after) {
      const found = other.get(path);
      expect(found, path).toBeDefined();
      const first = before.get(path);
      toNumbers(tensor).forEach((value, index) => {
        moved = Math.max(moved, Math.abs(value - Number(first?.data[index] ?? value)));
        expect(Math.abs(Number(found?.data[index]) - value), path).toBeLessThan(1e-4 * Math.max(0.1, Math.abs(value)));
      });
    }
    expect(moved).toBeGreaterThan(1e-4);
  });
});
