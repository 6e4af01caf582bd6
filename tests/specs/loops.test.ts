import { afterAll, describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { fitStatistics } from "../../src/runtime/train/fit-statistics.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { fencesOf } from "../docs/markdown.ts";
import { runText } from "../lower/run-text.ts";
import { loadData, relativeError, relativeNorm, trainerOf, trainingOf, weightVector } from "./spec-testing.ts";

/** The models of docs/language.md that have loops as values: trained for some steps on both runtimes. */

const page = fencesOf("docs/language.md");

/** The example of the page that declares a model. */
function example(model: string): string {
  const found = page.find((it) => it.info === "model" && it.text.includes(`\nmodel ${model}`));
  if (found === undefined) throw new Error(`no example declares ${model}`);
  return found.text;
}

const digits = `data D {
  source: synthetic_digits(count=48, seed=3)
  image: f32[28, 28, 1] = raw.image / 255
`;
const labelled = `${digits}  label: class(10) = raw.label\n}\n`;
const blobs = `data D {
  source: synthetic_blobs(count=64, classes=4, features=6, seed=3)
  x: f32[6] = raw.x -> standardize
  label: class(4) = raw.label
}
`;
const trained = (model: string, data: string, loss: string): string =>
  `${example(model)}${data}train ${model} on D {\n  loss: ${loss}\n  optimizer: adam(lr=0.01)\n  batch: 8\n  seed: 5\n}\n`;

const specs: Readonly<Record<string, string>> = {
  "a mixture of experts with a balance loss": trained("Sparse", blobs, "cross_entropy(logits, label) + 0.01 * balance"),
  "dilated branches, concatenated": trained("Segmenter", labelled, "cross_entropy(logits, label)"),
  "a U-Net of depth 2": trained("Denoiser", `${digits}}\n`, "mse(clean, image)"),
  "a U-Net of depth 1": trained("Denoiser", `${digits}}\n`, "mse(clean, image)").replace("on D {", "(depth=1) on D {"),
  "a feature pyramid": trained("Detector", labelled, "cross_entropy(logits, label)"),
  "states, draws and shared instances in rounds": `block Noisy(n: int): (x: f32[B, D]) {
  state seen: f32[D] = zeros
  d = Dense(D)
  for _ in range(n) as layer with h = x, aux = 0 {
    seen <- seen * 0.5 + mean(h[:, :D], over=B)
    h <- concat(d(x), h -> BatchNorm -> Dropout(0.2) -> Dense(3), axis=-1)
    when training { aux <- aux + mean(square(h + 0.1 * normal_like(h))) } else { aux <- aux + mean(seen) }
    emit h
    emit last aux
  }
}
model M: (x: f32[B, 6]) -> (y: f32[B, 4], aux: f32[]) {
  (hs, aux) = x -> Noisy(3)
  ys = when training { for h in hs { h -> dropout(0.1) } } else { hs }
  (concat(ys, axis=-1) -> Dense(4), aux)
}
${blobs}train M on D {
  loss: cross_entropy(y, label) + 0.01 * aux
  optimizer: adam(lr=0.01)
  batch: 8
  seed: 5
}
`,
  "rounds that TypeScript has as loops": `block Layer: (x: f32[B, D]) -> (y: f32[B, D], key: f32[B, D]) {
  k = x -> Dense(D) -> BatchNorm -> Dropout(0.1)
  (x + k, k)
}
model M: (x: f32[B, 6]) -> y: f32[B, 4] {
  experts = for _ in range(3) as expert { Layer()(x)[1] * 2 }
  (keys, hs, h) = for _ in range(3) as layer with h = x {
    (out, key) = h -> Layer
    h <- relu(out) + x
    emit key
    emit h
    emit last h
  }
  (a, _) = for _ in range(3) with a = h, b = x * 2 {
    c = tanh(a)
    a <- b + c
    b <- c * 0.5
  }
  all = concat(concat(experts, axis=-1), concat(hs, axis=-1), mean(stack(keys, axis=0), axis=0), axis=-1)
  concat(all, h, a, axis=-1) -> Dense(4)
}
${blobs}train M on D {
  loss: cross_entropy(y, label)
  optimizer: adam(lr=0.01)
  batch: 8
  seed: 5
}
`,
};

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

describe("loops as values", () => {
  it.each(Object.entries(specs))(
    "train alike on both runtimes: %s",
    async (_, text) => {
      const program = trainingOf(text);
      const dataset = await loadData(program, "main.model");
      const statistics = await fitStatistics(program, dataset.splits.train);
      const onnx = trainerOf(await createOnnxTrainer(program, { totalSteps: 20, threads: 1 }));
      const tfjs = trainerOf(await createTfjsTrainer(program, { totalSteps: 20, backend: "cpu" }));
      opened.push(onnx, tfjs);
      await onnx.restore(statistics);
      await tfjs.restore(statistics);
      const initial = await onnx.snapshot();
      await tfjs.restore(initial);
      const losses: number[] = [];
      for (let step = 0; step < 4; step++) {
        const raw = await dataset.splits.train.gather(Array.from({ length: 8 }, (_, i) => 8 * step + i));
        const [a, b] = [await onnx.step(await onnx.prepare(raw), step), await tfjs.step(await tfjs.prepare(raw), step)];
        expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(a.loss)));
        losses.push(a.loss);
      }
      expect(new Set(losses).size).toBe(losses.length);
      const [after, theirs] = [await onnx.snapshot(), await tfjs.snapshot()];
      expect([...theirs.keys()].sort()).toEqual([...after.keys()].sort());
      expect(relativeNorm(weightVector(initial), weightVector(after))).toBeGreaterThan(1e-4);
      expect(relativeNorm(weightVector(after), weightVector(theirs))).toBeLessThan(1e-3);
    },
    60_000,
  );

  it("give a cache of keys and values, a layer after the other, alike on both runtimes", async () => {
    const text = example("Decoder")
      .replaceAll("[B, T, 8]", "[2, 5, 8]")
      .replaceAll("depth, B, heads, T", "depth, 2, heads, 5");
    const run = await runText(text.replace("model Decoder", "model M"), (_, type) => ({
      ...type,
      data: type.data.map((_, i) => 0.3 * Math.sin(i)),
    }));
    expect(run?.predicted.map(({ shape }) => shape)).toEqual([
      [2, 5, 8],
      [3, 2, 2, 5, 4],
      [3, 2, 2, 5, 4],
    ]);
    for (const made of Object.values(run?.runtimes ?? {})) {
      run?.reference.forEach((it, place) => {
        expect(relativeError(it.data, made[place]?.data ?? [])).toBeLessThan(1e-5);
      });
    }
  });
});
