import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createDataset } from "../src/runtime/data/dataset.ts";
import { loadSource } from "../src/runtime/data/load-source.ts";
import { trainBatches } from "../src/runtime/data/train-batches.ts";
import { createOnnxTrainer } from "../src/runtime/onnx/onnx-trainer.ts";
import { withStatistics } from "../src/runtime/train/fit-statistics.ts";
import { required } from "../src/support/fault.ts";
import { loadTraining } from "../tests/specs/spec-testing.ts";
import { makeImages } from "./make-images.ts";

/**
 * `npm run bench:data`: the share of a CNN's step that is spent waiting for its images, which lie as PNG files on the disk
 * and are decoded for each batch. Prints a line; nothing here passes or fails.
 */
const { values } = parseArgs({
  options: {
    images: { type: "string", default: "4000" },
    steps: { type: "string", default: "150" },
    threads: { type: "string", default: "2" },
  },
});

const spec = `model Stripes: (image: f32[B, 64, 64, 3]) -> logits: f32[B, 10] {
  image -> Conv2D(16, 3, activation=relu) -> MaxPool2D(2) -> Conv2D(32, 3, activation=relu) -> MaxPool2D(2)
    -> Conv2D(64, 3, activation=relu) -> GlobalAvgPool2D -> Dense(10)
}
data Images {
  source: image_folder("images")
  split:  train 1, seed 1
  image:  f32[64, 64, 3] = raw.image / 255
  label:  class(10)      = raw.label
}
train Stripes on Images {
  loss:      cross_entropy(logits, label)
  optimizer: adam(lr=1e-3)
  steps:     ${values.steps}
  batch:     32
}
`;

const folder = mkdtempSync(join(tmpdir(), "modelc-bench-"));
try {
  const path = join(folder, "stripes.model");
  writeFileSync(path, spec);
  await makeImages(join(folder, "images"), { count: Number(values.images), classes: 10, side: 64 });
  const program = loadTraining(path);
  for (const [what, held] of [
    ["decoded for each batch", 0],
    ["in memory", Infinity],
  ] as const) {
    const raw = await loadSource(program.data, path, undefined, undefined, held);
    const dataset = raw.ok ? await createDataset(raw.value, program.data) : raw;
    const total = Number(values.steps);
    const made = await createOnnxTrainer(program, { totalSteps: total, threads: Number(values.threads) });
    if (!dataset.ok || !made.ok) throw new Error("no images, or no ONNX Runtime");
    const { trainer } = made;
    await trainer.restore(await withStatistics(new Map(), program, dataset.value));
    const batches = trainBatches(dataset.value, program, { from: 0, total });
    let [waited, began, last] = [0, 0, 0];
    for (let step = 0; step < total; step++) {
      // The first steps compile and fill the queue.
      if (step === 10) [waited, began] = [0, performance.now()];
      const from = performance.now();
      const { epoch, indices, raw: batch } = required((await batches.next()).value ?? undefined, "a batch");
      waited += performance.now() - from;
      const features = await trainer.prepare(batch, { epoch, examples: indices });
      last = (await trainer.step(features, step, { step: program.steps[0], phase: program.phases[0] })).loss;
    }
    await batches.return();
    const took = performance.now() - began;
    await trainer.dispose();
    const perStep = took / (total - 10);
    console.log(
      `${what}: ${perStep.toFixed(1)} ms a step, ${((100 * waited) / took).toFixed(1)} % of it waiting for images (loss ${last.toFixed(3)})`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
