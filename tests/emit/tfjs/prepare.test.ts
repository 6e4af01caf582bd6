import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import type { Dataset, Examples } from "../../../src/runtime/data/dataset.ts";
import { createOnnxTrainer } from "../../../src/runtime/onnx/onnx-trainer.ts";
import type { Tensors } from "../../../src/runtime/tensor.ts";
import { encodeCheckpoint } from "../../../src/runtime/train/checkpoint.ts";
import { fitStatistics } from "../../../src/runtime/train/fit-statistics.ts";
import { readSafetensors } from "../../../src/support/safetensors.ts";
import { openData } from "../../runtime/data/open-data.ts";
import { loadData, loadTraining, specPath, trainerOf } from "../../specs/spec-testing.ts";
import { useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import type { Numbers } from "./reference.ts";

type Raw = Readonly<Record<string, Numbers>>;

interface Model {
  readonly statistics?: object;
}

interface Emitted {
  readonly load: (bytes: Uint8Array) => Model;
  readonly save: (model: Model) => Promise<Uint8Array>;
  readonly prepare: (...given: readonly (Model | Raw)[]) => Readonly<Record<string, tf.Tensor>>;
  readonly dispose: (model: Model) => void;
}

interface Opened {
  readonly program: TrainProgram;
  readonly dataset: Dataset;
}

async function csv(section: string, content: string): Promise<Opened> {
  const opened = await openData(`  source: csv("t.csv")\n  split: train 1, by position\n${section}`, content);
  if (typeof opened === "string") throw new Error(opened);
  return opened;
}

async function text(section: string): Promise<Opened> {
  const opened = await openData(
    `  source: text("t.txt")\n  split: train 1, by position\n${section}`,
    "one text and another ".repeat(20),
    "t.txt",
  );
  if (typeof opened === "string") throw new Error(opened);
  return opened;
}

async function spec(name: string): Promise<Opened> {
  const program = loadTraining(specPath(name));
  return { program, dataset: await loadData(program, specPath(name)) };
}

/** What the two targets make of the first examples, from one checkpoint. */
async function bothPrepared(
  name: string,
  { program, dataset }: Opened,
): Promise<{ readonly onnx: Tensors; readonly ours: ReadonlyMap<string, Numbers>; readonly saved: Uint8Array }> {
  const { train } = dataset.splits;
  const onnx = trainerOf(await createOnnxTrainer(program, { threads: 1, totalSteps: 1 }));
  await onnx.restore(await fitStatistics(program, train));
  const checkpoint = encodeCheckpoint({ tensors: await onnx.snapshot(), perms: onnx.perms });
  const raw = await train.gather(Int32Array.from({ length: Math.min(train.count, 40) }, (_, at) => at));
  const expected = await onnx.prepare(raw);
  await onnx.dispose();

  const emitted = await emit(name, program);
  const model = emitted.load(checkpoint);
  const { numTensors } = tf.memory();
  const features = prepared(emitted, model, rawOf(raw));
  const ours = new Map(
    Object.entries(features).map(([key, tensor]): [string, Numbers] => [
      key,
      { shape: tensor.shape, data: tensor.dataSync() },
    ]),
  );
  tf.dispose(features);
  expect(tf.memory().numTensors).toBe(numTensors);
  const saved = await emitted.save(model);
  emitted.dispose(model);
  return { onnx: expected, ours, saved };
}

const emit = async (name: string, program: TrainProgram): Promise<Emitted> =>
  importEmitted<Emitted>(
    `prepare-${name.replaceAll(/\W/g, "-")}`,
    await emitTfjs({ module: program.model, train: program, name: "Net" }),
  );

function prepared(emitted: Emitted, model: Model, raw: Raw): Readonly<Record<string, tf.Tensor>> {
  return model.statistics === undefined ? emitted.prepare(raw) : emitted.prepare(model, raw);
}

function rawOf(batch: Awaited<ReturnType<Examples["gather"]>>): Raw {
  const fields = [...batch].map(
    ([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data, Number) }] as const,
  );
  return Object.fromEntries(fields);
}

const lines = (header: string, rows: readonly (readonly unknown[])[]): string =>
  `${header}\n${rows.map((row) => row.join(",")).join("\n")}\n`;

const seconds = Array.from({ length: 40 }, (_, i) => 1700000001 + 37 * ((i * i) % 41));

const tokens = `  tokens: i32[8] = raw.window(8)
  next: class(20)[8] = raw.window(8, shift=1)
  hot: f32[8, 20] = one_hot(raw.window(8), 20)
  said: f32[8, 20] = one_hot(raw.window(8), 20, dtype=f32)
  x: f32[] = mean(one_hot(raw.window(8), 20), axis=[1, 2]) -> standardize`;

const cases: readonly (readonly [name: string, opened: () => Promise<Opened>])[] = [
  [
    "Unix seconds, standardized",
    () =>
      csv(
        "  x: f32[] = raw.t -> standardize",
        lines(
          "t",
          seconds.map((it) => [it]),
        ),
      ),
  ],
  [
    "Unix seconds, of a day",
    () =>
      csv(
        "  x: f32[] = raw.t % 86400 / 86400",
        lines(
          "t",
          seconds.map((it) => [it]),
        ),
      ),
  ],
  [
    "differences of them",
    () =>
      csv(
        "  x: f32[] = raw.t - 1.7e9",
        lines(
          "t",
          seconds.map((it) => [it]),
        ),
      ),
  ],
  [
    "a nearly constant column behind its logarithm",
    () =>
      csv(
        "  x: f32[] = log(raw.t) -> standardize",
        lines(
          "t",
          seconds.map((_, i) => [i % 9 === 0 ? 7.300001 : 7.3]),
        ),
      ),
  ],
  [
    "a column standardized twice",
    () =>
      csv(
        "  x: f32[] = tanh(raw.t -> standardize) -> standardize",
        lines(
          "t",
          seconds.map((it) => [it]),
        ),
      ),
  ],
  [
    "texts of one length, and it",
    () =>
      csv(
        "  x: f32[] = raw.x\n  text: f32[L, 4] = raw.text -> characters -> one_hot(4)\n  size: i32[] = lengths(text) * 2",
        lines("x,text", [
          [1, "abc"],
          [2, "cab"],
          [3, "bbb"],
        ]),
      ),
  ],
  [
    "whole numbers beyond what a float32 holds",
    () =>
      csv(
        "  x: f32[] = raw.a\n  y: i32[] = raw.b + 1",
        lines("a,b", [
          [0.1, 16777217],
          [3, -16777219],
        ]),
      ),
  ],
  ["images of bytes", () => spec("mnist-cnn")],
  ["windows of a text", () => text(tokens)],
  ["measurements", () => spec("logistic-regression")],
  ["columns side by side", () => spec("linear-regression")],
];

describe("features in generated TypeScript", () => {
  beforeAll(() => useBackend("cpu"));

  it.each(cases)("are those of the ONNX graph, bit by bit: %s", async (name, opened) => {
    const { onnx, ours } = await bothPrepared(name, await opened());
    expect([...ours.keys()].sort()).toEqual([...onnx.keys()].sort());
    for (const [key, { shape, data }] of onnx) {
      expect(ours.get(key)?.shape, key).toEqual(shape);
      expect(Array.from(ours.get(key)?.data ?? []), key).toEqual(Array.from(data, Number));
    }
  });

  it("rest on statistics that `save` keeps as a checkpoint of the training has them", async () => {
    const opened = await csv(
      "  x: f32[] = raw.t -> standardize",
      lines(
        "t",
        seconds.map((it) => [it]),
      ),
    );
    const { saved } = await bothPrepared("kept", opened);
    const fitted = await fitStatistics(opened.program, opened.dataset.splits.train);
    expect(fitted.size).toBe(2);
    const file = readSafetensors(saved);
    if (!file.ok) throw new Error(file.error.message);
    for (const [name, { data }] of fitted) {
      const stored = file.file.tensors.get(name);
      expect(stored?.dtype).toBe("f64");
      expect(new Float64Array(Uint8Array.from(stored?.bytes ?? []).buffer)).toEqual(data);
    }
  });

  it("are truth values where they are declared so", async () => {
    const { program } = await csv(
      "  x: f32[] = raw.t\n  late: bool[] = raw.t > 1700000001",
      "t\n1700000001\n1700000002\n",
    );
    const emitted = await emit("truth", program);
    const features = emitted.prepare({ t: { shape: [2], data: [1700000001, 1700000002] } });
    expect(features["late"]?.dtype).toBe("bool");
    expect(Array.from(features["late"]?.dataSync() ?? [])).toEqual([0, 1]);
    tf.dispose(features);
  });

  it("take the bytes of an image as they are", async () => {
    const emitted = await emit("bytes", loadTraining(specPath("mnist-cnn")));
    const image = { shape: [1, 28, 28, 1], data: Uint8Array.from({ length: 784 }, (_, at) => at % 256) };
    const features = emitted.prepare({ image, label: { shape: [1], data: [3] } });
    const wanted = Array.from(image.data, (it) => Math.fround(it / 255));
    expect(Array.from(features["image"]?.dataSync() ?? [])).toEqual(wanted);
    expect(features["label"]?.dtype).toBe("int32");
    tf.dispose(features);
  });

  it.each<readonly [what: string, raw: Raw, said: string]>([
    ["another shape", { a: { shape: [2, 1], data: [1, 2] } }, "a has shape [2, 1], not [B]"],
    ["another length", { a: { shape: [3], data: [1, 2] } }, "a has 2 numbers, and shape [3] wants 3"],
    ["another batch", { b: { shape: [3], data: [1, 2, 3] } }, "b has shape [3], not [B = 2]"],
    ["a fraction", { b: { shape: [2], data: [1, 1.5] } }, "b[1] is 1.5, and must be a whole number"],
    [
      "a number that is too large",
      { a: { shape: [2], data: [1, 1e39] } },
      "x[1] is 1e+39, and beyond what a float32 holds",
    ],
    [
      "a place that no byte has",
      { c: { shape: [2], data: [300, 1] } },
      "u[0] is 300, and must be a whole number from 0 to 255",
    ],
    ["half of a byte", { c: { shape: [2], data: [1, 0.5] } }, "u[1] is 0.5, and must be a whole number from 0 to 255"],
    [
      "what 32 bits do not hold",
      { b: { shape: [2], data: [4294967296, 1] } },
      "y[0] is 4294967296, and must be a whole number from",
    ],
  ])("refuse %s, with its place", async (_, change, said) => {
    const section = "  x: f32[] = raw.a\n  y: i64[] = raw.b\n  u: u8[] = raw.c";
    const { program } = await csv(section, "a,b,c\n1,2,3\n");
    const emitted = await emit("refused", program);
    const two = { shape: [2], data: [1, 2] };
    const { numTensors } = tf.memory();
    expect(() => emitted.prepare({ a: two, b: two, c: two, ...change })).toThrow(said);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
