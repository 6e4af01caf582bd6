import * as readline from "node:readline";
import { createDataset, epochOrder } from "../src/runtime/data/dataset.ts";
import { loadSource } from "../src/runtime/data/load-source.ts";
import { createOnnxTrainer } from "../src/runtime/onnx/onnx-trainer.ts";
import { createOnnxSession } from "../src/runtime/onnx/session.ts";
import { createTfjsTrainer } from "../src/runtime/tfjs/tfjs-trainer.ts";
import { loadTfjs } from "../src/runtime/tfjs/load-tfjs.ts";
import type { TrainProgram } from "../src/ir/program.ts";
import type { Trainer } from "../src/runtime/train/trainer.ts";
import { loadTraining } from "../tests/specs/spec-testing.ts";
import { gemmModel } from "./gemm.ts";
import { layersStep } from "./tf-layers.ts";

/**
 * One contestant in a process of its own: reads requests as JSON lines (`{"model": "cnn", "steps": 20}`), runs that many
 * training steps, answers with milliseconds a step. `node worker.mjs RUNTIME THREADS`.
 */
const [runtime = "onnx", threads = "2"] = process.argv.slice(2);
const specs: Readonly<Record<string, string>> = {
  cnn: "specs/mnist-cnn.model",
  lstm: "bench/specs/lstm.model",
  guarded: "bench/specs/guarded.model",
};

type Step = () => Promise<unknown>;

async function trainerStep(model: string): Promise<Step> {
  const path = specs[model] ?? "";
  const program: TrainProgram = loadTraining(path, (text) => text.replace(/count=\d+/, "count=200"));
  const raw = await loadSource(program.data, path);
  const dataset = raw.ok ? await createDataset(raw.value, program.data) : raw;
  if (!dataset.ok) throw new Error(`no data for ${path}`);
  const options = { totalSteps: 1000 };
  const made =
    runtime === "onnx"
      ? await createOnnxTrainer(program, { ...options, threads: Number(threads) })
      : await createTfjsTrainer(program, { ...options, backend: runtime === "tfjs-wasm" ? "wasm" : "cpu" });
  if (!made.ok) throw new Error(made.message);
  const trainer: Trainer = made.trainer;
  const { train } = dataset.value.splits;
  const features = await trainer.prepare(await train.gather(epochOrder(train.count, 1, 0).subarray(0, program.batch)));
  let step = 0;
  return () => trainer.step(features, step++);
}

async function gemmStep(size: number): Promise<Step> {
  const created = await createOnnxSession(gemmModel(size), { threads: Number(threads) });
  if (!created.ok) throw new Error(created.message);
  const tensor = { dtype: "f32", shape: [size, size], data: new Float32Array(size * size).fill(0.5) } as const;
  const feeds = new Map([
    ["a", tensor],
    ["b", tensor],
  ]);
  return () => created.session.run(feeds);
}

async function layers(model: string): Promise<Step> {
  const loaded = await loadTfjs(runtime === "layers-wasm" ? "wasm" : "cpu");
  if (!loaded.ok) throw new Error(loaded.message);
  return layersStep(loaded.tf, model);
}

const steps = new Map<string, Step>();
for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as { readonly model: string; readonly steps: number; readonly size?: number };
  try {
    let step = steps.get(request.model);
    if (step === undefined) {
      if (request.model === "gemm") step = await gemmStep(request.size ?? 1024);
      else step = runtime.startsWith("layers") ? await layers(request.model) : await trainerStep(request.model);
      steps.set(request.model, step);
    }
    const start = performance.now();
    for (let i = 0; i < request.steps; i++) await step();
    console.log(JSON.stringify({ ms: (performance.now() - start) / request.steps }));
  } catch (error) {
    console.log(
      JSON.stringify({ error: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) }),
    );
  }
}
process.exit(0);
