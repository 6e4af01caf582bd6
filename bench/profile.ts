import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { buildTrainingGraph } from "../src/autodiff/build-training-step.ts";
import { emitOnnx, opsets } from "../src/emit/onnx/emit-graph.ts";
import { buildManifest } from "../src/emit/onnx/manifest.ts";
import { encodeModel } from "../src/emit/onnx/proto.ts";
import { createDataset, epochOrder } from "../src/runtime/data/dataset.ts";
import { loadSource } from "../src/runtime/data/load-source.ts";
import { createOnnxTrainer } from "../src/runtime/onnx/onnx-trainer.ts";
import { sessionSettings } from "../src/runtime/onnx/session.ts";
import { defaultTensor } from "../src/runtime/onnx/step-loop.ts";
import { required } from "../src/support/fault.ts";
import { version } from "../src/support/version.ts";
import { loadTraining } from "../tests/specs/spec-testing.ts";
import { onnxTarget } from "../src/emit/onnx/onnx-target.ts";

/**
 * Prints where the time of a spec's training step goes on ONNX Runtime: milliseconds a step by operator type, then the
 * costliest nodes. `npm run profile -- SPEC [--threads N] [--steps N] [--top N]`; one thread, 50 steps and 25 nodes by
 * default. Nothing is measured of what the binding copies.
 */
const [path = "specs/mnist-cnn.model"] = process.argv.slice(2);
const option = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const threads = option("threads", 1);
const steps = option("steps", 50);
const top = option("top", 25);

const program = loadTraining(path, (text) => text.replace(/count=\d+/, "count=400"));
const raw = await loadSource(program.data, path);
const dataset = raw.ok ? await createDataset(raw.value, program.data) : raw;
const made = await createOnnxTrainer(program, { totalSteps: 1000, threads });
if (!dataset.ok || !made.ok) throw new Error(`no data for ${path}, or no ONNX Runtime`);
const { trainer } = made;
const { train } = dataset.value.splits;
const features = await trainer.prepare(await train.gather(epochOrder(train.count, 1, 0).subarray(0, program.batch)));
const variables = await trainer.snapshot();

const graph = buildTrainingGraph(program, onnxTarget(opsets.default));
const manifest = buildManifest({
  module: program.model,
  train: program,
  version,
  opset: opsets.default,
  weights: "",
  graphs: [{ name: { kind: "train" }, file: "", graph, stored: false }],
});
const { inputs, carry } = required(manifest.graphs.train, "training graph");
const options = { opset: opsets.default, producerVersion: version, parametersAs: "inputs" } as const;
const bytes = encodeModel(emitOnnx(graph, options));

mkdirSync(".cache", { recursive: true });
const folder = mkdtempSync(join(".cache", "profile-"));
const session = await ort.InferenceSession.create(bytes, {
  ...sessionSettings({ threads }),
  enableProfiling: true,
  profileFilePrefix: join(folder, "step"),
});
const types = { f32: "float32", i64: "int64", i32: "int32", u32: "uint32", f64: "float64" } as const;
const feeds: Record<string, ort.Tensor> = {};
for (const input of inputs) {
  const path = input.name.replace(/^(batch|param|state)\//, "");
  const tensor = (input.role === "feature" ? features.get(path) : variables.get(path)) ??
    defaultTensor(input) ?? { dtype: "f32" as const, shape: [], data: Float32Array.of(1000) };
  const type = types[tensor.dtype as keyof typeof types];
  const construct = ort.Tensor as new (type: string, data: unknown, dims: readonly number[]) => ort.Tensor;
  feeds[input.name] =
    input.role === "step"
      ? new construct("int64", BigInt64Array.of(0n), [])
      : new construct(type, tensor.data, tensor.shape);
}
const warmup = 5;
let spent = 0;
for (let step = 0; step < warmup + steps; step++) {
  const start = performance.now();
  const results = await session.run(feeds);
  if (step >= warmup) spent += performance.now() - start;
  for (const [output, input] of Object.entries(carry)) feeds[input] = required(results[output], output);
}
session.endProfiling();

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly output_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
  };
}
const file = required(readdirSync(folder)[0], "profile");
const events = JSON.parse(readFileSync(join(folder, file), "utf8")) as readonly Event[];
rmSync(folder, { recursive: true });

/** Times of each node, one a run (nodes of a Scan's body: one an iteration). */
const nodes = new Map<string, { readonly type: string; readonly shape: string; readonly times: number[] }>();
for (const { cat, name, dur, args } of events) {
  if (cat !== "Node" || !name.endsWith("_kernel_time") || args?.op_name === undefined) continue;
  const shape = Object.values(args.output_type_shape?.[0] ?? {})[0]?.join("x") ?? "";
  const node = nodes.get(name) ?? { type: args.op_name, shape, times: [] };
  node.times.push(dur);
  nodes.set(name, node);
}
const runs = warmup + steps;
/** Milliseconds a step, from the quickest tenth of a node's runs: what other processes take is no cost of the node. */
const cost = (times: readonly number[]): number => {
  const quickest = [...times].sort((a, b) => a - b).slice(0, Math.ceil(times.length / 10));
  const mean = quickest.reduce((sum, it) => sum + it, 0) / quickest.length;
  return (mean * times.length) / runs / 1000;
};
const byType = new Map<string, { ms: number; count: number }>();
const rows = [...nodes].map(([name, { type, shape, times }]) => {
  const ms = cost(times);
  const total = byType.get(type) ?? { ms: 0, count: 0 };
  byType.set(type, { ms: total.ms + ms, count: total.count + Math.round(times.length / runs) });
  return { name: name.replace(/_kernel_time$/, ""), type, shape, ms };
});
const all = rows.reduce((sum, it) => sum + (it.type === "Scan" ? 0 : it.ms), 0);
console.log(
  `${path}, ${threads} thread(s): ${(spent / steps).toFixed(2)} ms a step with profiling on; ${all.toFixed(2)} ms in kernels`,
);
for (const [type, { ms, count }] of [...byType].sort((a, b) => b[1].ms - a[1].ms).slice(0, top)) {
  console.log(`${ms.toFixed(3).padStart(9)} ms  ${type} x${count}`);
}
console.log();
for (const { name, type, shape, ms } of rows.sort((a, b) => b.ms - a.ms).slice(0, top)) {
  console.log(`${ms.toFixed(3).padStart(9)} ms  ${type.padEnd(18)} ${shape.padEnd(16)} ${name}`);
}
