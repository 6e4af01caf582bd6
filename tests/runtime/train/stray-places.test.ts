import { afterAll, describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../../src/runtime/tfjs/tfjs-trainer.ts";
import { bytesOf } from "../../../src/runtime/onnx/typed-array.ts";
import type { Tensor, Tensors } from "../../../src/runtime/tensor.ts";
import { StrayPlaces } from "../../../src/runtime/train/stray-places.ts";
import type { Trainer } from "../../../src/runtime/train/trainer.ts";
import { trainerOf, trainingOf } from "../../specs/spec-testing.ts";

/** Labels of three classes and rows of a table of four, neither of them declared. */
const source = (
  model: string,
  features = "x: f32[2] = stack(raw.a, raw.b, axis=-1)\n  k: i32[] = raw.k",
): string => `${model}
data Plane {
  source: csv("plane.csv")
  ${features}
  y: i32[] = raw.y
}
train Net on Plane {
  loss:      cross_entropy(logits, y)
  optimizer: momentum(lr=0.1)
  metrics:   accuracy(logits, y), perplexity(logits, y)
  epochs:    1
  batch:     4
  seed:      1
}
`;
const plain = source(`block Centre: (x: f32[B, C]) -> f32[B, C] {
  state average: f32[C] = zeros
  when training { average <- 0.9 * average + 0.1 * mean(x, over=B) }
  x - average
}
model Net: (x: f32[B, 2], k: i32[B]) -> logits: f32[B, 3] {
  concat(x, k -> Embedding(4, 3), axis=1) -> Centre -> Dense(3)
}`);
/** The row is computed from the feature. */
const computed = plain.replace("k -> Embedding", "2 * k -> Embedding");
const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

const targets = ["onnx", "tfjs cpu", "tfjs wasm"] as const;

async function open(target: (typeof targets)[number], text: string): Promise<Trainer> {
  const program = trainingOf(text);
  const trainer = trainerOf(
    target === "onnx"
      ? await createOnnxTrainer(program, { totalSteps: 8, threads: 1 })
      : await createTfjsTrainer(program, { totalSteps: 8, backend: target === "tfjs cpu" ? "cpu" : "wasm" }),
  );
  opened.push(trainer);
  return trainer;
}

const integers = (...data: number[]): Tensor => ({ dtype: "i32", shape: [data.length], data: Int32Array.from(data) });

const batch = (k: readonly number[], y: readonly number[]): Tensors =>
  new Map<string, Tensor>([
    ["x", { dtype: "f32", shape: [4, 2], data: Float32Array.from({ length: 8 }, (_, at) => Math.sin(1 + 1.7 * at)) }],
    ["k", integers(...k)],
    ["y", integers(...y)],
  ]);

const bits = (tensors: Tensors): Readonly<Record<string, string>> =>
  Object.fromEntries([...tensors].map(([name, it]) => [name, Buffer.from(bytesOf(it)).toString("hex")]));

const rows = [0, 3, 1, 2];
const labels = [0, 2, 1, 2];

/** Batches with places out of range, and how many there are in training, where the loss and two metrics read labels. */
const strays: readonly (readonly [what: string, batch: Tensors, count: number])[] = [
  ["a label of n", batch(rows, [0, 3, 1, 2]), 1],
  ["labels of -1 and +1", batch(rows, [-1, 1, -1, 1]), 2],
  ["a label far beyond", batch(rows, [0, 2, 1_000_000, 2]), 1],
  ["a row of n", batch([0, 3, 4, 2], labels), 1],
  ["a row of -1", batch([0, -1, 1, 2], labels), 1],
  ["rows and labels", batch([-7, 4, 1, 2], [3, 0, 0, 0]), 3],
];

describe.each(targets)("places out of range (%s)", (target) => {
  it.each(strays)("end a step before anything is carried: %s", async (_, stray, count) => {
    const trainer = await open(target, plain);
    await trainer.step(batch(rows, labels), 0);
    const before = bits(await trainer.snapshot());
    const error: unknown = await trainer.step(stray, 1).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(StrayPlaces);
    expect(error).toMatchObject({ count });
    expect(bits(await trainer.snapshot())).toEqual(before);
    await expect(trainer.evaluate(stray)).rejects.toThrow(StrayPlaces);
    // What is sound is taken after it as before.
    expect(Number.isFinite((await trainer.step(batch(rows, labels), 1)).loss)).toBe(true);
    expect(bits(await trainer.snapshot())).not.toEqual(before);
  });

  it("are found among those that the network computes", async () => {
    const trainer = await open(target, computed);
    expect(Number.isFinite((await trainer.step(batch([0, 1, 0, 1], labels), 0)).loss)).toBe(true);
    await expect(trainer.step(batch([0, 1, 2, 1], labels), 1)).rejects.toMatchObject({ count: 1 });
    await expect(trainer.evaluate(batch([0, -1, 2, 1], labels))).rejects.toMatchObject({ count: 2 });
  });

  it("leave what is in range as it was", async () => {
    const [checked, proved] = [
      await open(target, plain),
      await open(target, plain.replaceAll("k: i32[]", "k: class(4)[]")),
    ];
    for (let step = 0; step < 3; step++) {
      const given = batch(rows, labels);
      expect(await checked.step(given, step)).toEqual(await proved.step(given, step));
    }
    expect(bits(await checked.snapshot())).toEqual(bits(await proved.snapshot()));
  });
});

it.each([
  [1, "one place that the network looks up is out of range (a label, or the row of a table)"],
  [12, "12 places that the network looks up are out of range (labels, or rows of tables)"],
])("%i are said to be so many", (count, message) => {
  expect(new StrayPlaces(count)).toMatchObject({ name: "StrayPlaces", count, message });
});
