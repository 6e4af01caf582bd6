import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { settledWeights } from "../../../src/runtime/train/settled-weights.ts";
import { readSafetensors } from "../../../src/support/safetensors.ts";
import { cli, folderWith } from "../../cli/run-cli.ts";
import { createDraw } from "../../ops/sample-graphs.ts";
import { useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import { unitOf } from "./spec-unit.ts";

type Batch = Readonly<Record<"x" | "label", tf.Tensor>>;

interface Report {
  readonly epoch: number;
  readonly step: number;
  readonly train: Readonly<Record<string, number>>;
  readonly validation?: Readonly<Record<string, number>>;
  readonly improved: boolean;
}

interface Options {
  readonly validation?: Batch;
  readonly epochs?: number;
  readonly onEpochEnd?: (report: Report) => void;
  readonly shouldStop?: () => boolean;
}

interface Model {
  readonly step: number;
  readonly fitting: { readonly best?: readonly unknown[] };
}

interface Emitted {
  readonly create: () => Model;
  readonly load: (bytes: Uint8Array, given?: Model) => Model;
  readonly dispose: (model: Model) => void;
  readonly fit: (model: Model, data: Batch, options?: Options) => Promise<readonly Report[]>;
  readonly save: (model: Model) => Promise<Uint8Array>;
}

// A rate so high that one validation is better and the next one worse.
const spec = (settings: string): string => `
model Net: (x: f32[B, 2]) -> logits: f32[B, 2] { x -> Dense(4) -> BatchNorm -> relu -> Dense(2) }
data Points {
  source: csv("points.csv")
  split: train 0.75, validate 0.25, by position
  x: f32[2] = stack(raw.a, raw.b, axis=-1)
  label: class(2) = raw.label
}
train Net on Points {
  loss: cross_entropy(logits, label)
  metrics: accuracy(logits, label)
  optimizer: momentum(lr=0.5)
  batch: 8
  seed: 3
  ${settings}
}
`;

const draw = createDraw(4);
const rows = Array.from({ length: 40 }, () => {
  const [a, b] = [Math.fround(2 * draw() - 1), Math.fround(2 * draw() - 1)];
  // Hardly to be learnt: what is measured goes up and down.
  return [a, b, draw() > (a > 0 ? 0.4 : 0.6) ? 1 : 0] as const;
});
const table = ["a,b,label", ...rows.map((it) => it.join(","))].join("\n");

function examples(from: number, to: number): Batch {
  const part = rows.slice(from, to);
  return {
    x: tf.tensor2d(
      part.flatMap(([a, b]) => [a, b]),
      [part.length, 2],
    ),
    label: tf.tensor1d(
      part.map(([, , label]) => label),
      "int32",
    ),
  };
}

let count = 0;

async function emitted(settings: string): Promise<Emitted> {
  const { module, train } = unitOf(spec(settings));
  if (train === undefined) throw new Error("nothing to train");
  count += 1;
  return importEmitted<Emitted>(`fit-as-train-${count}`, await emitTfjs({ module, train, name: "Net" }));
}

/** Parameters and states of a file, by path: averages in the place of parameters that have one. */
function weightsOf(bytes: Uint8Array): ReadonlyMap<string, readonly number[]> {
  const read = readSafetensors(bytes);
  if (!read.ok) throw new Error(read.error.message);
  return new Map(
    [...settledWeights(read.file.tensors)].map(([name, tensor]) => [
      name,
      [...new Float32Array(new Uint8Array(tensor.bytes).buffer)],
    ]),
  );
}

/** How far the training of a file was. */
function progressIn(bytes: Uint8Array): unknown {
  const read = readSafetensors(bytes);
  if (!read.ok) throw new Error(read.error.message);
  const text = read.file.metadata.get("progress");
  return text === undefined ? undefined : JSON.parse(text);
}

/** What `modelc train` on TensorFlow.js leaves in a folder: the weights, and the checkpoint. */
async function trainedWith(settings: string, ...options: readonly string[]): Promise<(file: string) => Uint8Array> {
  const folder = folderWith({ "net.model": spec(settings), "points.csv": table });
  const out = join(folder, "out");
  const argv = ["train", join(folder, "net.model"), "--runtime", "tfjs", "--backend", "cpu", "--out", out];
  expect(await cli([...argv, ...options])).toMatchObject({ code: 0, err: "" });
  return (file) => readFileSync(join(out, file));
}

describe("fit goes on from a checkpoint of modelc train", () => {
  beforeAll(async () => {
    await useBackend("cpu");
  });

  it("in the order of the seed that the run had, not the file's", async () => {
    const begun = await trainedWith("epochs: 3", "--seed", "7", "--epochs", "1");
    const whole = await trainedWith("epochs: 3", "--seed", "7");
    const module = await emitted("epochs: 3");
    const model = module.load(begun("Net.checkpoint.safetensors"));
    expect(model).toMatchObject({ step: 4, seed: 7 });
    await module.fit(model, examples(0, 30), { validation: examples(30, 40) });
    expect(weightsOf(await module.save(model))).toEqual(weightsOf(whole("Net.safetensors")));
  });
});

describe("fit does what modelc train does on TensorFlow.js", () => {
  beforeAll(async () => {
    await useBackend("cpu");
  });

  it.each([
    ["epochs: 3"],
    ["epochs: 5\n  validate: every 2 epochs"],
    ["epochs: 3\n  validate: every 3 steps"],
    ["steps: 7\n  validate: every 3 steps"],
    ["epochs: 20\n  stop: early(validate.loss, patience=2)"],
    ["epochs: 20\n  stop: early(train.loss, patience=1)"],
    ["epochs: 20\n  validate: every 2 epochs\n  stop: early(validate.accuracy, patience=2)"],
    ["epochs: 8\n  save: best(validate.loss)"],
    ["epochs: 8\n  save: best(train.accuracy)"],
    ["epochs: 3\n  average: ema(decay=0.8)"],
    ["epochs: 8\n  average: ema(decay=0.8)\n  save: best(validate.loss)"],
    ["epochs: 20\n  stop: early(validate.loss, patience=3)\n  save: best(validate.loss)"],
    ["epochs: 20\n  stop: early(train.loss, patience=2)\n  save: best(validate.accuracy)"],
  ])("%s", async (settings) => {
    const folder = folderWith({ "net.model": spec(settings), "points.csv": table });
    const out = join(folder, "out");
    const argv = ["train", join(folder, "net.model"), "--runtime", "tfjs", "--backend", "cpu", "--out", out, "--json"];
    const trained = await cli(argv);
    expect({ code: trained.code, err: trained.err }).toEqual({ code: 0, err: "" });
    const events = trained.out
      .trim()
      .split("\n")
      .map((it) => JSON.parse(it) as Readonly<Record<string, unknown>>);
    const expected = events
      .filter((it) => it["event"] === "epoch")
      .map(({ epoch, step, train, validate, improved }) => ({ epoch, step, train, validation: validate, improved }));

    const module = await emitted(settings);
    const model = module.create();
    const [data, validation] = [examples(0, 30), examples(30, 40)];
    await module.save(model);
    const { numTensors } = tf.memory();
    const reports = await module.fit(model, data, { validation });
    expect(tf.memory().numTensors).toBe(numTensors + (model.fitting.best ?? []).length);
    expect(reports).toEqual(expected);
    expect(model.step).toBe(expected.at(-1)?.step);
    const saved = await module.save(model);
    expect(weightsOf(saved)).toEqual(weightsOf(readFileSync(join(out, "Net.safetensors"))));
    expect(progressIn(saved)).toEqual(progressIn(readFileSync(join(out, "Net.checkpoint.safetensors"))));
  });

  it("has the best weights in the end, not the last ones", async () => {
    const [data, validation] = [examples(0, 30), examples(30, 40)];
    const last = await emitted("epochs: 8");
    const best = await emitted("epochs: 8\n  save: best(validate.loss)");
    const reports = await best.fit(best.create(), data, { validation });
    const at = reports.findLastIndex(({ improved }) => improved);
    expect(at).toBeLessThan(7);
    const [model, kept, until] = [last.create(), best.create(), last.create()];
    await last.fit(model, data, { validation });
    await best.fit(kept, data, { validation });
    await last.fit(until, data, { validation, epochs: at + 1 });
    const weights = weightsOf(await best.save(kept));
    expect(weights).toEqual(weightsOf(await last.save(until)));
    expect(weights).not.toEqual(weightsOf(await last.save(model)));
  });

  it("leaves the last weights where it is told to stop, so that it can go on", async () => {
    const [data, validation] = [examples(0, 30), examples(30, 40)];
    const settings = "epochs: 8\n  save: best(validate.loss)";
    const module = await emitted(settings);
    const reports = await module.fit(module.create(), data, { validation });
    const worse = reports.find(({ improved }) => !improved)?.epoch ?? 0;
    expect(worse).toBeGreaterThan(0);
    const model = module.create();
    let passes = 0;
    // Asked after every step: four make a pass.
    await module.fit(model, data, { validation, shouldStop: () => ++passes === 4 * worse });
    const plain = await emitted("epochs: 8");
    const until = plain.create();
    await plain.fit(until, data, { validation, epochs: worse });
    expect(model.step).toBe(until.step);
    expect(weightsOf(await module.save(model))).toEqual(weightsOf(await plain.save(until)));
  });

  it.each([
    ["stop", "epochs: 8\n  stop: early(validate.loss, patience=2)"],
    ["save", "epochs: 8\n  save: best(validate.accuracy)"],
  ])("does not pass over a %s that it cannot judge", async (key, settings) => {
    const module = await emitted(settings);
    const model = module.create();
    await expect(module.fit(model, examples(0, 30))).rejects.toThrow(
      `the spec's ${key} watches a figure of validation: fit needs the option validation`,
    );
    expect(model.step).toBe(0);
  });
});

const cuttable = [
  "epochs: 3",
  "steps: 11\n  validate: every 3 steps",
  "epochs: 20\n  validate: every 2 epochs\n  stop: early(validate.accuracy, patience=2)",
  "epochs: 8\n  save: best(validate.loss)",
  "epochs: 20\n  stop: early(train.loss, patience=2)\n  save: best(validate.accuracy)",
];

/** A model that was trained for some steps, in a file. */
async function cutAfter(module: Emitted, steps: number): Promise<Uint8Array> {
  const model = module.create();
  let done = 0;
  await module.fit(model, examples(0, 30), { validation: examples(30, 40), shouldStop: () => ++done === steps });
  return module.save(model);
}

describe("fit that is cut by save and load ends as if it had not been", () => {
  beforeAll(async () => {
    await useBackend("cpu");
  });

  it.each(cuttable)("%s", async (settings) => {
    const module = await emitted(settings);
    const [data, validation] = [examples(0, 30), examples(30, 40)];
    const whole = module.create();
    const reports = await module.fit(whole, data, { validation });
    const expected = await module.save(whole);
    const last = reports.at(-1)?.step ?? 0;
    for (const cut of [1, 3, 4, 6, 8, 10].filter((it) => it < last)) {
      const bytes = await cutAfter(module, cut);
      const { numTensors } = tf.memory();
      const model = module.load(bytes);
      // What is saved before training goes on is what was loaded.
      expect(await module.save(model)).toEqual(bytes);
      const rest = await module.fit(model, data, { validation });
      expect(rest, `cut after step ${cut}`).toEqual(reports.filter(({ step }) => step > cut));
      expect(await module.save(model), `cut after step ${cut}`).toEqual(expected);
      module.dispose(model);
      expect(tf.memory().numTensors).toBe(numTensors);
    }
  });

  it("frees the best weights of a model that loads another checkpoint", async () => {
    const module = await emitted("epochs: 8\n  save: best(validate.loss)");
    const bytes = await cutAfter(module, 6);
    const model = module.load(bytes);
    await module.save(model);
    const { numTensors } = tf.memory();
    expect(module.load(bytes, model)).toBe(model);
    expect(await module.save(model)).toEqual(bytes);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it("gives back no weights that a checkpoint of modelc train has in another file: its best counts for nothing", async () => {
    const settings = "epochs: 8\n  save: best(validate.loss)";
    const begun = await trainedWith(settings, "--epochs", "3");
    const checkpoint = begun("Net.checkpoint.safetensors");
    expect(progressIn(checkpoint)).toMatchObject({ step: 12 });
    const module = await emitted(settings);
    const model = module.load(checkpoint);
    const { save } = progressIn(checkpoint) as { readonly save: { readonly step: number } };
    expect(model.fitting).toEqual(save.step === 12 ? expect.objectContaining({ save }) : { waited: 0 });
  });
});

describe("modelc train goes on from a checkpoint of fit", () => {
  beforeAll(async () => {
    await useBackend("cpu");
  });

  it.each(cuttable)("%s", async (settings) => {
    const whole = await trainedWith(settings);
    const module = await emitted(settings);
    const last = (progressIn(whole("Net.checkpoint.safetensors")) as { readonly step: number }).step;
    for (const cut of [3, 8].filter((it) => it < last)) {
      const folder = folderWith({ "net.model": spec(settings), "points.csv": table });
      const out = join(folder, "out");
      mkdirSync(out);
      writeFileSync(join(out, "Net.checkpoint.safetensors"), await cutAfter(module, cut));
      const argv = [
        "train",
        join(folder, "net.model"),
        "--runtime",
        "tfjs",
        "--backend",
        "cpu",
        "--out",
        out,
        "--resume",
      ];
      expect((await cli(argv)).code).toBe(0);
      for (const file of ["Net.safetensors", "Net.checkpoint.safetensors"]) {
        const bytes = readFileSync(join(out, file));
        expect(weightsOf(bytes), `cut after step ${cut}`).toEqual(weightsOf(whole(file)));
        expect(progressIn(bytes), `cut after step ${cut}`).toEqual(progressIn(whole(file)));
      }
    }
  });
});
