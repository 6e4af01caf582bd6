import { onlyPlace } from "../../../src/autodiff/build-training-step.ts";
import { describe, expect, it } from "vitest";
import type { TrainProgram } from "../../../src/ir/program.ts";
import { createOnnxTrainer } from "../../../src/runtime/onnx/onnx-trainer.ts";
import { replayStep } from "../../../src/runtime/onnx/replay-step.ts";
import type { Tensor, Tensors } from "../../../src/runtime/tensor.ts";
import { fitStatistics } from "../../../src/runtime/train/fit-statistics.ts";
import { isWeight } from "../../../src/ir/ports.ts";
import { loadData, loadTraining, specNames, specPath, trainerOf, trainingOf } from "../../specs/spec-testing.ts";

const head = `data Rows {
  source: csv("rows.csv")
  x:      f32[3] = stack(raw.a, raw.b, raw.c, axis=-1)
  z:      f32[3] = stack(raw.d, raw.e, raw.f, axis=-1)
}
`;
const source = (body: string, loss = "mean(y)", more = ""): string => `${more}
model Net: (x: f32[B, 3]) -> y: f32[B, 3] {
${body}
}
${head}train Net on Rows {
  loss:      ${loss}
  optimizer: sgd(lr=0.1)
  metrics:   mean_absolute_error(z, y)
}
`;

const floats = (shape: readonly number[], data: readonly number[]): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(data),
});

interface Case {
  readonly x?: readonly number[];
  readonly z?: readonly number[];
  readonly parameter?: readonly [string, number];
}

/** `add in block.dense [0, 1] NaN`, or undefined where the loss is finite. */
async function found(program: TrainProgram, { x, z, parameter }: Case): Promise<string | undefined> {
  const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 1, threads: 1 }));
  const snapshot = new Map(await trainer.snapshot());
  const features: Tensors = new Map([
    ["x", floats([2, 3], x ?? [1, 2, 3, 4, 5, 6])],
    ["z", floats([2, 3], z ?? [1, 2, 3, 4, 5, 6])],
  ]);
  if (parameter !== undefined) {
    const tensor = snapshot.get(parameter[0]);
    if (tensor === undefined) throw new Error(parameter[0]);
    snapshot.set(parameter[0], { ...tensor, data: Float32Array.from(tensor.data, Number).fill(parameter[1], 1, 2) });
    await trainer.restore(snapshot);
  }
  const { loss } = await trainer.step(features, 0);
  await trainer.dispose();
  const replayed = await replayStep(program, { snapshot, features, step: 0, place: onlyPlace(program) }, undefined);
  if (!replayed.ok) throw new Error(replayed.error);
  expect(replayed.value === undefined).toBe(Number.isFinite(loss));
  if (replayed.value === undefined) return undefined;
  const { traced, index, value, shape } = replayed.value;
  expect(shape).toHaveLength(index.length);
  const path = traced.made === undefined || traced.made.place.path === "" ? "" : ` in ${traced.made.place.path}`;
  return `${traced.made?.by ?? traced.name}${path} [${index.join(", ")}] ${value}`;
}

describe("replayStep", () => {
  const dense = source("  x -> hidden: Dense(4, activation=relu) -> Dense(3)");
  it.each<readonly [string, string, Case, string | undefined]>([
    ["nothing where the loss is finite", dense, {}, undefined],
    ["a feature", dense, { x: [1, 2, 3, 4, NaN, 6] }, "batch/x [1, 1] NaN"],
    ["a parameter", dense, { parameter: ["hidden.kernel", Infinity] }, "param/hidden.kernel [0, 1] Infinity"],
    [
      "a feature before a parameter",
      dense,
      { x: [1, 2, 3, 4, NaN, 6], parameter: ["hidden.bias", NaN] },
      "batch/x [1, 1] NaN",
    ],
    ["what no loss depends on: never", dense, { z: [NaN, 1, 1, 1, 1, 1] }, undefined],
    [
      "what no loss depends on, beside what it does: never",
      dense,
      { z: [NaN, 1, 1, 1, 1, 1], parameter: ["dense_0.bias", NaN] },
      "param/dense_0.bias [1] NaN",
    ],
    [
      "the operator that overflows, in its instance",
      dense,
      { x: [1, 2, 3e38, 4, 5, 6], parameter: ["hidden.kernel", 3e38] },
      "matmul in hidden [1, 1] Infinity",
    ],
    [
      "a logarithm of 0",
      source("  param w: f32[3] = ones\n  log(x * w)"),
      { x: [1, 2, 0, 4, 5, 6] },
      "log [0, 2] -Infinity",
    ],
    [
      "a division of 0 by 0",
      source("  param w: f32[3] = ones\n  x / (x * w)"),
      { x: [1, 2, 0, 4, 5, 6] },
      "div [0, 2] NaN",
    ],
    [
      "no logarithm that a where guards, but what is wrong after it",
      source("  param w: f32[3] = ones\n  exp(where(x > 0, log(x), x) * w)"),
      { x: [1, 2, 0, 4, 5, 6], parameter: ["w", 3e38] },
      "mul [1, 1] Infinity",
    ],
    [
      "of a where with two bad branches the one that was taken",
      source("  param w: f32[3] = ones\n  where(x > 0, x * w, log(x))"),
      { x: [1, 2, 0, 4, 5, 6] },
      "log [0, 2] -Infinity",
    ],
    [
      "of a where with two bad branches the other one",
      source("  param w: f32[3] = ones\n  where(x > 0, exp(x * w), log(x * 0 - 1))"),
      { x: [1, 2, 3, 4, 500, 6] },
      "exp [1, 1] Infinity",
    ],
  ])("finds %s", async (_, text, given, expected) => {
    expect(await found(trainingOf(text), given)).toBe(expected);
  });
});

describe.each(specNames)("the replay of %s", (name) => {
  it("computes what the step computes, and names what was spoilt, whichever it is", async () => {
    const path = specPath(name);
    const program = loadTraining(path, (text) => text.replace(/count=\d+/, "count=40"));
    const { splits } = await loadData(program, path, name === "tiny-gpt" ? "specs/data/plane.csv" : undefined);
    const { train } = splits;
    const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 1, threads: 1 }));
    await trainer.restore(await fitStatistics(program, train));
    const features = await trainer.prepare(await train.gather(Int32Array.of(0, 1)));
    const clean = await trainer.snapshot();
    expect(
      await replayStep(program, { snapshot: clean, features, step: 0, place: onlyPlace(program) }, undefined),
    ).toEqual({
      ok: true,
      value: undefined,
    });
    const weights = [...clean].filter(([key]) => isWeight(key));
    const some = [0, 0.3, 0.6, 1].map((at) => weights[Math.round(at * (weights.length - 1))]);
    for (const [key, tensor] of new Map(some.flatMap((it) => (it === undefined ? [] : [it])))) {
      const spoilt = new Map(clean).set(key, {
        ...tensor,
        data: Float32Array.from(tensor.data, Number).fill(NaN, 0, 1),
      });
      await trainer.restore(spoilt);
      const { loss } = await trainer.step(features, 0);
      const replayed = await replayStep(
        program,
        { snapshot: spoilt, features, step: 0, place: onlyPlace(program) },
        undefined,
      );
      // Of an embedding only the rows that the batch names are read.
      if (Number.isFinite(loss)) expect(replayed).toEqual({ ok: true, value: undefined });
      else expect(replayed.ok && replayed.value?.traced.input?.path).toBe(key);
      // What overflows is an operator: neither the parameter nor a mask is blamed.
      const large = new Map(clean).set(key, { ...tensor, data: new Float32Array(tensor.data.length).fill(3e38) });
      await trainer.restore(large);
      const step = await trainer.step(features, 0);
      const first = await replayStep(
        program,
        { snapshot: large, features, step: 0, place: onlyPlace(program) },
        undefined,
      );
      expect(first.ok && first.value === undefined).toBe(Number.isFinite(step.loss));
      if (first.ok && first.value !== undefined) expect(first.value.traced.made?.by).toMatch(/^[a-z_0-9]+$/);
      await trainer.restore(clean);
    }
    await trainer.dispose();
  });
});
