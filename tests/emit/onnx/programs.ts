import { constant, variable } from "../../../src/dims/dim.ts";
import { assume, atLeast, noFacts } from "../../../src/dims/facts.ts";
import type { Module } from "../../../src/ir/graph.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import { accuracyMetric, constantRate, hitsAndCount, programOf } from "../../autodiff/program-testing.ts";
import { func, moduleOf } from "../../passes/module-testing.ts";

const B = variable("B");
const images = [B, ...[8, 8, 1].map((it) => constant(it))];
const sized = (...sizes: readonly number[]): ReturnType<typeof constant>[] => sizes.map((it) => constant(it));
const f32 = "f32" as const;

/** A small convolutional classifier of 8x8 images in 3 classes, made by hand: a stage with a running mean, a readout. */
export function classifier(): Module {
  const kernel = { dtype: f32, shape: sized(3, 3, 1, 4) };
  const mean = { dtype: f32, shape: sized(4) };
  const stage = func(
    "Stage",
    { x: { dtype: f32, shape: images } },
    { parameters: { kernel }, states: { mean } },
    ({ b, param, state, update, training }, { x }) => {
      const y = b.op("conv", [x, param("kernel", kernel)], {
        strides: [2, 2],
        dilations: [1, 1],
        groups: constant(1),
        padding: "same",
      });
      const running = state("mean", mean);
      const batch = b.mean(y, [0, 1, 2]);
      update("mean", ({ b: inner }) =>
        inner.add(inner.mul(running, inner.scalar(0.9)), inner.mul(batch, inner.scalar(0.1))),
      );
      const centre = training(
        () => batch,
        () => running,
      );
      return [b.op("relu", [b.sub(y, centre)])];
    },
  );
  const readout = { dtype: f32, shape: sized(64, 3) };
  const bias = { dtype: f32, shape: sized(3) };
  const model = func(
    "Classifier",
    { image: { dtype: f32, shape: images } },
    { flavor: "model", results: ["logits"], parameters: { readout, bias } },
    ({ b, param, call }, { image }) => {
      const y = call(stage, "stage", image);
      return [b.add(b.matmul(b.reshape(y, [B, constant(64)]), param("readout", readout)), param("bias", bias))];
    },
  );
  const limit = atLeast(constant(512), B);
  return {
    ...moduleOf({ ...model, doc: "Tells three kinds of stripes." }, stage),
    facts: assume(noFacts, limit),
    contract: [{ text: "B <= 512", message: "at most 512 images at once", relation: limit }],
  };
}

/** Trains {@link classifier} on raw bytes of images and labels. */
export function classifierProgram(): TrainProgram {
  const model = classifier();
  const labels = { dtype: "i32" as const, shape: [B] };
  const objective = func(
    "objective",
    { logits: { dtype: f32, shape: [B, constant(3)] }, label: labels },
    { flavor: "fn", results: ["loss"] },
    ({ b }, { logits, label }) => [b.op("cross_entropy", [logits, label]), ...hitsAndCount(b, logits, label)],
  );
  const preparation = func(
    "prepare",
    { image: { dtype: "u8", shape: images }, label: { dtype: "u8", shape: [B] } },
    { flavor: "fn", results: ["image", "label"], states: { "image.mean": { dtype: f32, shape: [] } } },
    ({ b, state }, { image, label }) => {
      const scaled = b.div(b.cast(image, f32), b.scalar(255));
      return [b.sub(scaled, state("image.mean", { dtype: f32, shape: [] })), b.cast(label, "i32")];
    },
  );
  const origin = { file: { path: "classifier.model", text: "" }, start: 0, end: 0 };
  return programOf(
    model,
    objective,
    [
      { from: "output", name: "logits" },
      { from: "feature", name: "label" },
    ],
    {
      optimizer: {
        kind: "adam",
        rate: constantRate(0.01),
        decay: 0,
        settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      },
      metrics: [accuracyMetric],
      length: { epochs: 4 },
      batch: 16,
      seed: 2 ** 32 * 3 + 7,
      data: {
        name: "Stripes",
        source: { kind: "jsonl", arguments: { path: "rows.jsonl" }, origin },
        split: { fractions: { train: 1 }, seed: 0, by: "position" },
        clean: [],
        augmented: [],
        features: [
          { name: "image", type: { dtype: f32, shape: sized(8, 8, 1) }, origin },
          { name: "label", type: { dtype: "i32", shape: [] }, classes: 3, origin },
        ],
        preparation: { func: preparation, unrounded: preparation, raw: [], statistics: [] },
        origin,
      },
    },
  );
}

/** Images of three kinds of stripes and their labels, as raw bytes. */
export function stripes(count: number, from = 0): { readonly image: Uint8Array; readonly label: Uint8Array } {
  const image = new Uint8Array(count * 64);
  const label = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    const kind = (n + from) % 3;
    label[n] = kind;
    for (let i = 0; i < 64; i++) {
      const [row, column] = [i >> 3, i & 7];
      const place = kind === 0 ? row : kind === 1 ? column : row + column;
      const noise = Math.imul(i * 31 + (n + from) * 17 + 3, 0x9e3779b1) >>> 26;
      image[n * 64 + i] = ((place + n) % 4 < 2 ? 180 : 0) + noise;
    }
  }
  return { image, label };
}
