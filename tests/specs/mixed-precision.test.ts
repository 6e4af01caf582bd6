import { afterAll, describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createPredictor } from "../../src/runtime/onnx/predictor.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { createDraw } from "../ops/sample-graphs.ts";
import { trainerOf, trainingOf } from "./spec-testing.ts";

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

async function open(text: string): Promise<Trainer> {
  const trainer = trainerOf(await createOnnxTrainer(trainingOf(text), { totalSteps: 40, threads: 1 }));
  opened.push(trainer);
  return trainer;
}

const tensor = (shape: readonly number[], numbers: Iterable<number>): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(numbers),
});

/** Convolutions, a recurrent layer, attention and norms on small images, whose classes they show. */
const net = (precision: string): string => `model Net: (image: f32[B, 6, 6, 1]) -> scores: f32[B, 3] {
  rows = image -> Conv2D(4, 3, padding=same, activation=relu) -> BatchNorm -> reshape([B, 6, 24])
  rows -> MultiHeadAttention(2) -> LayerNorm -> GRU(8) -> Dense(3)
}
data Few {
  source: npz("few.npz")
  image: f32[6, 6, 1] = raw.image
  label: class(3) = raw.label
}
train Net on Few {
  loss:      cross_entropy(scores, label)
  metrics:   accuracy(scores, label)
  optimizer: adam(lr=0.01)
  batch:     16
  precision: ${precision}
}
`;

/** Images with a bright column, which the label counts. */
function images(seed: number, count: number): Tensors {
  const draw = createDraw(seed);
  const labels = Int32Array.from({ length: count }, () => Math.floor(draw() * 3));
  const pixels = Float32Array.from({ length: count * 36 }, (_, at) => {
    const column = 2 * (labels[Math.floor(at / 36)] ?? 0);
    return draw() * 0.6 + (at % 6 === column ? 0.5 : 0);
  });
  return new Map<string, Tensor>([
    ["image", { dtype: "f32", shape: [count, 6, 6, 1], data: pixels }],
    ["label", { dtype: "i32", shape: [count], data: labels }],
  ]);
}

async function lossesOf(trainer: Trainer, steps: number): Promise<readonly number[]> {
  const losses: number[] = [];
  for (let step = 0; step < steps; step += 1) losses.push((await trainer.step(images(step, 16), step)).loss);
  return losses;
}

describe.each(["mixed_bf16", "mixed_f16"] as const)("a network of %s", (precision) => {
  it("learns as one of f32 does, a little otherwise, and keeps its weights in f32", async () => {
    const [plain, mixed] = [await open(net("f32")), await open(net(precision))];
    const [expected, found] = [await lossesOf(plain, 40), await lossesOf(mixed, 40)];
    // At the same parameters: 8 and 11 significant bits.
    expect(found[0]).not.toBe(expected[0]);
    expect(Math.abs((found[0] ?? NaN) - (expected[0] ?? NaN))).toBeLessThan(0.01);
    const late = (losses: readonly number[]): number => losses.slice(30).reduce((a, b) => a + b) / 10;
    expect(late(expected)).toBeLessThan(0.5);
    expect(Math.abs(late(found) - late(expected))).toBeLessThan(0.1);
    const kept = await mixed.snapshot();
    const halves = [...kept].filter(([, { dtype }]) => dtype === "f16" || dtype === "bf16");
    expect(halves).toEqual([]);
    // Master weights: more bits than products take.
    const kernel = [...kept].find(([path]) => path.endsWith("kernel"))?.[1];
    expect(toNumbers(kernel ?? tensor([], [])).some((it) => Math.fround(it * 2 ** 12) % 1 !== 0)).toBe(true);
  });

  it("evaluates and predicts in the precision that it is trained in", async () => {
    const program = trainingOf(net(precision));
    const [plain, mixed] = [await open(net("f32")), await open(net(precision))];
    await mixed.restore(await plain.snapshot());
    const batch = images(77, 32);
    const [expected, found] = [await plain.evaluate(batch), await mixed.evaluate(batch)];
    expect(found.losses[0]).not.toBe(expected.losses[0]);
    expect(Math.abs((found.losses[0] ?? NaN) - (expected.losses[0] ?? NaN))).toBeLessThan(0.01);

    const image = new Map([["image", batch.get("image") ?? tensor([], [])]]);
    const weights = await plain.snapshot();
    const scores = await Promise.all(
      [program.precision, undefined].map(async (it) => {
        const made = await createPredictor(program.model, weights, { threads: 1, precision: it });
        if (!made.ok) throw new Error(made.error);
        const answer = await made.value.run(image);
        await made.value.dispose();
        if (!answer.ok) throw new Error(answer.error);
        return toNumbers(answer.value.get("scores") ?? tensor([], []));
      }),
    );
    const [rounded = [], exact = []] = scores.map((it) => [...it]);
    const furthest = Math.max(...rounded.map((it, at) => Math.abs(it - (exact[at] ?? NaN))));
    expect(furthest).toBeGreaterThan(1e-5);
    expect(furthest).toBeLessThan(0.05);
  });
});

describe("a product of 16 bits", () => {
  // 0.1 has 8 bits as 205 / 2048, 3 is exact; the sum is rounded to 8 bits once, and the bias comes after it.
  it("rounds what it takes and gives, and nothing else", async () => {
    const text = `model Line: (x: f32[B, 2]) -> y: f32[B, 1] {
  param w: f32[2, 1] = ones
  matmul(x, w) + 0.001
}
data Points {
  source: csv("points.csv")
  x: f32[2] = stack(raw.a, raw.b, axis=-1)
  t: f32[1] = stack(raw.t, axis=-1)
}
train Line on Points {
  loss:      mean(y)
  optimizer: sgd(lr=0.1)
  precision: mixed_bf16
}
`;
    const program = trainingOf(text);
    const weights = new Map([["w", tensor([2, 1], [1, 1])]]);
    const made = await createPredictor(program.model, weights, { threads: 1, precision: program.precision });
    if (!made.ok) throw new Error(made.error);
    const answer = await made.value.run(new Map([["x", tensor([1, 2], [0.1, 3])]]));
    await made.value.dispose();
    if (!answer.ok) throw new Error(answer.error);
    const [y] = toNumbers(answer.value.get("y") ?? tensor([], []));
    expect(y).toBe(Math.fround(3.09375 + Math.fround(0.001)));
  });
});
