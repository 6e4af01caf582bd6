import { afterAll, describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";
import { kinkCases } from "./kink-cases.ts";
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

const batch: Tensors = new Map([["x", { dtype: "f32", shape: [1, 2], data: new Float32Array(2) }]]);

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

describe.each(["ONNX Runtime", "TensorFlow.js"])("slopes at kinks on %s", (target) => {
  it.each(kinkCases)("of $expression at $value are $slopes", async ({ expression, value, slopes }) => {
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
    const found = after === undefined ? [] : Array.from(toNumbers(after));
    expect(found.length).toBe(2);
    found.forEach((it, at) => {
      expect(value - it).toBeCloseTo(slopes[at] ?? NaN, 5);
    });
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
    expect((await trainer.evaluate(batch)).losses[0]).toBeCloseTo(-40, 4);
  });
});
