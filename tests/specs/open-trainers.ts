import { afterAll } from "vitest";
import type { TrainProgram } from "../../src/ir/program.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { trainerOf } from "./spec-testing.ts";

const runtimes = {
  "ONNX Runtime": (program: TrainProgram) => createOnnxTrainer(program, { totalSteps: 15, threads: 1 }),
  "TensorFlow.js": (program: TrainProgram) => createTfjsTrainer(program, { totalSteps: 15, backend: "cpu" }),
} as const;

export type Runtime = keyof typeof runtimes;

/** Both runtimes, by name. */
export const runtimeNames = ["ONNX Runtime", "TensorFlow.js"] as const satisfies readonly Runtime[];

/** Opens trainers of fifteen steps, which are disposed of when the tests of the file are done. */
export function trainerOpener(): (program: TrainProgram, runtime: Runtime) => Promise<Trainer> {
  const opened: Trainer[] = [];
  afterAll(async () => {
    for (const it of opened) await it.dispose();
  });
  return async (program, runtime) => {
    const trainer = trainerOf(await runtimes[runtime](program));
    opened.push(trainer);
    return trainer;
  };
}
