import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { readSafetensors, writeSafetensors, type SafeTensor } from "../../../src/support/safetensors.ts";
import { useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import { unitOf } from "./spec-unit.ts";

interface Model {
  step: number;
  readonly seed: number;
  readonly optimizer: readonly unknown[];
}

interface Emitted {
  readonly create: (seed?: number) => Model;
  readonly load: (bytes: Uint8Array, given?: Model) => Model;
  readonly save: (model: Model) => Promise<Uint8Array>;
  readonly dispose: (model: Model) => void;
  readonly trainStep: (model: Model, batch: Readonly<Record<string, tf.Tensor>>) => Promise<unknown>;
  readonly predict: (model: Model, inputs: Readonly<Record<string, tf.Tensor>>) => Readonly<Record<string, tf.Tensor>>;
}

// A kernel of [3, 3, 3, 3]: in any order of its axes it has the same shape. A state that is no float32.
const spec = `
block Count: (x: f32[B, 3]) -> f32[B, 3] {
  state seen: i64[2] = 0
  seen <- seen + 1
  x
}
model Net: (x: f32[B, 3]) -> logits: f32[B, 2] {
  x -> Count -> Dense(48) -> reshape([B, 4, 4, 3]) -> Conv2D(3, kernel=3) -> Flatten -> head: Dense(2)
}
data Points {
  source: csv("points.csv")
  split: train 1.0
  x: f32[3] = stack(raw.a, raw.a, raw.a, axis=-1) -> standardize
  label: class(2) = raw.label
}
train Net on Points {
  loss: cross_entropy(logits, label)
  optimizer: momentum(lr=0.01)
  save: best(train.loss)
  epochs: 2
  batch: 4
}
`;

let module: Emitted;
let saved: Uint8Array;

let batch: Readonly<Record<"x" | "label", tf.Tensor>>;

beforeAll(async () => {
  await useBackend("cpu");
  batch = { x: tf.tensor2d([1, 2, 3, 3, -1, 0], [2, 3]), label: tf.tensor1d([0, 1], "int32") };
  const { module: model, train } = unitOf(spec);
  if (train === undefined) throw new Error("nothing to train");
  module = await importEmitted<Emitted>("load", await emitTfjs({ module: model, train, name: "Net" }));
  const trained = module.create(5);
  for (let step = 0; step < 3; step++) await module.trainStep(trained, batch);
  saved = await module.save(trained);
});

interface Parts {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

function changed(change: (parts: Parts) => Partial<Parts>): Uint8Array {
  const read = readSafetensors(saved);
  if (!read.ok) throw new Error(read.error.message);
  const parts = { ...read.file, ...change(read.file) };
  return writeSafetensors(parts.tensors.values(), parts.metadata).bytes;
}

const without =
  (path: RegExp) =>
  ({ tensors }: Parts): Partial<Parts> => {
    expect([...tensors.keys()].some((name) => path.test(name))).toBe(true);
    return { tensors: new Map([...tensors].filter(([name]) => !path.test(name))) };
  };

const withTensor =
  (path: string, part: Partial<SafeTensor>) =>
  ({ tensors }: Parts): Partial<Parts> => {
    const usual: SafeTensor = { name: path, dtype: "f32", shape: [], bytes: new Uint8Array(4) };
    return { tensors: new Map([...tensors, [path, { ...(tensors.get(path) ?? usual), ...part }]]) };
  };

const withEntry =
  (key: string, text: string) =>
  ({ metadata }: Parts): Partial<Parts> => ({ metadata: new Map([...metadata, [key, text]]) });

/** The file with more in its progress. */
const progress = (more: object): Uint8Array => changed(withEntry("progress", JSON.stringify({ step: 3, ...more })));

/** A file with a header written by hand. */
function fileOf(header: string, payload: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + payload);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const numbers = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const scalar = '{"dtype":"F32","shape":[],"data_offsets":[0,4]}';

const faults: readonly (readonly [name: string, bytes: () => Uint8Array, message: string])[] = [
  ["nothing", () => new Uint8Array(0), "no .safetensors file"],
  ["rubbish", () => new TextEncoder().encode("PK\u0003\u0004 some other file"), "no .safetensors file"],
  ["a truncated file", () => saved.subarray(0, saved.length - 4), "truncated"],
  ["trailing bytes", () => Uint8Array.from([...saved, 0]), "goes on after its last tensor"],
  ["no JSON", () => fileOf("{]", 0), "the header of the .safetensors file is no JSON"],
  ["a list", () => fileOf("[]", 0), "the header of the .safetensors file is no object"],
  ["a byte order mark", () => fileOf("\uFEFF{}", 0), "is no JSON"],
  ["a tensor twice", () => fileOf(`{"a":${scalar},"\\u0061":${scalar}}`, 4), 'has "a" twice'],
  ["a key twice", () => fileOf(`{"a":${scalar.replace("{", '{"shape":[1],')}}`, 4), 'has "shape" twice'],
  ["no entry", () => fileOf('{"a":3}', 0), 'tensor "a" is no object'],
  ["an unknown type", () => fileOf('{"a":{"dtype":"F7"}}', 0), 'tensor "a" has an element type that is not supported'],
  [
    "a type that objects inherit",
    () => fileOf('{"a":{"dtype":"constructor"}}', 0),
    "element type that is not supported",
  ],
  ["a fractional size", () => fileOf('{"a":{"dtype":"F32","shape":[1.5]}}', 0), 'tensor "a" has no valid shape'],
  ["a negative size", () => fileOf('{"a":{"dtype":"F32","shape":[-1]}}', 0), 'tensor "a" has no valid shape'],
  ["no offsets", () => fileOf('{"a":{"dtype":"F32","shape":[]}}', 0), 'tensor "a" has no valid offsets'],
  [
    "other bytes than the shape says",
    () => fileOf(`{"a":${scalar.replace("[]", "[2]")}}`, 4),
    "has 4 bytes where its type takes 8",
  ],
  ["a gap", () => fileOf(`{"a":${scalar.replace("[0,4]", "[4,8]")}}`, 8), 'tensor "a" begins at byte'],
  ["two at one place", () => fileOf(`{"a":${scalar},"b":${scalar}}`, 4), 'tensor "b" begins at byte'],
  ["metadata that is no object", () => fileOf('{"__metadata__":[]}', 0), "the metadata is no object"],
  ["metadata that is no text", () => fileOf('{"__metadata__":{"k":1}}', 0), 'the metadata has "k" that is no text'],
  ["a missing parameter", () => changed(without(/^head\.bias/)), "the checkpoint has no head.bias"],
  ["a missing state", () => changed(without(/seen/)), "the checkpoint has no count_0.seen"],
  [
    "a missing slot",
    () => changed(without(/^opt\/velocity\/head\.bias/)),
    "the checkpoint has no opt/velocity/head.bias",
  ],
  ["progress without slots", () => changed(without(/^opt/)), "the checkpoint has no opt/velocity/"],
  ["half of the statistics", () => changed(without(/mean$/)), "the checkpoint has no statistic/x.mean"],
  ["a memory of nothing", () => changed(withTensor("opt/loss_scales", {})), "the model has no opt/loss_scales"],
  ["a tensor too many", () => changed(withTensor("head.bais", {})), "the model has no head.bais"],
  [
    "another type",
    () => changed(withTensor("head.bias", { dtype: "i32" })),
    "head.bias is I32 in the checkpoint, not F32",
  ],
  [
    "a state of another type",
    () => changed(withTensor("count_0.seen", { dtype: "f32", bytes: new Uint8Array(8) })),
    "count_0.seen is F32 in the checkpoint, not I64",
  ],
  [
    "another shape",
    () => changed(withTensor("head.bias", { shape: [2, 1] })),
    "head.bias has shape [2, 1] in the checkpoint, not [2]",
  ],
  [
    "a slot of another shape",
    () => changed(withTensor("opt/velocity/head.bias", { shape: [1, 2] })),
    "opt/velocity/head.bias has shape [1, 2]",
  ],
  [
    "another optimizer's slot of another shape",
    () => changed(withTensor("opt/m/head.bias", {})),
    "opt/m/head.bias has shape []",
  ],
  [
    "a statistic of another shape",
    () => changed(withTensor("statistic/x.mean", { shape: [1, 3] })),
    "statistic/x.mean has shape [1, 3]",
  ],
  [
    "an integer of more than 32 bits",
    () => changed(withTensor("count_0.seen", { bytes: new Uint8Array(BigInt64Array.of(2n, 2147483648n).buffer) })),
    "count_0.seen has 2147483648 at element 1, which an int32 variable cannot hold",
  ],
  [
    "an integer that no number holds",
    () =>
      changed(withTensor("count_0.seen", { bytes: new Uint8Array(BigInt64Array.of(2n, 9007199254740993n).buffer) })),
    "count_0.seen has 9007199254740993 at element 1, which no number holds exactly",
  ],
  ["no number", () => changed(withTensor("head.bias", { bytes: numbers(1, NaN) })), "head.bias has NaN at element 1"],
  [
    "infinity",
    () => changed(withTensor("opt/velocity/head.bias", { bytes: numbers(Infinity, 0) })),
    "opt/velocity/head.bias has Infinity at element 0",
  ],
  [
    "another order",
    () => changed(withEntry("perm", '{"conv2d_0.kernel":[0,1,2,3]}')),
    "conv2d_0.kernel has its axes in the order [0,1,2,3] in the checkpoint, not [3,2,0,1]",
  ],
  ["no order", () => changed(withEntry("perm", "{}")), "conv2d_0.kernel has its axes in the order [0,1,2,3]"],
  [
    "an order of nothing",
    () => changed(withEntry("perm", '{"conv2d_0.kernel":[3,2,0,1],"other":[0]}')),
    "speaks of other",
  ],
  ["orders that are no JSON", () => changed(withEntry("perm", "[")), 'the metadata "perm" is no JSON'],
  ["progress that is no JSON", () => changed(withEntry("progress", "{")), 'the metadata "progress" is no JSON'],
  ["a fractional step", () => changed(withEntry("progress", '{"step":1.5}')), "has 1.5 as step"],
  ["a negative step", () => changed(withEntry("progress", '{"step":-1}')), "has -1 as step"],
  ["a huge step", () => changed(withEntry("progress", '{"step":4294967296}')), "has 4294967296 as step"],
  ["a step that is text", () => changed(withEntry("progress", '{"step":"3"}')), 'has "3" as step'],
  ["no step", () => changed(withEntry("progress", "{}")), 'the metadata "progress" has nothing as step'],
  ["a best of long ago", () => progress({ best: { value: 1, step: 1 } }), "has a best value that does not say what"],
  ["a best that is none", () => progress({ save: 3 }), "has 3 as save, not an object"],
  ["a best of nothing", () => progress({ stop: { value: 1, step: 1 } }), "has nothing as stop.monitor, not a text"],
  [
    "a best of the future",
    () => progress({ save: { monitor: "train.loss", value: 1, step: 4 } }),
    "has 4 as save.step, not a whole number from 0 to 3",
  ],
  [
    "a best that is no number",
    () => progress({ stop: { monitor: "train.loss", value: "NaN", step: 1 } }),
    'has "NaN" as stop.value, not a finite number',
  ],
  ["more waiting than steps", () => progress({ waited: 4 }), "has 4 as waited, not a whole number from 0 to 3"],
  ["figures that are none", () => progress({ figures: {} }), "has nothing as figures.metrics, not a list"],
  [
    "figures of nothing",
    () => progress({ figures: { loss: 1, examples: 2, metrics: [{ sum: 1, count: "2" }] } }),
    'has "2" as figures.metrics.0.count, not a number',
  ],
  [
    "figures of a list of none",
    () => progress({ figures: { loss: 1, examples: 2, metrics: [{ bins: [1, {}] }] } }),
    "has {} as figures.metrics.0.bins, not a number",
  ],
  [
    "figures of a metric that is none",
    () => progress({ figures: { loss: 1, examples: 2, metrics: [3] } }),
    "has 3 as figures.metrics.0, not an object",
  ],
  [
    "half of the best weights",
    () => changed(withTensor("opt/best/head.bias", { shape: [2], bytes: new Uint8Array(8) })),
    "the checkpoint has no opt/best/",
  ],
  ["a seed that is none", () => changed(withEntry("seed", "NaN")), 'the metadata "seed" is "NaN"'],
  ["a fractional seed", () => changed(withEntry("seed", "1.5")), 'the metadata "seed" is "1.5"'],
];

describe("load", () => {
  it.each(faults)(
    "refuses %s: frees what it made, and leaves a model that is given as it was",
    async (_, bytes, message) => {
      const given = module.create(1);
      const before = await module.save(given);
      const { numTensors } = tf.memory();
      expect(() => module.load(bytes())).toThrow(message);
      expect(() => module.load(bytes(), given)).toThrow(message);
      expect(tf.memory().numTensors).toBe(numTensors);
      expect(await module.save(given)).toEqual(before);
      module.dispose(given);
    },
  );

  it("makes nothing for an optimizer until training goes on, and then goes on exactly", async () => {
    const fresh = module.create();
    const variables = tf.memory().numTensors;
    module.dispose(fresh);
    const none = tf.memory().numTensors;
    const model = module.load(saved);
    tf.dispose(module.predict(model, { x: batch.x }));
    expect(model.optimizer).toEqual([]);
    expect(tf.memory().numTensors - none).toBe(variables - none);
    expect(model).toMatchObject({ step: 3, seed: 5 });
    expect(await module.save(model)).toEqual(saved);
    const whole = module.create(5);
    for (let step = 0; step < 4; step++) await module.trainStep(whole, batch);
    const second = module.load(saved);
    await module.trainStep(second, batch);
    expect(await module.save(second)).toEqual(await module.save(whole));
    [model, whole, second].forEach((it) => {
      module.dispose(it);
    });
    expect(tf.memory().numTensors).toBe(none);
  });

  it("takes plain weights: a model's memory and statistics stay as they are", async () => {
    const plain = changed((parts) => ({
      ...without(/^(opt|statistic)/)(parts),
      metadata: new Map([...parts.metadata].filter(([key]) => key !== "progress")),
    }));
    expect(module.load(plain).step).toBe(0);
    const given = module.load(saved);
    expect(await module.save(module.load(plain, given))).toEqual(saved);
  });

  it("passes over the loss scale of another target", async () => {
    const model = module.load(changed(withTensor("opt/critic_loss_scale", { bytes: numbers(1024) })));
    expect(await module.save(model)).toEqual(saved);
    module.dispose(model);
  });

  it("passes over another optimizer's memory", async () => {
    const more = changed(withTensor("opt/m/head.bias", { shape: [2], bytes: new Uint8Array(8) }));
    expect(await module.save(module.load(more))).toEqual(saved);
  });

  it("ends in an error or in the same model, however a file is damaged", async () => {
    const headerEnd = 8 + Number(new DataView(saved.buffer, saved.byteOffset).getBigUint64(0, true));
    const { numTensors } = tf.memory();
    await fc.assert(
      fc.asyncProperty(fc.nat(headerEnd - 1), fc.nat(255), async (at, byte) => {
        const bytes = saved.slice();
        bytes[at] = byte;
        let loaded: Model;
        try {
          loaded = module.load(bytes);
        } catch (error) {
          expect(String(error)).not.toMatch(/TypeError|undefined|\[object/);
          expect(tf.memory().numTensors).toBe(numTensors);
          return;
        }
        const read = readSafetensors(await module.save(loaded));
        const wanted = readSafetensors(saved);
        expect(read.ok && wanted.ok && read.file.tensors).toEqual(wanted.ok && wanted.file.tensors);
        module.dispose(loaded);
      }),
    );
  });
});
