import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TrainProgram } from "../../src/ir/program.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { phaseAt } from "../../src/runtime/train/train-loop.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { gradientPrograms } from "./gradient-programs.ts";
import { loadData, relativeNorm, trainerOf, weightVector } from "./spec-testing.ts";
import { pairsText } from "./step-programs.ts";

const folder = mkdtempSync(join(tmpdir(), "modelc-gradients-"));
const file = join(folder, "pairs.csv");
writeFileSync(file, pairsText());
const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
  rmSync(folder, { recursive: true });
});

async function open(program: TrainProgram, target: "onnx" | "tfjs"): Promise<Trainer> {
  const result =
    target === "onnx"
      ? await createOnnxTrainer(program, { totalSteps: 15, threads: 1 })
      : await createTfjsTrainer(program, { totalSteps: 15, backend: "cpu" });
  const trainer = trainerOf(result);
  opened.push(trainer);
  return trainer;
}

describe("a training with gradients in it", () => {
  it.each(Object.entries(gradientPrograms))("takes the same steps on both runtimes: %s", async (_, made) => {
    const program = made();
    const [onnx, tfjs] = [await open(program, "onnx"), await open(program, "tfjs")];
    const { train } = (await loadData(program, "test.model", file)).splits;
    const start = weightVector(await onnx.snapshot());
    for (let at = 0; at < 6; at++) {
      const raw = train.gather([0, 1, 2, 3].map((it) => (it + 3 * at) % train.count));
      const [ours, theirs] = [await onnx.prepare(raw), await tfjs.prepare(raw)];
      for (const step of program.steps.filter(({ every }) => at % every === 0)) {
        // From the same weights: small differences grow in a training.
        await tfjs.restore(await onnx.snapshot());
        const which = { phase: phaseAt(program, at, 6), step };
        const [a, b] = [await onnx.step(ours, at, which), await tfjs.step(theirs, at, which)];
        expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(a.loss)));
        const [mine, other] = [weightVector(await onnx.snapshot()), weightVector(await tfjs.snapshot())];
        expect(relativeNorm(mine, other)).toBeLessThan(1e-4);
      }
    }
    expect(relativeNorm(start, weightVector(await onnx.snapshot()))).toBeGreaterThan(1e-4);
    const raw = train.gather([0, 1, 2, 3]);
    const [a, b] = [await onnx.evaluate(await onnx.prepare(raw)), await tfjs.evaluate(await tfjs.prepare(raw))];
    expect(a.losses).toHaveLength(program.steps.length);
    a.losses.forEach((loss = NaN, index) => {
      expect(Math.abs(loss - (b.losses[index] ?? NaN))).toBeLessThan(1e-4 * Math.max(1, Math.abs(loss)));
    });
  });
});
