import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import type { NdArray } from "../../../src/ops/define/operator.ts";
import { backends, useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import { evaluateGraph, graphsOf, initialValues, normError, normOf, type Numbers } from "./reference.ts";
import { unitOf } from "./spec-unit.ts";

interface Model {
  step: number;
  readonly optimizer: readonly { readonly path: string }[];
}

type Batch = Readonly<Record<string, tf.Tensor>>;

interface Emitted {
  readonly create: (seed?: number) => Model;
  readonly predict: (model: Model, inputs: Batch) => Batch;
  readonly prepare: (raw: Readonly<Record<string, Numbers>>) => Batch;
  readonly gradients: (
    model: Model,
    batch: Batch,
  ) => { readonly results: tf.Tensor[]; readonly gradients: tf.Tensor[] };
  readonly trainStep: (model: Model, batch: Batch) => Promise<{ readonly loss: number }>;
  readonly evaluate: (model: Model, data: Batch, batchSize?: number) => Promise<{ readonly loss: number }>;
  readonly fit: (
    model: Model,
    data: Batch,
    options?: { readonly epochs?: number; readonly validation?: Batch | number },
  ) => Promise<unknown>;
  readonly save: (model: Model) => Promise<Uint8Array>;
  readonly dispose: (model: Model) => void;
}

/** A network of three classes, with a state that each step moves, whose rows `k` are looked up by `body`. */
const source = (body: string): string => `
block Centre: (x: f32[B, C]) -> f32[B, C] {
  state average: f32[C] = zeros
  when training { average <- 0.9 * average + 0.1 * mean(x, over=B) }
  x - average
}
model Net: (k: i32[B, 2]) -> logits: f32[B, 3] {
  ${body} -> Centre -> Dense(3)
}
data Rows {
  source: csv("rows.csv")
  k: i32[2] = stack(raw.k, raw.k, axis=-1)
  y: i32[] = raw.y
}
train Net on Rows {
  loss:      cross_entropy(logits, y)
  metrics:   accuracy(logits, y), perplexity(logits, y)
  optimizer: adam(lr=0.1)
  epochs:    1
  batch:     4
  seed:      1
}
`;

const nets = {
  "rows as they come": source("reshape(k -> Embedding(4, 2), [B, 4])"),
  "rows that are computed": source("reshape(2 * k -> Embedding(7, 2), [B, 4])"),
  "rows in some columns": source("k[:, 1] -> Embedding(4, 5)"),
  "rows in a scan": source(`mean(scan t in k over T with last: i32[B] = 0 {
    last <- last + t
    emit last -> Embedding(7, 4)
  }, over=T)`).replace("k: i32[B, 2]", "k: i32[B, T]"),
} as const;
type Net = keyof typeof nets;

/** Where a row or a label of four examples strays, how many do, and what is said of them. */
const cases: readonly (readonly [net: Net, k: readonly number[], y: readonly number[], count: number, said: string])[] =
  [
    ["rows as they come", [0, 3, 1, 2, 2, 0, 3, 1], [0, 1, 3, 2], 1, "y[2] is 3, and must be from 0 to 2"],
    ["rows as they come", [0, 3, 1, 2, 2, 0, 3, 1], [0, 1, 0, -1], 1, "y[3] is -1, and must be from 0 to 2"],
    ["rows as they come", [0, 3, 1, 2, 2, 4, 3, 1], [0, 1, 0, 2], 1, "k[2, 1] is 4, and must be from 0 to 3"],
    ["rows as they come", [-1, 3, 1, 2, 9, 4, 3, 1], [7, 1, 0, 2], 4, "k[0, 0] is -1, and must be from 0 to 3"],
    ["rows as they come", [0, 3, 1, 1e9, 2, 0, 3, 1], [0, 1, 0, 2], 1, "k[1, 1] is 1000000000, and must be"],
    ["rows that are computed", [0, 3, 1, 2, 4, 0, 3, 1], [0, 1, 0, 2], 1, "1 of the places that the network computes"],
    ["rows that are computed", [0, -1, 1, 2, 4, 0, 3, 1], [0, 1, 0, 2], 2, "2 of the places that the network computes"],
    ["rows that are computed", [0, 3, 1, 2, 2, 0, 3, 1], [0, 3, 0, 2], 1, "y[1] is 3, and must be from 0 to 2"],
    ["rows in some columns", [0, 3, 1, 2, 2, 5, 3, 1], [0, 1, 0, 2], 1, "k[2, 1] is 5, and must be from 0 to 3"],
    ["rows in a scan", [0, 3, 1, 2, 5, 2, 3, 1], [0, 1, 0, 2], 1, "1 of the places that the network computes"],
    ["rows in a scan", [-1, 3, 1, 2, 7, 2, 3, 1], [0, 1, 0, 2], 3, "3 of the places that the network computes"],
  ];

const sound = { k: [0, 3, 1, 2, 2, 0, 3, 1], y: [0, 1, 0, 2] };

const tensorsOf = (k: readonly number[], y: readonly number[]): { readonly k: tf.Tensor; readonly y: tf.Tensor } => ({
  k: tf.tensor(Int32Array.from(k), [y.length, 2], "int32"),
  y: tf.tensor(Int32Array.from(y), [y.length], "int32"),
});

const arraysOf = (k: readonly number[], y: readonly number[]): ReadonlyMap<string, NdArray> =>
  new Map([
    ["k", { dtype: "i32", shape: [y.length, 2], data: Float64Array.from(k) }],
    ["y", { dtype: "i32", shape: [y.length], data: Float64Array.from(y) }],
  ]);

async function emit(
  name: string,
  text: string,
): Promise<{ readonly emitted: Emitted; readonly program: TrainProgram }> {
  const { module, train } = unitOf(text);
  if (train === undefined) throw new Error("nothing to train");
  const file = `stray ${name}`.replaceAll(" ", "-");
  return {
    emitted: await importEmitted<Emitted>(file, await emitTfjs({ module, train, name: "Net" })),
    program: train,
  };
}

const bytes = async (emitted: Emitted, model: Model): Promise<string> =>
  Buffer.from(await emitted.save(model)).toString("hex");

describe("places out of range in generated code", () => {
  const made = new Map<Net, Awaited<ReturnType<typeof emit>>>();
  const net = (name: Net) => {
    const found = made.get(name);
    if (found === undefined) throw new Error(name);
    return found;
  };
  beforeAll(async () => {
    for (const name of Object.keys(nets) as Net[]) made.set(name, await emit(name, nets[name]));
  }, 120_000);

  describe.each(backends)("on %s", (backend) => {
    beforeAll(() => useBackend(backend));

    it.each(cases)("end a step, and leave all as it was: %s, %j, %j", async (name, k, y, count, said) => {
      const { emitted, program } = net(name);
      const model = emitted.create(1);
      const [good, bad] = [tensorsOf(sound.k, sound.y), tensorsOf(k, y)];
      await emitted.trainStep(model, good);
      const before = { bytes: await bytes(emitted, model), step: model.step, tensors: tf.memory().numTensors };
      const after = async () => ({
        bytes: await bytes(emitted, model),
        step: model.step,
        tensors: tf.memory().numTensors,
      });

      await expect(emitted.trainStep(model, bad)).rejects.toThrow(said);
      expect(await after()).toEqual(before);
      await expect(emitted.evaluate(model, bad)).rejects.toThrow(said);
      expect(await after()).toEqual(before);
      await expect(emitted.fit(model, bad, { epochs: 1 })).rejects.toThrow(said);
      expect(await after()).toEqual(before);

      const graph = graphsOf.gradients(program);
      const expected = evaluateGraph(graph, { owned: initialValues(program.model, 1), batch: arraysOf(k, y), seed: 1 });
      expect(Array.from(expected.get("faults")?.data ?? [])).toEqual([count]);
      const fresh = emitted.create(1);
      const { results, gradients } = emitted.gradients(fresh, bad);
      expect(Array.from(results.at(-1)?.dataSync() ?? [])).toEqual([count]);
      tf.dispose([results, gradients]);
      emitted.dispose(fresh);

      // What is sound is taken after it, as if nothing had been.
      const other = emitted.create(1);
      await emitted.trainStep(other, good);
      expect(await emitted.trainStep(model, good)).toEqual(await emitted.trainStep(other, good));
      expect(await bytes(emitted, model)).toBe(await bytes(emitted, other));
      for (const it of [model, other]) emitted.dispose(it);
      tf.dispose([good, bad]);
    });

    it.each(cases.filter(([, , , , said]) => !said.startsWith("y")))(
      "are no answer of predict: %s, %j",
      (name, k, y, _, said) => {
        const { emitted } = net(name);
        const model = emitted.create(1);
        const { k: inputs, y: labels } = tensorsOf(k, y);
        const { numTensors } = tf.memory();
        expect(() => emitted.predict(model, { k: inputs })).toThrow(said);
        expect(tf.memory().numTensors).toBe(numTensors);
        emitted.dispose(model);
        tf.dispose([inputs, labels]);
      },
    );

    it.each(Object.keys(nets) as Net[])("leave the gradients of places in range as they are: %s", (name) => {
      const { emitted, program } = net(name);
      const model = emitted.create(1);
      const good = tensorsOf(sound.k, sound.y);
      const { results, gradients } = emitted.gradients(model, good);
      const given = { owned: initialValues(program.model, 1), batch: arraysOf(sound.k, sound.y), seed: 1 };
      const expected = evaluateGraph(graphsOf.gradients(program), given);
      const slopes = [...expected].filter(([key]) => key.startsWith("grad/"));
      const floor = normOf(slopes.map(([, { data }]) => data)) / 1000;
      expect(model.optimizer.map(({ path }) => `grad/${path}`).sort()).toEqual(slopes.map(([key]) => key).sort());
      model.optimizer.forEach(({ path }, at) => {
        const slope = gradients[at];
        const found = slope && { shape: slope.shape, data: slope.dataSync() };
        expect(normError(found, expected.get(`grad/${path}`), floor), path).toBeLessThan(1e-4);
      });
      tf.dispose([results, gradients, good]);
      emitted.dispose(model);
    });

    it("are named by their row in all of the data", async () => {
      const { emitted } = net("rows as they come");
      const model = emitted.create(1);
      const y = Array.from({ length: 10 }, (_, at) => (at === 8 ? 5 : at % 3));
      const data = tensorsOf(
        y.flatMap((it) => [it % 4, 1]),
        y.map((it) => it % 3),
      );
      const { numTensors } = tf.memory();
      // 5 % 4 is a row, 5 % 3 a label; 8 is neither.
      expect(Number.isFinite((await emitted.evaluate(model, data, 4)).loss)).toBe(true);
      const labels = tf.tensor1d(Int32Array.from(y), "int32");
      await expect(emitted.evaluate(model, { ...data, y: labels }, 4)).rejects.toThrow("y[8] is 5");
      await expect(emitted.fit(model, { ...data, y: labels })).rejects.toThrow(/^y\[8\] is 5/);
      const held = { ...data, y: labels };
      await expect(emitted.fit(model, data, { validation: held })).rejects.toThrow(/^validation: y\[8\] is 5/);
      labels.dispose();
      tf.dispose(data);
      emitted.dispose(model);
      expect(tf.memory().numTensors).toBeLessThan(numTensors);
    });
  });

  it("are found where the data section looks them up", async () => {
    await useBackend("cpu");
    const prepared = (made: string) => `model Net: (x: f32[B, 4, 3]) -> y: f32[B, 4, 3] { x -> Dense(3) }
data Text {
  source: text("a.txt")
  x: f32[4, 3] = ${made}
}
train Net on Text {
  loss: mse(y, x)
  optimizer: sgd(lr=0.1)
  epochs: 1
  batch: 4
}
`;
    const { emitted: plain } = await emit("prepared", prepared("one_hot(raw.window(4), 3)"));
    const { emitted: computed } = await emit("prepared computed", prepared("one_hot(raw.window(4) - 1, 3)"));
    const windows = (...data: readonly number[]) => ({ window_4_0: { shape: [1, 4], data } });
    const [low, high] = [windows(0, 1, 2, 0), windows(1, 2, 3, 1)];
    const { numTensors } = tf.memory();
    expect(() => plain.prepare(high)).toThrow("window_4_0[0, 2] is 3, and must be from 0 to 2");
    expect(() => computed.prepare(low)).toThrow("2 of the places that the network computes are out of range");
    const features = [plain.prepare(low), computed.prepare(high)];
    for (const { x } of features) expect(Array.from(x?.dataSync() ?? [])).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0]);
    tf.dispose(features);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe("tensors of another type", () => {
  const text = nets["rows as they come"].replace("y: i32[] = raw.y", "y: class(3) = raw.y");

  it("are refused, with what they should be", async () => {
    await useBackend("cpu");
    const { emitted } = await emit("types", text);
    const model = emitted.create(1);
    const { k, y } = tensorsOf(sound.k, sound.y);
    const wrong = "y holds float32, not int32: make it with that type, or tf.cast it";
    for (const labels of [tf.tensor1d(sound.y), tf.cast(y, "float32")]) {
      await expect(emitted.trainStep(model, { k, y: labels })).rejects.toThrow(wrong);
      expect(() => emitted.evaluate(model, { k, y: labels })).toThrow(wrong);
      expect(() => emitted.fit(model, { k, y: labels })).toThrow(wrong);
    }
    expect(() => emitted.predict(model, { k: tf.cast(k, "bool") })).toThrow("k holds bool, not int32");
    expect(Number.isFinite((await emitted.trainStep(model, { k, y })).loss)).toBe(true);
  });

  it("are those of TensorFlow.js: real numbers of any width are float32, whole ones and classes int32", async () => {
    await useBackend("cpu");
    const inputs = ["f16", "bf16", "f32", "f64", "u8", "i8", "i32", "i64", "class(4)", "bool"];
    const { module } = unitOf(`model Net: (${inputs.map((it, at) => `x${at}: ${it}[B]`).join(", ")}) -> y: f32[B] {
      ${inputs.map((_, at) => `cast(x${at}, f32)`).join(" + ")}
    }`);
    const emitted = await importEmitted<Emitted>("stray-dtypes", await emitTfjs({ module, name: "Net" }));
    const types = [
      "float32",
      "float32",
      "float32",
      "float32",
      ...Array.from({ length: 5 }, () => "int32" as const),
      "bool",
    ] as const;
    const tensors = types.map((it) => tf.ones([2], it));
    const given = Object.fromEntries(tensors.map((it, at) => [`x${at}`, it]));
    const { y } = emitted.predict(emitted.create(), given);
    expect(Array.from(y?.dataSync() ?? [])).toEqual([10, 10]);
    for (const [at, type] of types.entries()) {
      const other = type === "int32" ? "float32" : "int32";
      const wrong = { ...given, [`x${at}`]: tf.ones([2], other) };
      expect(() => emitted.predict(emitted.create(), wrong)).toThrow(`x${at} holds ${other}, not ${type}`);
    }
  });
});
