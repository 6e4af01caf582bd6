import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { readSafetensors } from "../../../src/support/safetensors.ts";
import { cli, folderWith } from "../../cli/run-cli.ts";
import { useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import { unitOf } from "./spec-unit.ts";

interface Emitted {
  readonly load: (bytes: Uint8Array) => object;
  readonly save: (model: object) => Promise<Uint8Array>;
}

// Parameters of half precision, kernels in another order of axes, states, statistics and what Adam remembers.
const spec = (half: "f16" | "bf16"): string => `
block Half: (x: f32[B, D]) -> f32[B, D] {
  param scale: ${half}[D] = ones
  state seen: i64[1] = 0
  seen <- seen + 1
  x * cast(scale, f32)
}
model Net: (x: f32[B, 4]) -> logits: f32[B, 2] {
  x -> reshape([B, 2, 2, 1]) -> Conv2D(3, kernel=2) -> BatchNorm -> relu -> Flatten -> Half -> Dense(2)
}
data Points {
  source: csv("points.csv")
  split: train 0.75, validate 0.25, by position
  x: f32[4] = stack(raw.a, raw.b, raw.a, raw.b, axis=-1) -> standardize
  label: class(2) = raw.label
}
train Net on Points {
  loss: cross_entropy(logits, label)
  metrics: accuracy(logits, label)
  optimizer: adam(lr=0.05)
  batch: 8
  epochs: 2
  seed: 4
  stop: early(validate.loss, patience=3)
}
`;

const rows = Array.from({ length: 40 }, (_, i) => `${(i * 7) % 11}.3,${(i * 5) % 13},${(i * 3) % 2}`);
const table = ["a,b,label", ...rows].join("\n");

/** Trains, and gives the folder of what came of it. */
async function trained(text: string, options: readonly string[]): Promise<string> {
  const folder = folderWith({ "net.model": text, "points.csv": table });
  await train(folder, ...options);
  return folder;
}

async function train(folder: string, ...options: readonly string[]): Promise<void> {
  const argv = ["train", join(folder, "net.model"), "--out", join(folder, "out"), ...options];
  const { code, err } = await cli(argv);
  expect({ code, err }).toMatchObject({ code: 0 });
}

const checkpointIn = (folder: string): string => join(folder, "out", "Net.checkpoint.safetensors");

/** Tensors by name, to the bit. */
function tensorsOf(bytes: Uint8Array): ReadonlyMap<string, string> {
  const read = readSafetensors(bytes);
  if (!read.ok) throw new Error(read.error.message);
  return new Map(
    [...read.file.tensors].map(([name, { dtype, shape, bytes: raw }]) => [
      name,
      `${dtype}[${shape.join()}] ${Buffer.from(raw).toString("hex")}`,
    ]),
  );
}

describe("a checkpoint that goes through generated TypeScript", () => {
  beforeAll(async () => {
    await useBackend("cpu");
  });

  it.each([
    ["ONNX Runtime", "f16", ["--threads", "1"]],
    ["TensorFlow.js", "f16", ["--runtime", "tfjs", "--backend", "cpu"]],
    // The binding of ONNX Runtime has no bf16.
    ["TensorFlow.js", "bf16", ["--runtime", "tfjs", "--backend", "cpu"]],
  ] as const)("of %s with %s comes back bit for bit, and training goes on from it", async (_, half, options) => {
    const text = spec(half);
    const { module: net, train: program } = unitOf(text);
    if (program === undefined) throw new Error("nothing to train");
    const emitted = await emitTfjs({ module: net, train: program, name: "Net" });
    const module = await importEmitted<Emitted>(`round-trip-${half}`, emitted);
    const folder = await trained(text, options);
    const bytes = readFileSync(checkpointIn(folder));
    const back = await module.save(module.load(bytes));
    expect(tensorsOf(back)).toEqual(tensorsOf(bytes));
    const metadata = [bytes, back].map((it) => {
      const read = readSafetensors(it);
      return ["progress", "perm", "seed"].map((key): unknown =>
        read.ok ? JSON.parse(read.file.metadata.get(key) ?? "null") : read.error,
      );
    });
    expect(metadata[1]).toEqual(metadata[0]);

    const other = await trained(text, options);
    writeFileSync(checkpointIn(other), back);
    for (const it of [folder, other]) await train(it, ...options, "--epochs", "4", "--resume");
    const [expected, found] = [folder, other].map((it) => tensorsOf(readFileSync(checkpointIn(it))));
    expect(found).toEqual(expected);
  });
});
