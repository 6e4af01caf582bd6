import { onlyPlace } from "../../src/autodiff/build-training-step.ts";
import { describe, expect, it } from "vitest";
import { reportDivergence } from "../../src/cli/report-divergence.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import type { RawBatch } from "../../src/runtime/data/dataset.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { trainerOf, trainingOf } from "../specs/spec-testing.ts";

const program = trainingOf(`model Net: (x: f32[B, 2]) -> y: f32[B, 2] { x -> Dense(2) }
data Rows {
  source: csv("rows.csv")
  x:      f32[2] = stack(raw.a, raw.b, axis=-1) -> standardize
}
train Net on Rows {
  loss:      mean(y)
  optimizer: sgd(lr=0.1)
}
`);

const floats = (shape: readonly number[], data: readonly number[]): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(data),
});

interface Given {
  readonly features?: readonly number[];
  readonly a?: readonly number[];
  readonly spoilt?: readonly [string, Tensor];
  readonly runtimeFrom?: string;
}

async function messageOf({ features, a, spoilt, runtimeFrom }: Given, step = 7): Promise<string | undefined> {
  const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 1, threads: 1 }));
  if (spoilt !== undefined) await trainer.restore(new Map([spoilt]));
  const raw: RawBatch = new Map([
    ["n", { shape: [2], data: BigInt64Array.of(1n, 2n) }],
    ["a", { shape: [2], data: Float64Array.from(a ?? [1, 2]) }],
    ["b", { shape: [2], data: Float64Array.of(3, 4) }],
  ]);
  const tensors: Tensors = new Map([["x", floats([2, 2], features ?? [1, 2, 3, 4])]]);
  const collector = createCollector();
  const help = "Go on.";
  const cause = await reportDivergence(
    { collector, program, trainer, step, help, runtimeFrom },
    { kind: "loss", loss: NaN, place: onlyPlace(program), features: tensors, raw, examples: Int32Array.of(30, 12) },
  );
  await trainer.dispose();
  const [found, ...others] = collector.diagnostics;
  expect(others).toEqual([]);
  expect(found).toMatchObject({ code: "MC4043", help });
  expect(found?.message).toBe(`The loss of step ${step + 1} is NaN: ${cause ?? ""}.`);
  return cause;
}

describe("reportDivergence", () => {
  it("names the cell that a feature has its value from", async () => {
    expect(await messageOf({ features: [1, 2, NaN, 4], a: [1, -Infinity] })).toBe(
      "raw.a of example 12 of the train split is -Infinity",
    );
  });

  it("names a feature whose cells are finite, and the statistic that spoils it", async () => {
    expect(await messageOf({ features: [1, 2, 3, Infinity] })).toBe(
      "the feature x[1] of example 12 of the train split is Infinity",
    );
    const spoilt = ["statistic/x.mean", floats([2], [0, NaN])] as const;
    expect(await messageOf({ features: [1, NaN, 3, NaN], spoilt })).toBe(
      "the feature x[1] of example 30 of the train split is NaN, as statistic/x.mean[1] is NaN",
    );
  });

  it("names a parameter, and since when it is so", async () => {
    const spoilt = ["dense_0.kernel", floats([2, 2], [1, 1, 1, Infinity])] as const;
    expect(await messageOf({ spoilt })).toBe(
      "dense_0.kernel[1, 1] is Infinity since step 7, whose loss was still finite",
    );
    expect(await messageOf({ spoilt }, 0)).toBe("dense_0.kernel[1, 1] is Infinity from the beginning");
  });

  it("says so where ONNX Runtime finds nothing, or is not there", async () => {
    expect(await messageOf({})).toBe("computed again by ONNX Runtime, operator by operator, it is finite");
    expect(await messageOf({ runtimeFrom: "/no/such/project" })).toMatch(
      /^which value was the first is not looked for, /,
    );
  });
});
