import { afterAll, describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../../src/runtime/onnx/onnx-trainer.ts";
import { bytesOf } from "../../../src/runtime/onnx/typed-array.ts";
import { createTfjsTrainer } from "../../../src/runtime/tfjs/tfjs-trainer.ts";
import type { Tensor, Tensors } from "../../../src/runtime/tensor.ts";
import { judgeStep } from "../../../src/runtime/train/judge-step.ts";
import type { Trainer } from "../../../src/runtime/train/trainer.ts";
import { trainerOf, trainingOf } from "../../specs/spec-testing.ts";

// Running statistics, which ONNX Runtime writes in place; moments; a state of one's own.
const source = (optimizer: string): string => `block Centre: (x: f32[B, C]) -> f32[B, C] {
  state average: f32[C] = zeros
  when training { average <- 0.9 * average + 0.1 * mean(x, over=B) }
  x - average
}
model Net: (x: f32[B, 4]) -> y: f32[B, 1] {
  x -> Centre -> Dense(8, activation=relu) -> BatchNorm -> Dense(1)
}
data Plane {
  source: csv("plane.csv")
  x:      f32[4] = stack(raw.a, raw.b, raw.c, raw.d, axis=-1)
  target: f32[1] = stack(raw.y, axis=-1)
}
train Net on Plane {
  loss:      mse(y, target)
  optimizer: ${optimizer}
  metrics:   mean_absolute_error(y, target)
  epochs:    1
  batch:     8
  seed:      1
}
`;

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

const targets = ["onnx, 1 thread", "onnx, 2 threads", "tfjs, cpu", "tfjs, wasm"] as const;

async function open(target: (typeof targets)[number], optimizer: string): Promise<Trainer> {
  const program = trainingOf(source(optimizer));
  const trainer = trainerOf(
    target === "onnx, 1 thread" || target === "onnx, 2 threads"
      ? await createOnnxTrainer(program, { totalSteps: 8, threads: target === "onnx, 1 thread" ? 1 : 2 })
      : await createTfjsTrainer(program, { totalSteps: 8, backend: target === "tfjs, cpu" ? "cpu" : "wasm" }),
  );
  opened.push(trainer);
  return trainer;
}

const tensor = (shape: readonly number[], at: (index: number) => number): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => at(index)),
});

/** Some batch, of another one each step; `cell` takes the place of one of its elements. */
const batch = (step: number, cell?: number): Tensors =>
  new Map([
    ["x", tensor([8, 4], (index) => (cell !== undefined && index === 9 ? cell : Math.sin(step + 1.7 * index)))],
    ["target", tensor([8, 1], (index) => Math.cos(step + index))],
  ]);

const bits = (tensors: Tensors): Readonly<Record<string, string>> =>
  Object.fromEntries([...tensors].map(([name, it]) => [name, Buffer.from(bytesOf(it)).toString("hex")]));

describe("judgeStep", () => {
  it("refuses what is no number, and nothing else", () => {
    for (const loss of [0, -1, 1e38, 5e-324]) expect(judgeStep({ loss })).toBeUndefined();
    for (const loss of [NaN, Infinity, -Infinity]) expect(judgeStep({ loss })).toEqual({ kind: "loss", loss });
  });
});

describe.each(targets)("a step whose loss is not finite (%s)", (target) => {
  it("changes no parameter, state or slot, wherever the numbers went astray", async () => {
    const trainer = await open(target, "momentum(lr=1e9)");
    let refused = false;
    for (let step = 0; step < 8 && !refused; step++) {
      const before = bits(await trainer.snapshot());
      const { loss } = await trainer.step(batch(step), step);
      refused = !Number.isFinite(loss);
      if (refused) expect(bits(await trainer.snapshot())).toEqual(before);
      else expect(bits(await trainer.snapshot())).not.toEqual(before);
    }
    expect(refused).toBe(true);
    expect([...(await trainer.snapshot()).keys()]).toEqual(
      expect.arrayContaining(["batch_norm_0.variance", "centre_0.average", "opt/velocity/dense_0.kernel"]),
    );
  });

  it.each([NaN, Infinity])("is as if it had not been: the steps after it are those without it (%d)", async (cell) => {
    const [straight, disturbed] = [await open(target, "adam(lr=0.01)"), await open(target, "adam(lr=0.01)")];
    for (let step = 0; step < 4; step++) {
      const spoilt = await disturbed.step(batch(step, cell), step);
      expect(Number.isFinite(spoilt.loss)).toBe(false);
      expect(await disturbed.step(batch(step), step)).toEqual(await straight.step(batch(step), step));
      expect(bits(await disturbed.snapshot())).toEqual(bits(await straight.snapshot()));
    }
    expect((await disturbed.evaluate(batch(5))).losses).toEqual((await straight.evaluate(batch(5))).losses);
  });
});
