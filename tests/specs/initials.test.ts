import { describe, expect, it } from "vitest";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import { checkFile } from "../lower/checking.ts";
import { relativeError, trainingOf } from "./spec-testing.ts";
import { runtimeNames, trainerOpener } from "./open-trainers.ts";

const open = trainerOpener();

const text = (init: string): string => `
model Net: (x: f32[B, 8]) -> y: f32[B, 8] {
  x -> repeat 3 as layer { Dense(8) -> relu } -> head: Dense(8)
}
data Noise {
  source: drawn(count=32)
  x: f32[8] = noise.normal
}
train Net on Noise {
  loss: mse(y, x)
  optimizer: sgd(lr=0.1)
  seed: 5
  ${init}
}
`;
const numbers = (tensors: Tensors, name: string): readonly number[] => {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`there is no ${name}`);
  return [...toNumbers(tensor)];
};
const paths = ["layer.0", "layer.1", "layer.2", "head"].flatMap((it) => [`${it}.kernel`, `${it}.bias`]);

describe("initial values of a training", () => {
  it.each(runtimeNames)("are of the last pattern that matches, others as they were, on %s", async (runtime) => {
    const plain = await (await open(trainingOf(text("")), runtime)).snapshot();
    const given = 'init "layer.*.bias": constant(0.5)\n  init "layer.1.**": 0.25\n  init "head.kernel": zeros';
    const now = await (await open(trainingOf(text(given)), runtime)).snapshot();
    expect([...now.keys()]).toEqual([...plain.keys()]);
    const fills = { "layer.0.bias": 0.5, "layer.1.bias": 0.25, "layer.2.bias": 0.5, "layer.1.kernel": 0.25 };
    const wanted = new Map<string, number>(Object.entries({ ...fills, "head.kernel": 0 }));
    for (const path of paths) {
      const fill = wanted.get(path);
      if (fill === undefined) expect(numbers(now, path), path).toEqual(numbers(plain, path));
      else expect(new Set(numbers(now, path)), path).toEqual(new Set([fill]));
    }
  });

  it("are drawn alike on both runtimes, by the seed", async () => {
    const program = trainingOf(text('init "**.kernel": normal(stddev=2)\n  init "layer.2.kernel": orthogonal'));
    const [onnx, tfjs] = [await open(program, "ONNX Runtime"), await open(program, "TensorFlow.js")];
    const [ours, theirs] = [await onnx.snapshot(), await tfjs.snapshot()];
    for (const path of paths)
      expect(
        relativeError(Float64Array.from(numbers(ours, path)), Float64Array.from(numbers(theirs, path))),
        path,
      ).toBeLessThan(1e-5);
    const size = (path: string): number => Math.hypot(...numbers(ours, path));
    // 64 draws of deviation 2; eight rows of norm 1.
    expect(size("layer.0.kernel")).toBeGreaterThan(12);
    expect(size("layer.2.kernel")).toBeCloseTo(Math.sqrt(8), 4);
  });

  it("are drawn with a gain alike on both runtimes", async () => {
    const plain = await (await open(trainingOf(text('init "**.kernel": he_normal')), "ONNX Runtime")).snapshot();
    const program = trainingOf(text('init "**.kernel": he_normal(gain=0.1)\n  init "head.kernel": glorot_uniform(3)'));
    for (const runtime of runtimeNames) {
      const now = await (await open(program, runtime)).snapshot();
      numbers(now, "layer.1.kernel").forEach((value, i) => {
        expect(value, runtime).toBeCloseTo(0.1 * (numbers(plain, "layer.1.kernel")[i] ?? NaN), 6);
      });
      // Uniform up to 3 * sqrt(6 / 16).
      const largest = Math.max(...numbers(now, "head.kernel").map(Math.abs));
      expect(largest, runtime).toBeGreaterThan(1.5);
      expect(largest, runtime).toBeLessThanOrEqual(3 * Math.sqrt(6 / 16) + 1e-6);
    }
  });

  it.each([
    ['init "heads.**": zeros', "MC4012", "heads.**"],
    ['init "**": orthogonal', "MC3073", "orthogonal"],
    ['init "**.bias"', "MC4003", "how they begin"],
    ['init "**.bias": zeros, ones', "MC4003", "how they begin"],
    ['init "**.bias": by=3', "MC4003", "how they begin"],
    ['init "**.bias": relu', "MC3037", "Initialisers are"],
    ['init "**.bias": zeroes', "MC2001", "zeroes"],
    ['init "**.bias": normal(stdev=1)', "MC2011", "stdev"],
    ['init "**": he_normal(gain=0)', "MC3010", "above 0"],
    ['init "**": glorot_uniform(gain=-1)', "MC3010", "above 0"],
    ['init "**.bias": 1e50', "MC3026", "1e"],
    ['init "**.bias" of "**.kernel": zeros', "MC4005", "init"],
    ["init: zeros", "MC4001", "init"],
  ])("refuse %s", (init, code, words) => {
    const found = checkFile(text(init));
    expect(found.map((it) => it.code)).toEqual([code]);
    expect(`${found[0]?.message ?? ""} ${found[0]?.help ?? ""}`).toContain(words);
  });
});
