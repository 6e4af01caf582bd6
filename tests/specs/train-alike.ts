import { expect } from "vitest";
import type { TrainProgram } from "../../src/ir/program.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { fitStatistics } from "../../src/runtime/train/fit-statistics.ts";
import type { Dataset } from "../../src/runtime/data/dataset.ts";
import { required } from "../../src/support/fault.ts";
import { relativeNorm, trainerOf, weightVector } from "./spec-testing.ts";

interface Run {
  readonly batches: number;
  readonly batch: number;
  /** Of TensorFlow.js. */
  readonly backend?: "cpu" | "wasm";
}

/**
 * Trains a program on both runtimes for some batches, from the same weights: each loss within 1e-5, relative where it is
 * above 1. Gives the losses by batch and step.
 */
export async function trainAlike(
  program: TrainProgram,
  dataset: Dataset,
  { batches, batch, backend = "cpu" }: Run,
): Promise<readonly (readonly number[])[]> {
  const { train } = dataset.splits;
  const statistics = await fitStatistics(program, train);
  const phase = required(program.phases[0], "a phase");
  const onnx = trainerOf(await createOnnxTrainer(program, { totalSteps: 50, threads: 1 }));
  const tfjs = trainerOf(await createTfjsTrainer(program, { totalSteps: 50, backend }));
  try {
    await onnx.restore(statistics);
    await tfjs.restore(statistics);
    const initial = await onnx.snapshot();
    await tfjs.restore(initial);
    const losses: number[][] = [];
    for (let at = 0; at < batches; at++) {
      const raw = await train.gather(Array.from({ length: batch }, (_, i) => (batch * at + i) % train.count));
      const [ours, theirs] = [await onnx.prepare(raw, { epoch: at }), await tfjs.prepare(raw, { epoch: at })];
      const row: number[] = [];
      for (const step of program.steps) {
        const [a, b] = [await onnx.step(ours, at, { step, phase }), await tfjs.step(theirs, at, { step, phase })];
        expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(a.loss)));
        row.push(a.loss);
      }
      losses.push(row);
    }
    const [after, others] = [await onnx.snapshot(), await tfjs.snapshot()];
    expect(relativeNorm(weightVector(after), weightVector(others))).toBeLessThan(1e-3);
    expect(relativeNorm(weightVector(initial), weightVector(after))).toBeGreaterThan(1e-4);
    return losses;
  } finally {
    await onnx.dispose();
    await tfjs.dispose();
  }
}
