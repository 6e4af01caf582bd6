import { afterAll, describe, expect, it } from "vitest";
import { loadProgram } from "../../src/analyze/program.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { renderText } from "../../src/diagnostics/render.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { lowerTrain } from "../../src/lower/sections/lower-sections.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { fitStatistics } from "../../src/runtime/train/fit-statistics.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { host } from "../lower/checking.ts";
import { loadData, relativeNorm, trainerOf, weightVector } from "./spec-testing.ts";

/** Constructs that the six specs leave out, each trained for some steps on both runtimes. */

const blobs = `data D {
  source: synthetic_blobs(count=64, classes=4, features=6, seed=3)
  x: f32[6] = raw.x -> standardize
  label: class(4) = raw.label
}
`;
const digits = `data D {
  source: synthetic_digits(count=32, seed=3)
  x: f32[28, 28, 1] = raw.image / 255
  label: class(10) = raw.label
}
`;
const sequences = `data D {
  source: synthetic_sequences(count=32, length=7, features=5, classes=4, seed=3)
  x: f32[7, 5] = raw.x
  label: class(4)[7] = raw.label
}
`;
const train = (settings = ""): string =>
  `train M on D {\n  loss: cross_entropy(y, label)\n  metrics: accuracy(y, label)\n  optimizer: adam(lr=0.01)\n  batch: 8\n  seed: 5\n${settings}}\n`;
const dense = (body: string): string => `model M: (x: f32[B, 6]) -> y: f32[B, 4] {\n${body}\n}\n${blobs}${train()}`;
const image = (body: string): string =>
  `model M: (x: f32[B, 28, 28, 1]) -> y: f32[B, 10] {\n${body}\n}\n${digits}${train()}`;
const sequence = (body: string, before = ""): string =>
  `${before}model M: (x: f32[B, T, 5]) -> y: f32[B, T, 4] {\n${body}\n}\n${sequences}${train()}`;

const specs: Readonly<Record<string, string>> = {
  "batch normalisation and dropout": dense("  x -> Dense(8) -> BatchNorm -> relu -> Dropout(0.3) -> Dense(4)"),
  "batch normalisation without scale": dense("  x -> Dense(8) -> BatchNorm(scale=false, momentum=0.5) -> Dense(4)"),
  "batch normalisation of images": image(
    "  x -> Conv2D(4, 3, stride=2, bias=false) -> BatchNorm -> relu -> MaxPool2D(2) -> Dropout(0.25) -> Flatten -> Dense(10)",
  ),
  "rows and columns that are repeated": image(
    "  x -> Conv2D(3, 5, stride=4) -> UpSampling2D([2, 3]) -> Conv2D(2, 3, stride=2) -> UpSampling2D -> Flatten -> Dense(10)",
  ),
  "convolutions of sequences": sequence(
    "  x -> Conv1D(6, 3, padding=causal, dilation=2, activation=relu) -> SeparableConv1D(6, 3, padding=same, bias=false) -> BatchNorm\n    -> DepthwiseConv1D(3, padding=[0, 2]) -> Conv1D(4, 1, groups=2)",
  ),
  "convolutions of volumes": image(
    "  reshape(x, [B, 7, 8, 14, 1]) -> Conv3D(4, 3, stride=[1, 2, 2], padding=[0, 1, 0, 1, 1, 0], activation=relu)\n    -> Conv3D(4, 2, groups=2, dilation=2, bias=false) -> BatchNorm -> Flatten -> Dense(10)",
  ),
  "pools that overlap, reach over the end and adapt": image(
    "  x -> Conv2D(4, 3, stride=2) -> MaxPool2D(3, stride=2, padding=1, ceil=true) -> Conv2DTranspose(4, 3, stride=2, padding=1, output_padding=1, groups=2)\n    -> AvgPool2D(3, stride=2, ceil=true) -> MaxPool2D(2, dilation=2, stride=1) -> AdaptiveMaxPool2D([3, 2]) -> Flatten -> Dense(10)",
  ),
  "pools of volumes": image(
    "  reshape(x, [B, 7, 8, 14, 1]) -> Conv3D(3, 2) -> MaxPool3D([2, 3, 2], stride=[1, 2, 2], padding=1)\n    -> Conv3DTranspose(2, 2, stride=[1, 2, 1]) -> AvgPool3D(3, stride=2, padding=same) -> lp_pool([2, 2, 2], 1) -> Flatten -> Dense(10)",
  ),
  "one batch normalisation used twice": dense("  n = BatchNorm()\n  h = x -> n\n  (h + (h -> n)) -> Dense(4)"),
  "batch normalisation in a repeat": dense(
    "  x -> Dense(8) -> repeat 3 as layer { Dense(8) -> BatchNorm -> relu -> Dropout(0.1) } -> Dense(4)",
  ),
  "a shared repeat with dropout": dense(
    "  x -> repeat 3 shared { Dense(6, activation=tanh) -> Dropout(0.2) } -> Dense(4)",
  ),
  "a state of one's own": dense(
    "  state seen: f32[6] = zeros\n  seen <- seen * 0.5 + mean(x, over=B) * 0.5\n  (x - seen) -> Dense(4)",
  ),
  "a `when` over training that binds": dense(
    "  d = Dense(6)\n  when training {\n    a = x -> Dropout(0.5)\n    b = d(a) * 2\n  } else {\n    a = x\n    b = d(x)\n  }\n  (a + b) -> Dense(4)",
  ),
  "a list of widths": `model M(widths: [int] = [5, 7]): (x: f32[B, 6]) -> y: f32[B, 4] {
  x -> for w in widths as hidden { Dense(w, activation=leaky_relu(0.2)) -> LayerNorm } -> Dense(4)
}
${blobs}${train()}`,
  "scans that nest, reverse and emit last": sequence(
    "  (h, last) = x -> Cell(4)\n  h + reshape(last, [B, 1, 4])",
    `block Cell(units: int): (x: f32[B, T, D]) -> (all: f32[B, T, units], last: f32[B, units]) {
  param kernel: f32[D, units] = glorot_uniform
  param pass: f32[units, units] = orthogonal
  scan x_t in x over T reverse with h: f32[B, units] = zeros, n: f32[B, units] = ones {
    h <- tanh(matmul(x_t, kernel) + matmul(h, pass))
    inner = scan w in kernel over D with s: f32[B, units] = h { s <- s * 0.9 + w }
    n <- n * 0.5 + inner
    emit h + n
    emit last n
  }
}
`,
  ),
  "both directions": sequence(
    "  x -> Bidirectional(LSTM(3, sequences=true)) -> Bidirectional(GRU(4, sequences=true), merge=sum)",
  ),
  "attention over sequences": sequence(
    "  h = x -> Dense(8)\n  a = (h, h) -> MultiHeadAttention(2, causal=true, dropout=0.1)\n  (h + a) -> RMSNorm -> Dense(4)",
  ),
  "noise that is drawn anew": dense("  h = x -> Dense(6)\n  (h + 0.1 * normal_like(h)) -> Dense(4)"),
  "instances within instances that are shared": `block Pair: (x: f32[B, D]) -> f32[B, D] {
  one = Dense(D, activation=tanh)
  one(one(x)) -> two: Dense(D)
}
model M: (x: f32[B, 6]) -> y: f32[B, 4] {
  p = Pair()
  p(p(x)) -> repeat 2 { Pair -> relu } -> Dense(4)
}
${blobs}${train()}`,
  "groups, freezing, clipping and schedules": `model M: (x: f32[B, 6]) -> y: f32[B, 4] {
  x -> stem: Dense(8, activation=relu) -> head: Dense(4)
}
${blobs}train M on D {
  loss: cross_entropy(y, label) + 0.01 * mean(square(y))
  optimizer: adamw(lr=cosine(peak=0.05, warmup=3, floor=0.001), decay=0.1)
  group "**.bias": decay=0, scale=0.5
  freeze "stem.kernel"
  clip: global_norm(0.5)
  batch: 8
  seed: 9
}
`,
  "dropout in copies that are written out": `block Noisy: (x: f32[B, D]) -> f32[B, D] {
  x -> repeat 2 as k { Dense(D) -> Dropout(0.2) }
}
model M(widths: [int] = [5, 7]): (x: f32[B, 6]) -> y: f32[B, 4] {
  d = Dense(6, activation=tanh)
  x -> repeat 2 shared { d -> Dropout(0.5) -> Dense(6) -> Dropout(0.3) }
    -> for w in widths as hidden { Dense(w) -> Dropout(0.4) -> repeat 2 { Dense(w) -> Dropout(0.3) } -> Noisy }
    -> Dense(4)
}
${blobs}${train()}`,
  "sizes that are free in the data, several outputs and metrics": `model M: (x: f32[N, S, 5]) -> (y: f32[N, S, 4], extra: f32[N, 4]) where S <= 10 {
  h = x -> LSTM(6, sequences=true) -> Dense(4)
  (h, mean(h, over=S))
}
data D {
  source: synthetic_sequences(count=64, length=7, features=5, classes=4, seed=3)
  x: f32[T, 5] = raw.x -> standardize
  label: class(4)[T] = raw.label
  first: class(4) = raw.label[:, 0]
}
train M on D {
  loss: cross_entropy(y, label) + 0.5 * cross_entropy(extra, first) + 0.01 * mean(square(y - mean(y, axis=1, keep=true)))
  metrics: accuracy(y, label), accuracy(extra, first)
  optimizer: rmsprop(lr=0.01, momentum=0.9)
  clip: norm(0.5)
  batch: 8
}
`,
  "functions of one's own in features, the loss and the model": `fn scaled(by: float): (x: float[...S]) -> float[...S] { x * by }
fn spread: (x: f32[B, D]) -> f32[B] { mean(scaled(square(x), 0.5), over=D) }
model M: (x: f32[B, 6], ids: i32[B]) -> (y: f32[B, 4], z: f32[B, 2]) {
  h = concat(scaled(x, 0.1), ids -> Embedding(4, 3), axis=-1) -> Dense(5, activation=selu)
  (h -> Dense(4), h -> Dense(2) -> scaled(2))
}
data D {
  source: synthetic_blobs(count=64, classes=4, features=6, seed=3)
  x: f32[6] = scaled(standardize(raw.x / 2), 3) + 1
  ids: i32[] = raw.label
  label: class(4) = raw.label
  far: f32[] = raw.x -> spread -> standardize
}
train M on D {
  loss: cross_entropy(y, label) + 0.1 * mse(spread(z), far) + scaled(mean(square(z)), 0.01)
  optimizer: sgd(lr=exponential(0.1, decay=0.9, every=2, warmup=2), decay=0.01)
  clip: value(0.5)
  batch: 8
}
`,
};

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

function programOf(text: string): TrainProgram {
  const collector = createCollector();
  const program = loadProgram({ path: "main.model", text }, host, collector);
  const declaration = program.entry.ast.declarations.find((it) => it.kind === "train");
  const lowered = declaration?.kind === "train" ? lowerTrain(program, declaration, {}, collector) : undefined;
  if (lowered === undefined || collector.hasErrors)
    throw new Error(renderText(collector.diagnostics, { color: false }));
  return lowered;
}

/** What batches leave behind besides the optimizer's work: running means and the like. */
function statesOf(tensors: Tensors): Float64Array {
  const names = [...tensors.keys()].filter((it) => /^(?!statistic|opt).*(mean|variance|seen)$/.test(it)).sort();
  return Float64Array.from(names.flatMap((it) => Array.from(tensors.get(it)?.data ?? [], Number)));
}

/** What is written for TensorFlow.js by its gradient, which backends compute otherwise: on the other one as well. */
const onWasm = ["rows and columns that are repeated"];
const cases = Object.entries(specs).flatMap(([name, text]) =>
  (onWasm.includes(name) ? (["cpu", "wasm"] as const) : (["cpu"] as const)).map((it) => [name, it, text] as const),
);

describe.each(cases)("%s, TensorFlow.js on %s", (_, backend, text) => {
  it("trains alike on both runtimes", async () => {
    const program = programOf(text);
    const dataset = await loadData(program, "main.model");
    const statistics = await fitStatistics(program, dataset.splits.train);
    const options = { totalSteps: 20 };
    const onnx = trainerOf(await createOnnxTrainer(program, { ...options, threads: 1 }));
    const tfjs = trainerOf(await createTfjsTrainer(program, { ...options, backend }));
    opened.push(onnx, tfjs);
    await onnx.restore(statistics);
    await tfjs.restore(statistics);
    const initial = await onnx.snapshot();
    expect(relativeNorm(weightVector(initial), weightVector(await tfjs.snapshot()))).toBeLessThan(1e-5);
    await tfjs.restore(initial);
    for (let step = 0; step < 4; step++) {
      const raw = await dataset.splits.train.gather(Array.from({ length: 8 }, (_, i) => 8 * step + i));
      const [ours, theirs] = [await onnx.prepare(raw), await tfjs.prepare(raw)];
      const [a, b] = [await onnx.step(ours, step), await tfjs.step(theirs, step)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(2e-5 * Math.max(1, Math.abs(a.loss)));
      expect(b.metrics.map(([, count]) => count)).toEqual(a.metrics.map(([, count]) => count));
    }
    const [after, theirs] = [await onnx.snapshot(), await tfjs.snapshot()];
    expect([...theirs.keys()].sort()).toEqual([...after.keys()].sort());
    // Adam divides by small numbers: what differs in the last bit of a gradient shows a thousandfold.
    expect(relativeNorm(weightVector(after), weightVector(theirs))).toBeLessThan(1e-3);
    expect(relativeNorm(weightVector(initial), weightVector(after))).toBeGreaterThan(1e-4);
    const [mine, other] = [statesOf(after), statesOf(theirs)];
    expect(mine.length).toBe(other.length);
    if (mine.length > 0) expect(relativeNorm(mine, other)).toBeLessThan(1e-4);
    const raw = await dataset.splits.train.gather([0, 1, 2, 3, 4]);
    const [x, y] = [await onnx.evaluate(await onnx.prepare(raw)), await tfjs.evaluate(await tfjs.prepare(raw))];
    const [a = NaN, b = NaN] = [x.losses[0], y.losses[0]];
    expect(Math.abs(a - b)).toBeLessThan(1e-3 * Math.max(1, Math.abs(a)));
  }, 60_000);
});
