import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { startContestant, type Contestant } from "./contestant.ts";
import { describeEdits, timeEdits } from "./edits.ts";

/**
 * Times one training step of the same networks side by side: modelc on ONNX Runtime and on TensorFlow.js, tf.layers by
 * hand, and PyTorch where Python has it. Every contestant is a process of its own; rounds take turns, so that a change
 * of the machine's speed meets all of them; the median of the rounds counts. Then the check of a long file, first and
 * after edits. Prints a table and writes `out/bench.json`. Nothing here passes or fails.
 *
 * Options: `--quick` runs fewer rounds and leaves out what takes minutes; `--threads N` (default 2); `--against DIR`
 * runs modelc as it is in another checkout, with this one's specs, beside it: before and after in one table.
 */
const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    threads: { type: "string", default: "2" },
    against: { type: "string" },
  },
});
const threadCount = options.threads;
const rounds = options.quick ? 3 : 7;

/** Bundles the worker of a checkout, and says where it lies. */
async function workerOf(checkout: string): Promise<string> {
  const outfile = resolve(checkout, ".cache/run/bench-worker.mjs");
  await build({
    absWorkingDir: resolve(checkout),
    entryPoints: ["bench/worker.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    logLevel: "error",
  });
  return outfile;
}

interface Entry {
  readonly name: string;
  readonly command: readonly string[];
  readonly greets?: boolean;
  /** Steps a round, by model; a model that is missing is not run. */
  readonly steps: Readonly<Record<string, number>>;
  /** Rounds at most: for what takes seconds a step. */
  readonly rounds?: number;
}

/** `tests/oracles/install.sh` puts PyTorch there where it can be had; a system's own Python may have one. */
const python = existsSync(".cache/oracles/bin/python") ? ".cache/oracles/bin/python" : "/usr/bin/python3";
const node =
  (worker: string) =>
  (runtime: string): readonly string[] => [process.execPath, worker, runtime, threadCount];
const here = node(await workerOf("."));
const before = options.against === undefined ? undefined : node(await workerOf(options.against));
const onnxSteps = { cnn: 20, lstm: 20, guarded: 20 };
const wasmSteps = { cnn: 3, lstm: 2, guarded: 3 };
const entries: readonly Entry[] = [
  { name: "modelc on ONNX Runtime", command: here("onnx"), steps: { ...onnxSteps, gemm: 20 } },
  ...(before === undefined ? [] : [{ name: "  before", command: before("onnx"), steps: onnxSteps }]),
  {
    name: "PyTorch",
    command: [python, "bench/torch-peer.py", threadCount],
    greets: true,
    steps: { cnn: 20, lstm: 10, guarded: 20, gemm: 20 },
  },
  { name: "modelc on tfjs wasm", command: here("tfjs-wasm"), steps: wasmSteps },
  ...(before === undefined ? [] : [{ name: "  before, tfjs wasm", command: before("tfjs-wasm"), steps: wasmSteps }]),
  ...(options.quick
    ? []
    : [
        { name: "modelc on tfjs cpu", command: here("tfjs-cpu"), steps: { cnn: 1 }, rounds: 2 },
        { name: "tf.layers on wasm", command: here("layers-wasm"), steps: { cnn: 1 }, rounds: 1 },
        { name: "tf.layers on cpu", command: here("layers-cpu"), steps: { cnn: 1 }, rounds: 2 },
      ]),
];

const started = new Map<Entry, Contestant>();
for (const entry of entries) {
  const contestant = await startContestant(entry.name, entry.command, entry.greets);
  if (contestant === undefined) console.log(`${entry.name}: not found here, left out`);
  else started.set(entry, contestant);
}

const times = new Map<string, number[]>();
const errors = new Map<string, string>();
for (const model of ["gemm", "cnn", "lstm", "guarded"]) {
  // The first call compiles and warms up: it is not counted.
  for (let round = -1; round < rounds; round++) {
    for (const [entry, contestant] of started) {
      const steps = entry.steps[model];
      const key = `${entry.name}/${model}`;
      if (steps === undefined || errors.has(key) || round >= (entry.rounds ?? rounds)) continue;
      if (round < 0 && entry.rounds !== undefined) continue;
      const answer = await contestant.ask(model, round < 0 ? Math.min(steps, 5) : steps);
      if ("error" in answer) errors.set(key, answer.error);
      else if (round >= 0) times.set(key, [...(times.get(key) ?? []), answer.ms]);
    }
  }
}
for (const contestant of started.values()) contestant.stop();

const median = (values: readonly number[] | undefined): number | undefined =>
  values === undefined ? undefined : [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const of = (name: string, model: string): number | undefined => median(times.get(`${name}/${model}`));

/** Multiply-adds of one training step, twice: forward, and twice as much backward. */
const flops: Readonly<Record<string, number>> = {
  cnn: 3 * 32 * 5_349_130,
  lstm: 3 * 32 * 64 * 2 * (4 * 128 * 192 + 1280),
};
const peak = (2 * 1024 ** 3) / ((of("modelc on ONNX Runtime", "gemm") ?? NaN) * 1e6);

const format = (value: number | undefined, digits = 2): string =>
  value === undefined || Number.isNaN(value) ? "-" : value.toFixed(digits);
const rows = [["", "CNN ms/step", "to ONNX", "LSTM ms/step", "to ONNX", "guarded ms/step", "to ONNX", "GEMM 1024 ms"]];
for (const entry of started.keys()) {
  const cell = (model: string): string =>
    errors.has(`${entry.name}/${model}`) ? "fails" : format(of(entry.name, model));
  const ratio = (model: string): string => {
    const base = of("modelc on ONNX Runtime", model);
    const own = of(entry.name, model);
    return base === undefined || own === undefined ? "-" : `${format(own / base)} x`;
  };
  const both = ["cnn", "lstm", "guarded"].flatMap((model) => [cell(model), ratio(model)]);
  rows.push([entry.name, ...both, cell("gemm")]);
}
const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
for (const row of rows)
  console.log(row.map((it, at) => (at === 0 ? it.padEnd(widths[at] ?? 0) : it.padStart(widths[at] ?? 0))).join("  "));
for (const [key, error] of errors) console.log(`${key}: ${error}`);
const share = (model: string): number =>
  ((flops[model] ?? NaN) / ((of("modelc on ONNX Runtime", model) ?? NaN) * 1e6) / peak) * 100;
console.log(
  `GEMM peak ${format(peak, 1)} GFLOP/s on ${threadCount} threads; share of it: CNN ${format(share("cnn"), 1)} %, LSTM ${format(share("lstm"), 1)} %`,
);

const editTimes = timeEdits();
console.log(describeEdits(editTimes));

mkdirSync("out", { recursive: true });
const report = {
  threads: Number(threadCount),
  rounds,
  peakGflops: peak,
  times: Object.fromEntries(times),
  errors: Object.fromEntries(errors),
  edits: editTimes,
};
writeFileSync("out/bench.json", `${JSON.stringify(report, undefined, 2)}\n`);
