import { afterAll, describe, expect, it } from "vitest";
import { baseKey, placeKey, seedWords, uniform } from "../../src/ops/random/counter.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";
import { trainerOf } from "./spec-testing.ts";

const size = 64;
const step = 3;
const seed = 11;
const programOf = (body: string) =>
  unitOf(`
block Scale: (x: f32[B, D]) -> f32[B, D] {
  param w: f32[] = 1
  x * w
}
model Net: (x: f32[B, ${String(size)}]) -> y: f32[B, ${String(size)}] {
${body}
}
data Drawn {
  source: idx(inputs="inputs.idx")
  x:      f32[${String(size)}] = raw.input
}
train Net on Drawn {
  loss:      sum(y)
  optimizer: sgd(lr=0.1)
  seed:      ${String(seed)}
}`).train;

/** Distinct powers would overflow: numbers whose sums tell which of them were kept. */
const numbers = Float32Array.from({ length: size }, (_, i) => 1 + i * i);
const batch: Tensors = new Map([["x", { dtype: "f32", shape: [1, size], data: numbers }]]);

/** What three copies that each draw by a key of their own keep, as the language's pages say. */
function expectedLoss(path: string): number {
  const keys = [0, 1, 2].map((index) => placeKey(baseKey(seedWords(seed), step), path, [index]));
  return numbers.reduce((sum, it, i) => sum + (keys.every((key) => uniform(key, i) >= 0.5) ? 8 * it : 0), 0);
}

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

describe("copies that share their weights", () => {
  const bodies = {
    "as one node": "  x -> Scale -> repeat 3 shared { drop: Dropout(0.5) }",
    "written out, as they use what stands outside": "  s = Scale()\n  x -> repeat 3 shared { s -> drop: Dropout(0.5) }",
  };
  const targets = ["ONNX Runtime", "TensorFlow.js"];
  it.each(Object.entries(bodies).flatMap(([way, body]) => targets.map((target) => [way, target, body] as const)))(
    "draw by keys of their own, %s, on %s",
    async (_, target, body) => {
      const program = programOf(body);
      if (program === undefined) throw new Error("nothing to train");
      const made =
        target === "ONNX Runtime"
          ? await createOnnxTrainer(program, { totalSteps: 9, threads: 1 })
          : await createTfjsTrainer(program, { totalSteps: 9, backend: "cpu" });
      const trainer = trainerOf(made);
      opened.push(trainer);
      const { loss } = await trainer.step(batch, step);
      expect(loss).toBe(expectedLoss("repeat_0.drop.dropout_0"));
    },
  );
});
