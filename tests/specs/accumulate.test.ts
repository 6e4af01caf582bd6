import { elementAt } from "../../src/support/element-at.ts";
import { numberIn } from "../../src/runtime/train/figures.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { buildOnnx } from "../../src/emit/onnx/build-onnx.ts";
import type { Manifest } from "../../src/emit/onnx/manifest.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import { cutBatch } from "../../src/runtime/train/cut-batch.ts";
import { encodeCheckpoint, parseCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { runTraining, type EpochReport, type Progress } from "../../src/runtime/train/train-loop.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { validate } from "../emit/onnx/json-schema.ts";
import { loadData, relativeNorm, trainingOf, weightVector } from "./spec-testing.ts";
import { trainerOpener, runtimeNames } from "./open-trainers.ts";

const open = trainerOpener();
const folder = mkdtempSync(join(tmpdir(), "modelc-accumulate-"));
afterAll(() => rmSync(folder, { recursive: true }));

const layers = "x -> Dense(4) -> tanh -> Dense(1)";

/** 40 examples in the train split. */
const text = (train: string, body = layers): string => `
metric largest_of: (y: f32[B, 1]) -> more {
  largest top: f32[] = max(y)
  finish top
}
model Net: (x: f32[B, 2]) -> y: f32[B, 1] {
  ${body}
}
data Blobs {
  source: synthetic_blobs(count=50)
  split:  train 0.8, validate 0.2
  x: f32[2] = raw.x + 0.1 * noise.normal
  t: f32[1] = stack(raw.label, axis=-1)
}
train Net on Blobs {
  seed: 3
  ${train}
}
`;

const settings = `metrics: mean_absolute_error(y, t), largest_of(y)
  clip: global_norm(0.5)
  average: ema(decay=0.9)
  optimizer: adam(lr=cosine(0.05, warmup=2))
  epochs: 3
  `;
const mean = `loss: mse(y, t)\n  ${settings}`;

async function run(program: TrainProgram, trainer: Trainer, until = Infinity, start?: Progress) {
  const reports: EpochReport[] = [];
  const stop = new AbortController();
  const result = await runTraining({
    program,
    dataset: await loadData(program, "net.model"),
    trainer,
    ...(start !== undefined && { start }),
    signal: stop.signal,
    now: () => 0,
    onStep: ({ step }) => {
      if (step === until) stop.abort();
    },
    onEpoch: (it) => void reports.push(it),
  });
  return { result, reports, tensors: await trainer.snapshot() };
}

const plain = (tensors: Tensors): unknown =>
  [...tensors]
    .map(([name, it]) => [name, it.shape, [...toNumbers(it)]])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

describe("a training that accumulates gradients", () => {
  // 3 batches of 5 make an update of 15: in each epoch two whole ones, and one of a batch of 5 and 5.
  it.each(runtimeNames)(
    "is one of batches so many times the size, the last of an epoch too, on %s",
    async (runtime) => {
      const many = trainingOf(text(`${mean}batch: 5\n  accumulate: 3`));
      const one = trainingOf(text(`${mean}batch: 15`));
      const [parts, whole] = [await open(many, runtime), await open(one, runtime)];
      await whole.restore(await parts.snapshot());
      const [ours, theirs] = [await run(many, parts), await run(one, whole)];
      expect(ours.result.progress.step).toBe(9);
      expect(ours.result.progress.step).toBe(theirs.result.progress.step);
      expect([...ours.tensors.keys()]).toEqual([...theirs.tensors.keys()]);
      for (const [name, tensor] of ours.tensors) {
        const other = theirs.tensors.get(name);
        if (other === undefined) throw new Error(name);
        const [a, b] = [toNumbers(tensor), toNumbers(other)];
        a.forEach((it, i) => expect(Math.abs(it - (b[i] ?? NaN)), name).toBeLessThan(1e-6 * Math.max(1, Math.abs(it))));
      }
      expect(ours.reports).toHaveLength(3);
      ours.reports.forEach((it, at) => {
        for (const [name, value] of it.train)
          expect(value).toBeCloseTo(numberIn(elementAt(theirs.reports, at).train, name), 6);
      });
    },
  );

  it("is the same on both runtimes, with a norm's states and dropout, drawn anew in each part", async () => {
    const body = "x -> Dense(6, bias=false) -> BatchNorm -> relu -> Dropout(0.5) -> Dense(1)";
    const program = trainingOf(text(`${mean}batch: 4\n  accumulate: 3`, body));
    const [onnx, tfjs] = [await open(program, "ONNX Runtime"), await open(program, "TensorFlow.js")];
    const { train } = (await loadData(program, "net.model")).splits;
    for (let at = 0; at < 4; at++) {
      const raw = await train.gather(Array.from({ length: 10 }, (_, i) => i + 10 * at));
      const features = await onnx.prepare(raw, { epoch: at });
      await tfjs.restore(await onnx.snapshot());
      const [a, b] = [await onnx.step(features, at), await tfjs.step(await tfjs.prepare(raw, { epoch: at }), at)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5);
      expect(a.metrics.flat().map((it) => it.length)).toEqual([1, 1, 1]);
      a.metrics.flat().forEach((it, place) => {
        expect(Math.abs((it[0] ?? NaN) - (b.metrics.flat()[place]?.[0] ?? NaN))).toBeLessThan(1e-4);
      });
      const [mine, other] = [await onnx.snapshot(), await tfjs.snapshot()];
      expect(relativeNorm(weightVector(mine), weightVector(other))).toBeLessThan(1e-4);
    }
    // Two parts of the same examples: were they drawn alike, they would have one loss.
    const same = await onnx.prepare(await train.gather([0, 1, 2, 3, 0, 1, 2, 3]));
    const double = trainingOf(text(`${mean}batch: 4\n  accumulate: 2`, body.replace("-> BatchNorm ", "")));
    const trainer = await open(double, "ONNX Runtime");
    const [first] = cutBatch(same, 4);
    if (first === undefined) throw new Error("no part");
    const before = await trainer.snapshot();
    const both = await trainer.step(same, 0);
    await trainer.restore(before);
    expect(both.loss).not.toBe((await trainer.step(first.features, 0)).loss);
  });

  it.each(runtimeNames)("stopped and resumed is what it is in one, on %s", async (runtime) => {
    const program = trainingOf(
      text(`${mean}batch: 5\n  accumulate: 3`, layers.replace("tanh", "BatchNorm -> Dropout(0.25)")),
    );
    const whole = await run(program, await open(program, runtime));
    for (const until of [2, 4]) {
      const first = await open(program, runtime);
      const begun = await run(program, first, until);
      const bytes = encodeCheckpoint({ tensors: begun.tensors, perms: first.perms, progress: begun.result.progress });
      const read = parseCheckpoint(bytes);
      if (!read.ok) throw new Error(read.error);
      const second = await open(program, runtime);
      await second.restore(read.value.tensors);
      const rest = await run(program, second, Infinity, read.value.progress);
      expect(plain(rest.tensors)).toEqual(plain(whole.tensors));
    }
  });

  it.each(runtimeNames)("changes nothing where a part's loss is not finite, on %s", async (runtime) => {
    const body = "x -> Dense(4) -> BatchNorm -> log -> Dense(1)";
    const program = trainingOf(text(`${mean}batch: 4\n  accumulate: 3`, body));
    const trainer = await open(program, runtime);
    const { train } = (await loadData(program, "net.model")).splits;
    const features = await trainer.prepare(await train.gather([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), { epoch: 0 });
    const before = plain(await trainer.snapshot());
    expect((await trainer.step(features, 0)).loss).toBeNaN();
    const after = plain(await trainer.snapshot());
    // What training remembers is there from its first step on.
    expect(after).toEqual(expect.arrayContaining(before as unknown[]));
  });

  it.each(runtimeNames)("takes several steps on the same parts, each as often as it says, on %s", async (runtime) => {
    const steps = (more: string): string => `metrics: mean_absolute_error(y, t), largest_of(y)
  optimizer: adam(lr=0.02)
  epochs: 3
  step first { loss: mse(y, t), update: "dense_0.**" }
  step second { loss: mae(y, t), update: "dense_1.**", every: 2 }
  ${more}`;
    const many = trainingOf(text(steps("batch: 5\n  accumulate: 3")));
    const one = trainingOf(text(steps("batch: 15")));
    const [parts, whole] = [await open(many, runtime), await open(one, runtime)];
    await whole.restore(await parts.snapshot());
    const [ours, theirs] = [await run(many, parts), await run(one, whole)];
    expect(relativeNorm(weightVector(ours.tensors), weightVector(theirs.tensors))).toBeLessThan(1e-6);
    for (const [name, value] of elementAt(ours.reports, 2).train)
      expect(value).toBeCloseTo(numberIn(elementAt(theirs.reports, 2).train, name), 6);
  });

  it("moves followers once a step is taken, states as the last part leaves them, alike on both runtimes", async () => {
    const program = trainingOf(`
block Half: (x: f32[B, 2]) -> f32[B, 1] { x -> Dense(4, bias=false) -> norm: BatchNorm -> tanh -> head: Dense(1) }
model Net: (x: f32[B, 2]) -> (y: f32[B, 1], z: f32[B, 1]) {
  target = Half()
  online = Half()
  (x -> online, stop_gradient(x -> target))
}
data Blobs {
  source: synthetic_blobs(count=48)
  x: f32[2] = raw.x
  t: f32[1] = stack(raw.label, axis=-1)
}
train Net on Blobs {
  loss:       mse(y, t) + mse(y, z)
  optimizer:  adam(lr=0.02)
  batch:      4
  accumulate: 3
  follow "target.**" of "online.**": every=2
}
`);
    const [onnx, tfjs] = [await open(program, "ONNX Runtime"), await open(program, "TensorFlow.js")];
    await tfjs.restore(await onnx.snapshot());
    const { train } = (await loadData(program, "net.model")).splits;
    const numbers = (tensors: Tensors, half: string): unknown =>
      plain(
        new Map([...tensors].flatMap(([name, it]) => (name.startsWith(half) ? [[name.slice(7), it] as const] : []))),
      );
    for (let at = 0; at < 4; at++) {
      const features = await onnx.prepare(await train.gather(Array.from({ length: 12 }, (_, i) => i + 12 * at)), {
        epoch: at,
      });
      const before = await onnx.snapshot();
      const [a, b] = [await onnx.step(features, at), await tfjs.step(features, at)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5);
      for (const now of [await onnx.snapshot(), await tfjs.snapshot()])
        expect(numbers(now, "target.")).toEqual(
          numbers(at % 2 === 0 ? before : now, at % 2 === 0 ? "target." : "online."),
        );
      await tfjs.restore(await onnx.snapshot());
    }
  });

  it("is written as the two halves of its step, which a driver runs as the trainer does", async () => {
    const program = trainingOf(
      text(
        `loss: mse(y, t)\n  optimizer: adam(lr=0.05)\n  batch: 4\n  accumulate: 3`,
        "x -> Dense(4) -> BatchNorm -> Dropout(0.25) -> Dense(1)",
      ),
    );
    const collector = createCollector();
    const { model } = program;
    const built = buildOnnx({
      name: "Net",
      module: model,
      train: program,
      version: "0",
      collector,
      span: program.origin,
    });
    if (built === undefined) throw new Error("nothing was built");
    for (const [path, content] of built.files) writeFileSync(join(folder, path), content);
    expect([...built.files.keys()].filter((it) => /train|grad|apply/.test(it)).sort()).toEqual([
      "Net.apply.onnx",
      "Net.grad.onnx",
      "Net.prep.train.onnx",
    ]);
    const written = built.files.get("Net.manifest.json");
    const manifest = JSON.parse(typeof written === "string" ? written : "") as Manifest;
    expect(validate(JSON.parse(JSON.stringify(manifest)))).toEqual([]);
    expect(manifest.training).toMatchObject({
      batch: 4,
      accumulate: 3,
      run: [{ every: 1, loss: "loss", graphs: ["grad"], apply: ["apply"] }],
    });
    const trainer = await open(program, "ONNX Runtime");
    const { train } = (await loadData(program, "net.model")).splits;
    const prepared: Tensors[] = [];
    for (let at = 0; at < 3; at++)
      prepared.push(
        await trainer.prepare(await train.gather(Array.from({ length: 10 }, (_, i) => i + 10 * at)), { epoch: at }),
      );
    const losses: number[] = [];
    for (const [at, it] of prepared.entries()) losses.push((await trainer.step(it, at)).loss);
    const driver = (await import("../../docs/driver.mjs" as string)) as {
      readonly train: (
        stem: string,
        batches: () => readonly Readonly<Record<string, OrtTensor>>[],
      ) => Promise<{ readonly losses: readonly number[]; readonly weights: Readonly<Record<string, OrtTensor>> }>;
    };
    const batches = prepared.map((features) =>
      Object.fromEntries(
        [...features].map(([key, it]) => [
          key,
          new OrtTensor("float32", Float32Array.from(toNumbers(it)), [...it.shape]),
        ]),
      ),
    );
    const driven = await driver.train(join(folder, "Net"), () => batches);
    expect(driven.losses).toEqual(losses);
    const kept = [...(await trainer.snapshot())].filter(([key]) => key.startsWith("opt/"));
    expect(kept.length).toBeGreaterThan(0);
    for (const [key, tensor] of kept)
      expect([...toNumbers(tensor)], key).toEqual([...(driven.weights[key]?.data ?? [])]);
  });
});
