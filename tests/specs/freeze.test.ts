import { afterAll, describe, expect, it } from "vitest";
import type { TrainProgram } from "../../src/ir/program.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { createDraw } from "../ops/sample-graphs.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";
import { trainerOf } from "./spec-testing.ts";

/** A small network with a normalisation between two layers; `norm` is its stages, `settings` of the training. */
const spec = (norm: string, settings: string, more = ""): string => `
${more}
model Net: (x: f32[B, 4, 4, 2]) -> y: f32[B, 3] {
  x -> conv: Conv2D(3, 2) -> ${norm} -> GlobalAvgPool2D -> head: Dense(3)
}
data Drawn {
  source: idx(images="images.idx", targets="targets.idx")
  x:      f32[4, 4, 2] = raw.image
  target: f32[3]       = raw.target
}
train Net on Drawn {
  loss:      mse(y, target)
  optimizer: sgd(lr=0.5)
  ${settings}
}
`;

/** Averages the batch in training and by what it keeps in inference; its own states and parameters, and dropout in it. */
const centring = `
block Centring(rate: float = 0): (x: f32[B, H, W, C]) -> f32[B, H, W, C] {
  param offset: f32[C] = zeros
  state average: f32[C] = ones
  m = mean(x, axes=[0, 1, 2])
  c = when training {
    average <- 0.9 * average + 0.1 * m
    m
  } else {
    average
  }
  (x - c + offset) -> Dropout(rate)
}`;

function programOf(text: string): TrainProgram {
  const { train } = unitOf(text);
  if (train === undefined) throw new Error("nothing to train");
  return train;
}

function drawn(shape: readonly number[], seed: number): Tensor {
  const draw = createDraw(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return { dtype: "f32", shape, data: Float32Array.from({ length: size }, () => 3 * draw() - 1) };
}

const batch: Tensors = new Map([
  ["x", drawn([5, 4, 4, 2], 1)],
  ["target", drawn([5, 3], 2)],
]);

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

const targets = {
  "ONNX Runtime": (program: TrainProgram) => createOnnxTrainer(program, { totalSteps: 9, threads: 1 }),
  "TensorFlow.js": (program: TrainProgram) => createTfjsTrainer(program, { totalSteps: 9, backend: "cpu" }),
} as const;

/** What a step of training does: the loss by the evaluation before it, by the step, and which variables it moved. */
async function stepOf(text: string, target: keyof typeof targets, at = 0) {
  const trainer = trainerOf(await targets[target](programOf(text)));
  opened.push(trainer);
  const before = await trainer.snapshot();
  const [evaluated = NaN] = (await trainer.evaluate(batch)).losses;
  const { loss } = await trainer.step(batch, at);
  const after = await trainer.snapshot();
  const moved = [...before.keys()].filter((path) => {
    const [a, b] = [before.get(path), after.get(path)].map((it) => (it === undefined ? [] : [...toNumbers(it)]));
    return a?.join() !== b?.join();
  });
  return { evaluated, loss, moved: moved.sort(), paths: [...after.keys()].sort(), after };
}

const everything = ["conv.bias", "conv.kernel", "head.bias", "head.kernel"];

describe.each(["ONNX Runtime", "TensorFlow.js"] as const)("frozen normalisation on %s", (target) => {
  it("normalises by what was kept, and what comes before goes on learning", async () => {
    const found = await stepOf(spec("bn: BatchNorm", 'freeze "bn.**"'), target);
    expect(found.loss).toBeCloseTo(found.evaluated, 5);
    expect(found.moved).toEqual(everything);
    expect(found.paths).toEqual([...everything, "bn.bias", "bn.mean", "bn.scale", "bn.variance"].sort());
  });

  it("normalises by the batch where nothing is frozen", async () => {
    const found = await stepOf(spec("bn: BatchNorm", ""), target);
    expect(Math.abs(found.loss - found.evaluated)).toBeGreaterThan(1e-2);
    expect(found.moved).toEqual([...everything, "bn.bias", "bn.mean", "bn.scale", "bn.variance"].sort());
  });

  it("normalises by the batch where a part alone is frozen", async () => {
    const found = await stepOf(spec("bn: BatchNorm", 'freeze "bn.scale"'), target);
    expect(Math.abs(found.loss - found.evaluated)).toBeGreaterThan(1e-2);
    expect(found.moved).toEqual([...everything, "bn.bias", "bn.mean", "bn.variance"].sort());
  });

  it("keeps a frozen state where the rest learns", async () => {
    const found = await stepOf(spec("bn: BatchNorm", 'freeze "bn.mean"'), target);
    expect(Math.abs(found.loss - found.evaluated)).toBeGreaterThan(1e-2);
    expect(found.moved).toEqual([...everything, "bn.bias", "bn.scale", "bn.variance"].sort());
    expect(found.paths).toContain("bn.mean");
  });

  it("knows instances without parameters by their states", async () => {
    const found = await stepOf(spec("bn: BatchNorm(scale=false, center=false)", 'freeze "bn.*"'), target);
    expect(found.loss).toBeCloseTo(found.evaluated, 5);
    expect(found.moved).toEqual(everything);
  });

  it("decides for each copy of a repeat by itself", async () => {
    const found = await stepOf(spec("repeat 3 as bn { BatchNorm }", 'freeze "bn.1.**"'), target);
    const others = ["bias", "mean", "scale", "variance"].flatMap((it) => [`bn.0.${it}`, `bn.2.${it}`]);
    expect(found.moved).toEqual([...everything, ...others].sort());
    expect(found.paths.length).toBe(16);
  });

  it("takes equal copies of a repeat as one", async () => {
    const found = await stepOf(spec("repeat 3 as bn { BatchNorm }", 'freeze "bn.**"'), target);
    expect(found.loss).toBeCloseTo(found.evaluated, 5);
    expect(found.moved).toEqual(everything);
  });

  it("runs blocks of the user's own in inference", async () => {
    const found = await stepOf(spec("own: Centring", 'freeze "own.**"', centring), target);
    expect(found.loss).toBeCloseTo(found.evaluated, 5);
    expect(found.moved).toEqual(everything);
  });

  it("leaves dropout within a frozen block dropping", async () => {
    const found = await stepOf(spec("own: Centring(0.5)", 'freeze "own.**"', centring), target);
    expect(Math.abs(found.loss - found.evaluated)).toBeGreaterThan(1e-3);
    expect(found.moved).toEqual(everything);
  });
});

describe("frozen normalisation", () => {
  it.each([
    ["all of it", "bn: BatchNorm", 'freeze "bn.**"'],
    ["some copies", "repeat 3 as bn { BatchNorm }", 'freeze "bn.1.**"'],
    ["a state", "bn: BatchNorm", 'freeze "bn.variance"'],
    ["a block with dropout", "own: Centring(0.5)", 'freeze "own.**"'],
  ])("is the same on both targets: %s", async (_, norm, settings) => {
    const text = spec(norm, settings, norm.includes("Centring") ? centring : "");
    const [ours, theirs] = [await stepOf(text, "ONNX Runtime", 3), await stepOf(text, "TensorFlow.js", 3)];
    expect(theirs.loss).toBeCloseTo(ours.loss, 5);
    for (const [path, tensor] of ours.after) {
      const other = theirs.after.get(path);
      expect(other, path).toBeDefined();
      toNumbers(tensor).forEach((value, index) => {
        expect(Number(other?.data[index]), path).toBeCloseTo(value, 4);
      });
    }
  });
});
