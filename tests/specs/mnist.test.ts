import { describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { evaluateExamples, runTraining, totalSteps } from "../../src/runtime/train/train-loop.ts";
import { dataFolder, loadData, loadTraining, specPath, trainerOf } from "./spec-testing.ts";

const folder = dataFolder("mnist");
if (folder === undefined) console.log("SKIPPED: no MNIST files; the CNN is trained on drawn digits alone");

describe("the CNN on real digits", () => {
  it.skipIf(folder === undefined)(
    "reaches a test accuracy of 0.97 in five epochs over 8,000 of MNIST",
    async () => {
      const path = specPath("mnist-cnn");
      const program = loadTraining(path, (text) => text.replace(/epochs: +\d+/, "epochs: 5"));
      const dataset = await loadData(program, path, folder);
      const { train, validate, test } = dataset.splits;
      expect([train.count, validate.count, test.count]).toEqual([8000, 1000, 1000]);
      const options = { threads: 2, totalSteps: totalSteps(program, train.count) };
      const trainer = trainerOf(await createOnnxTrainer(program, options));
      const { outcome, progress } = await runTraining({ program, dataset, trainer, now: () => performance.now() });
      expect([outcome, progress.step]).toEqual(["finished", 1250]);
      const figures = await evaluateExamples(trainer, test, program);
      expect(figures.get("accuracy")).toBeGreaterThanOrEqual(0.97);
      await trainer.dispose();
    },
    300_000,
  );
});
