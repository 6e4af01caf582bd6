import type * as Tfjs from "@tensorflow/tfjs";
import type { PlainBatch, TrainingReport } from "./plain-tensor.ts";

/** What every generated file with a train section exports, of a model of its own. */
export interface GeneratedModule<Model = unknown> {
  create(seed?: number): Model;
  load(bytes: Uint8Array): Model;
  trainStep(model: Model, batch: Readonly<Record<string, Tfjs.Tensor>>): Promise<{ readonly loss: number }>;
  dispose(model: Model): void;
}

/** What training on TensorFlow.js shows. */
export interface TfjsReport extends TrainingReport {
  readonly backend: string;
  /** Tensors that exist after each step. */
  readonly tensors: readonly number[];
  /** Tensors that are left when model and batches are disposed of. */
  readonly left: number;
}

/** Trains generated code a step on each batch, from the weights of a `.safetensors` file. */
export async function trainTfjs(
  tf: typeof Tfjs,
  { load, trainStep, dispose }: GeneratedModule,
  weights: Uint8Array,
  batches: readonly PlainBatch[],
): Promise<TfjsReport> {
  const before = tf.memory().numTensors;
  const model = load(weights);
  const losses: number[] = [];
  const times: number[] = [];
  const tensors: number[] = [];
  for (const batch of batches) {
    const features = Object.fromEntries(
      Object.entries(batch).map(([name, { dtype, shape, data }]) => [
        name,
        tf.tensor([...data], [...shape], dtype === "i32" ? "int32" : "float32"),
      ]),
    );
    const started = performance.now();
    const { loss } = await trainStep(model, features);
    times.push(performance.now() - started);
    losses.push(loss);
    tf.dispose(features);
    tensors.push(tf.memory().numTensors);
  }
  dispose(model);
  return { backend: tf.getBackend(), losses, times, tensors, left: tf.memory().numTensors - before };
}
