import { describe, expect, it } from "vitest";
import { averagePort, isPort } from "../../src/ir/ports.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import { settledWeights } from "../../src/runtime/train/settled-weights.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { loadData, relativeError, trainingOf } from "./spec-testing.ts";
import { trainerOpener, runtimeNames } from "./open-trainers.ts";

const open = trainerOpener();

const text = (train: string): string => `
model Net: (x: f32[B, 2]) -> y: f32[B, 1] {
  x -> stem: Dense(4, bias=false) -> norm: BatchNorm -> relu -> head: Dense(1)
}
data Blobs {
  source: synthetic_blobs(count=40)
  split:  train 0.8, validate 0.2
  x: f32[2] = raw.x + 0.1 * noise.normal
  t: f32[1] = stack(raw.label, axis=-1)
}
train Net on Blobs {
  loss:  mse(y, t)
  batch: 8
  ${train}
}
`;

const averaging = "optimizer: adam(lr=0.05)\n  average: ema(decay=0.9)";

async function takeSteps(program: TrainProgram, trainer: Trainer, count: number, after: (it: Tensors) => void) {
  const { train } = (await loadData(program, "net.model")).splits;
  const features = async (at: number) =>
    trainer.prepare(await train.gather([0, 1, 2, 3].map((it) => it + 4 * at)), { epoch: at });
  for (let at = 0; at < count; at++) {
    await trainer.step(await features(at), at);
    after(await trainer.snapshot());
  }
  return features(0);
}

const numbersOf = (tensors: Tensors, name: string): Float64Array => {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`there is no ${name}`);
  return Float64Array.from(toNumbers(tensor));
};

const parameters = ["stem.kernel", "norm.scale", "norm.bias", "head.kernel", "head.bias"];

describe("averages", () => {
  it.each(runtimeNames)(
    "begin as the first update leaves parameters, and go on by their decay, on %s",
    async (runtime) => {
      const program = trainingOf(text(averaging));
      let averages: ReadonlyMap<string, Float64Array> | undefined;
      await takeSteps(program, await open(program, runtime), 5, (now) => {
        averages = new Map(
          parameters.map((path) => {
            const before = averages?.get(path);
            const parameter = numbersOf(now, path);
            return [path, before?.map((it, i) => 0.9 * it + 0.1 * (parameter[i] ?? NaN)) ?? parameter];
          }),
        );
        for (const [path, wanted] of averages)
          expect(relativeError(wanted, numbersOf(now, averagePort(path)))).toBeLessThan(1e-6);
        const kept = [...now.keys()].filter((it) => it.startsWith("opt/average/")).sort();
        expect(kept).toEqual(parameters.map(averagePort).sort());
      });
    },
  );

  it.each(runtimeNames)("are what is evaluated, with the states of training, on %s", async (runtime) => {
    const program = trainingOf(text(averaging));
    const trainer = await open(program, runtime);
    let last: Tensors = new Map();
    const features = await takeSteps(program, trainer, 4, (now) => (last = now));
    const settled = settledWeights(last);
    expect([...settled.keys()].some((it) => isPort("slot", it))).toBe(false);
    expect(settled.get("head.kernel")).toEqual(last.get(averagePort("head.kernel")));
    expect(settled.get("norm.mean")).toEqual(last.get("norm.mean"));
    const plain = await open(trainingOf(text("optimizer: adam(lr=0.05)")), runtime);
    await plain.restore(settled);
    const [ours, theirs] = [await trainer.evaluate(features), await plain.evaluate(features)];
    expect(ours).toEqual(theirs);
    await plain.restore(new Map([...last].filter(([it]) => !isPort("slot", it))));
    expect(await plain.evaluate(features)).not.toEqual(ours);
    // The weights of a file are averages already.
    await trainer.restore(settled);
    expect(await trainer.evaluate(features)).toEqual(theirs);
  });

  it.each(runtimeNames)("are not kept of what never learns, on %s", async (runtime) => {
    const program = trainingOf(text(`${averaging}\n  freeze "stem.**"`));
    await takeSteps(program, await open(program, runtime), 2, (now) => {
      expect(now.has(averagePort("head.kernel"))).toBe(true);
      expect(now.has(averagePort("stem.kernel"))).toBe(false);
    });
  });

  it("are the same on both runtimes", async () => {
    const program = trainingOf(text(averaging));
    const [onnx, tfjs] = [await open(program, "ONNX Runtime"), await open(program, "TensorFlow.js")];
    await tfjs.restore(await onnx.snapshot());
    const { train } = (await loadData(program, "net.model")).splits;
    for (let at = 0; at < 6; at++) {
      const raw = await train.gather([0, 1, 2, 3].map((it) => it + 4 * at));
      const [ours, theirs] = [await onnx.prepare(raw, { epoch: at }), await tfjs.prepare(raw, { epoch: at })];
      const [a, b] = [await onnx.step(ours, at), await tfjs.step(theirs, at)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5);
      const [c, d] = [await onnx.evaluate(ours), await tfjs.evaluate(theirs)];
      expect(Math.abs((c.losses[0] ?? NaN) - (d.losses[0] ?? NaN))).toBeLessThan(1e-5);
      await tfjs.restore(await onnx.snapshot());
    }
  });
});
