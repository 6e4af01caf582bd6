import type * as Runtime from "onnxruntime-web";
import type { Manifest, ManifestGraph } from "../../src/index.ts";
import { readSafetensors } from "../../src/support/safetensors.ts";
import type { PlainBatch, PlainTensor, TrainingReport } from "./plain-tensor.ts";

/** What a driver needs of ONNX Runtime, the same in Node and in a browser. */
export type OnnxRuntime = Pick<typeof Runtime, "Tensor">;

/** The built files of a model, and how to open the graphs among them. */
export interface BuiltModel {
  readonly manifest: Manifest;
  /** The `.safetensors` file. */
  readonly weights: Uint8Array;
  open(file: string): Promise<Runtime.InferenceSession>;
}

/** What training on ONNX Runtime shows. */
export interface OnnxReport extends TrainingReport {
  /** The batches as the preparation graph gave them: what generated code takes. */
  readonly prepared: readonly PlainBatch[];
  /** Largest difference between what the init graph draws and the weights of the build. */
  readonly drawnError: number;
  /** The inference graph's first output for the first batch, with the weights of the build. */
  readonly predicted: readonly number[];
}

/**
 * Prepares raw batches, trains a step on each from the weights of the build, and predicts: each with its graph, and with
 * what the manifest says alone.
 */
export async function trainOnnx(ort: OnnxRuntime, built: BuiltModel, raw: readonly PlainBatch[]): Promise<OnnxReport> {
  const { graphs } = built.manifest;
  const { init, prep, train, inference } = graphs;
  if (init === undefined || prep === undefined || train === undefined || inference === undefined) {
    throw new Error(`the build has no more than ${Object.keys(graphs).join(", ")}`);
  }
  const weights = weightsOf(ort, built.weights);

  const drawn = await run(built, init, defaultsOf(ort, init));
  let drawnError = 0;
  for (const [name, tensor] of Object.entries(drawn)) {
    const stored = numbersOf(weights[name]);
    numbersOf(tensor).forEach((it, i) => (drawnError = Math.max(drawnError, Math.abs(it - (stored[i] ?? NaN)))));
  }

  const preparation = await built.open(prep.file);
  const prepared: PlainBatch[] = [];
  for (const batch of raw) {
    const results = await preparation.run(prefixed(ort, "raw/", batch));
    prepared.push(Object.fromEntries(Object.entries(results).map(([name, it]) => [name, plain(it)])));
  }
  await preparation.release();

  const step = await built.open(train.file);
  const feeds = { ...defaultsOf(ort, train), ...weights };
  const losses: number[] = [];
  const times: number[] = [];
  for (const batch of prepared) {
    const started = performance.now();
    const results = await step.run({ ...feeds, ...prefixed(ort, "batch/", batch) });
    for (const [output, input] of Object.entries(train.carry)) {
      const next = results[output];
      if (next !== undefined) feeds[input] = next;
    }
    times.push(performance.now() - started);
    losses.push(numbersOf(results["loss"])[0] ?? NaN);
  }
  await step.release();

  const features = inference.inputs.filter(({ role }) => role === "feature").map(({ name }) => name);
  const first = Object.entries(prepared[0] ?? {}).filter(([name]) => features.includes(name));
  const outputs = await run(built, inference, prefixed(ort, "", Object.fromEntries(first)));
  const predicted = [...numbersOf(outputs[inference.outputs[0]?.name ?? ""])];
  return { losses, times, prepared, drawnError, predicted };
}

async function run(built: BuiltModel, { file }: ManifestGraph, feeds: Record<string, Runtime.Tensor>) {
  const session = await built.open(file);
  const results = await session.run(feeds);
  await session.release();
  return results;
}

/** The weights of a file by the names of the graphs' inputs. */
function weightsOf(ort: OnnxRuntime, bytes: Uint8Array): Record<string, Runtime.Tensor> {
  const read = readSafetensors(bytes);
  if (!read.ok) throw new Error(read.error.message);
  return Object.fromEntries(
    [...read.file.tensors.values()].map(({ name, shape, bytes: stored }) => [
      `param/${name}`,
      new ort.Tensor("float32", new Float32Array(new Uint8Array(stored).buffer), shape),
    ]),
  );
}

/** What the manifest says to feed at first. */
function defaultsOf(ort: OnnxRuntime, { inputs }: ManifestGraph): Record<string, Runtime.Tensor> {
  return Object.fromEntries(
    inputs.flatMap(({ name, dtype, shape, default: value }): [string, Runtime.Tensor][] => {
      if (value === undefined) return [];
      const count = shape.reduce<number>((a, b) => a * Number(b), 1);
      const numbers = typeof value === "number" ? new Array<number>(count).fill(value) : [...value];
      const dims = shape.map(Number);
      if (dtype === "i64") return [[name, new ort.Tensor("int64", BigInt64Array.from(numbers, BigInt), dims)]];
      if (dtype === "u32") return [[name, new ort.Tensor("uint32", Uint32Array.from(numbers), dims)]];
      if (dtype === "f32") return [[name, new ort.Tensor("float32", Float32Array.from(numbers), dims)]];
      throw new Error(`${name} is a ${dtype}, which no test here needs`);
    }),
  );
}

function prefixed(ort: OnnxRuntime, prefix: string, batch: PlainBatch): Record<string, Runtime.Tensor> {
  return Object.fromEntries(
    Object.entries(batch).map(([name, { dtype, shape, data }]) => [
      prefix + name,
      dtype === "f32"
        ? new ort.Tensor("float32", Float32Array.from(data), shape)
        : dtype === "f64"
          ? new ort.Tensor("float64", Float64Array.from(data), shape)
          : new ort.Tensor("int32", Int32Array.from(data), shape),
    ]),
  );
}

function numbersOf(tensor: Runtime.Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error(`expected a tensor of f32, not ${tensor?.type ?? "nothing"}`);
}

function plain({ data, dims }: Runtime.Tensor): PlainTensor {
  if (data instanceof Float32Array) return { dtype: "f32", shape: dims, data: [...data] };
  if (data instanceof Int32Array) return { dtype: "i32", shape: dims, data: [...data] };
  throw new Error("expected a tensor of f32 or i32");
}
