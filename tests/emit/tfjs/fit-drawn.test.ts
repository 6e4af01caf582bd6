import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { readSafetensors } from "../../../src/support/safetensors.ts";
import { cli, folderWith } from "../../cli/run-cli.ts";
import { createDraw } from "../../ops/sample-graphs.ts";
import { useBackend } from "./backends.ts";
import { emittedFolder, importEmitted, writeEmitted } from "./load-emitted.ts";
import type { Numbers } from "./reference.ts";
import { unitOf } from "./spec-unit.ts";

type Raw = Readonly<Record<"a" | "b", Numbers>>;
type Figures = Readonly<Record<string, number>>;

interface Options {
  readonly validation?: Raw | number;
  readonly shouldStop?: () => boolean;
}

interface Report {
  readonly train: Figures;
  readonly validation?: Figures;
}

interface Emitted {
  readonly create: () => object;
  readonly load: (bytes: Uint8Array) => object;
  readonly dispose: (model: object) => void;
  readonly fit: (model: object, raw: Raw, options?: Options) => Promise<readonly Report[]>;
  readonly save: (model: object) => Promise<Uint8Array>;
}

const spec = `
model Line: (x: f32[B, 2]) -> y: f32[B, 1] { x -> Dense(1) }
data Points {
  source: csv("points.csv")
  split: train 0.5, validate 0.5, by position
  x: f32[2] = stack(raw.a + 0.1 * uniform_like(raw.a), raw.a, axis=-1) -> when training { dropout(rate=0.25) }
  t: f32[1] = stack(raw.b, axis=-1)
}
train Line on Points {
  loss: mse(y, t)
  optimizer: momentum(lr=0.01)
  batch: 64
  epochs: 3
  seed: 5
}
`;

const draw = createDraw(4);
// More to validate than what is prepared at once.
const rows = Array.from({ length: 600 }, () => {
  const a = Math.fround(2 * draw() - 1);
  return [a, 2 * a + draw()] as const;
});

function raw(from: number, to: number): Raw {
  const part = rows.slice(from, to);
  const field = (at: 0 | 1): Numbers => ({ shape: [part.length], data: Float64Array.from(part, (it) => it[at]) });
  return { a: field(0), b: field(1) };
}

function weightsOf(bytes: Uint8Array): ReadonlyMap<string, readonly number[]> {
  const read = readSafetensors(bytes);
  if (!read.ok) throw new Error(read.error.message);
  return new Map(
    [...read.file.tensors].map(([name, tensor]) => [name, [...new Float32Array(new Uint8Array(tensor.bytes).buffer)]]),
  );
}

/** What `modelc train` on TensorFlow.js leaves, and what it says of its epochs. */
async function trained(...options: readonly string[]): Promise<{ read: (file: string) => Uint8Array; said: string }> {
  const table = ["a,b", ...rows.map((it) => it.join(","))].join("\n");
  const folder = folderWith({ "line.model": spec, "points.csv": table });
  const out = join(folder, "out");
  const argv = ["train", join(folder, "line.model"), "--runtime", "tfjs", "--backend", "cpu", "--out", out, "--json"];
  const run = await cli([...argv, ...options]);
  expect(run).toMatchObject({ code: 0, err: "" });
  return { read: (file) => readFileSync(join(out, file)), said: run.out };
}

async function emitted(): Promise<Emitted> {
  const { module, train } = unitOf(spec);
  if (train === undefined) throw new Error("nothing to train");
  return importEmitted<Emitted>("fit-drawn", await emitTfjs({ module, train, name: "Line" }));
}

describe("fit on raw fields whose features are drawn", () => {
  beforeAll(async () => {
    await useBackend("cpu");
  });

  it("does what modelc train does, weights and figures, and leaves no tensors", async () => {
    const whole = await trained();
    const module = await emitted();
    const model = module.create();
    await module.fit(model, raw(0, 300), { validation: raw(300, 600), shouldStop: () => true });
    const { numTensors } = tf.memory();
    const reports = await module.fit(model, raw(0, 300), { validation: raw(300, 600) });
    expect(tf.memory().numTensors).toBe(numTensors);
    const saved = weightsOf(await module.save(model));
    expect(saved.get("dense_0.kernel")).toEqual(weightsOf(whole.read("Line.safetensors")).get("dense_0.kernel"));
    const told = whole.said.split("\n").filter((it) => it.includes('"validate"'));
    const { validate } = JSON.parse(told.at(-1) ?? "{}") as { readonly validate: Figures };
    expect(reports.at(-1)?.validation?.["loss"]).toBeCloseTo(validate["loss"] ?? NaN, 12);
    module.dispose(model);
  });

  it.each(["", "  save: best(validate.loss)\n"])("passes the strict type checker: %s", async (settings) => {
    const { module, train } = unitOf(spec.replace("  seed: 5\n", `  seed: 5\n${settings}`));
    if (train === undefined) throw new Error("nothing to train");
    const folder = `fit-drawn-types-${String(settings.length)}`;
    rmSync(join(emittedFolder, folder), { recursive: true, force: true });
    writeEmitted("line", await emitTfjs({ module, train, name: "Line" }), folder);
    const config = join(emittedFolder, folder, "tsconfig.json");
    writeFileSync(config, JSON.stringify({ extends: "../../../tsconfig.json", include: ["*.ts"] }));
    const argv = ["node_modules/typescript-native/bin/tsc", "-p", config];
    expect(spawnSync(process.execPath, argv, { encoding: "utf8" }).stdout).toBe("");
  });

  it("goes on from a checkpoint of modelc train", async () => {
    const begun = await trained("--epochs", "1");
    const whole = await trained();
    const module = await emitted();
    const model = module.load(begun.read("Line.checkpoint.safetensors"));
    await module.fit(model, raw(0, 300), { validation: raw(300, 600) });
    const saved = weightsOf(await module.save(model));
    expect(saved.get("dense_0.kernel")).toEqual(weightsOf(whole.read("Line.safetensors")).get("dense_0.kernel"));
    module.dispose(model);
  });

  it("holds out a share of the raw fields", async () => {
    const module = await emitted();
    const [apart, share] = [module.create(), module.create()];
    const theirs = await module.fit(apart, raw(0, 300), { validation: raw(300, 600) });
    expect(await module.fit(share, raw(0, 600), { validation: 0.5 })).toEqual(theirs);
  });

  it("refuses raw fields of other shapes before it begins", async () => {
    const module = await emitted();
    const short: Raw = { ...raw(0, 300), b: { shape: [2], data: [1, 2] } };
    await expect((async () => module.fit(module.create(), short))()).rejects.toThrow("b has");
  });
});
