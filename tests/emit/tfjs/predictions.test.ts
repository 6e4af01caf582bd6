import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import { createEntryReader } from "../../../src/runtime/onnx/entry-reader.ts";
import { createOnnxTrainer } from "../../../src/runtime/onnx/onnx-trainer.ts";
import { toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import type { Tensor } from "../../../src/runtime/tensor.ts";
import { encodeCheckpoint } from "../../../src/runtime/train/checkpoint.ts";
import { required } from "../../../src/support/fault.ts";
import { trainerOf, trainingOf } from "../../specs/spec-testing.ts";
import { useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import type { Numbers } from "./reference.ts";
import { typeErrors } from "./type-errors.ts";

const source = (feature: string, predict: string): string => `
model Net: (x: f32[B, 3]) -> (outputs: f32[B, 2], logits: f32[B, 3]) {
  (x -> Dense(2), x * 2)
}
data Rows {
  source: csv("rows.csv")
  x:    f32[3]   = stack(raw.a, raw.b, raw.c, axis=-1)
  t:    f32[2]   = ${feature}
  kind: class(3) = raw.kind -> categories
}
train Net on Rows {
  loss:      mse(outputs, t) + cross_entropy(logits, kind)
  optimizer: sgd(lr=0.1)
  predict { ${predict} }
}
`;

interface Emitted {
  readonly load: (bytes: Uint8Array) => object;
  readonly predict: (model: object, inputs: { readonly x: tf.Tensor }) => Readonly<Record<string, tf.Tensor>>;
  readonly predictions: (...given: readonly object[]) => Promise<Readonly<Record<string, Numbers>>>;
}

const emit = (program: TrainProgram): Promise<string> =>
  emitTfjs({ name: "Net", module: program.model, train: program });

const row = (...data: readonly number[]): Tensor => ({
  dtype: "f64",
  shape: [data.length],
  data: Float64Array.from(data),
});
const statistics = new Map([
  ["statistic/t.mean", row(0.5, 12)],
  ["statistic/t.deviation", row(1.5, 0.25)],
]);
const x = [0.25, -1, 2, 0.5, 0.75, -0.5];

/** What both targets predict, from one checkpoint and the outputs of one network. */
async function bothPredicted(name: string, program: TrainProgram) {
  const onnx = trainerOf(await createOnnxTrainer(program, { threads: 1, totalSteps: 1 }));
  await onnx.restore(statistics);
  const tensors = await onnx.snapshot();
  const checkpoint = encodeCheckpoint({ tensors, perms: onnx.perms });
  await onnx.dispose();
  const emitted = await importEmitted<Emitted>(`predictions-${name}`, await emit(program));
  const model = emitted.load(checkpoint);
  const outputs = emitted.predict(model, { x: tf.tensor2d(x, [2, 3]) });
  const held = tf.memory().numTensors;
  const ours = emitted.predictions.length > 1 ? emitted.predictions(model, outputs) : emitted.predictions(outputs);
  const found = await ours;
  expect(tf.memory().numTensors).toBe(held);
  const reader = await createEntryReader(program, required(program.prediction, "a prediction"), tensors, {
    threads: 1,
  });
  if (!reader.ok) throw new Error(reader.error);
  const given = new Map(
    Object.entries(outputs).map(([key, it]): [string, Tensor] => [
      key,
      { dtype: "f32", shape: it.shape, data: Float32Array.from(it.dataSync()) },
    ]),
  );
  const theirs = await reader.value.run(given);
  await reader.value.dispose();
  if (!theirs.ok) throw new Error(theirs.error);
  return { found, theirs: theirs.value };
}

describe("predictions of generated TypeScript", () => {
  beforeAll(() => useBackend("cpu"));

  it.each([
    ["scaled", "stack(raw.p, raw.q, axis=-1) -> standardize", "t: invert(outputs)"],
    [
      "logs",
      "log(stack(raw.p, raw.q, axis=-1)) -> standardize",
      "t: invert(outputs), raw: outputs, twice: 2 * outputs",
    ],
    ["powers", "pow(stack(raw.p, raw.q, axis=-1), 0.5) * 3 - 1 -> standardize", "t: invert(outputs)"],
    ["bent", "expm1(log1p(stack(raw.p, raw.q, axis=-1)) / 4) -> standardize", "t: invert(outputs)"],
    ["classes", "stack(raw.p, raw.q, axis=-1)", "kind: invert(argmax(logits, axis=-1)), probability: softmax(logits)"],
    [
      "own",
      "stack(raw.p, raw.q, axis=-1)",
      "t: invert(outputs), hot: one_hot(argmax(logits, axis=-1), 3), sure: logits > 1",
    ],
  ])("are those of NAME.predict.onnx: %s", async (name, feature, predict) => {
    const program = trainingOf(source(feature, predict));
    const { found, theirs } = await bothPredicted(name, program);
    const { entries } = required(program.prediction, "a prediction");
    expect(Object.keys(found)).toEqual(entries.map((it) => it.name));
    for (const entry of entries) {
      const ours = required(found[entry.name], entry.name);
      const other = required(theirs.get(entry.name), entry.name);
      expect(ours.shape).toEqual(other.shape);
      const numbers = toNumbers(other);
      Array.from(ours.data).forEach((it, at) => {
        const wanted = required(numbers[at], "a number");
        // What no number could have been before a step is none.
        if (Number.isNaN(wanted)) expect(it).toBeNaN();
        else expect(Math.abs(it - wanted)).toBeLessThanOrEqual(1e-6 * Math.abs(wanted));
      });
    }
  });

  it("throw where what is looked up is out of range, as NAME.predict.onnx counts it", async () => {
    const far = "far: one_hot(cast(100 + 0 * outputs[:, 0], i32), 3)";
    const program = trainingOf(source("stack(raw.p, raw.q, axis=-1)", far));
    await expect(bothPredicted("far", program)).rejects.toThrow(
      "2 of the places that the network computes are out of range",
    );
  });

  it("are typed, whatever outputs and entries are called", async () => {
    const files = new Map([
      [
        "predictions-a",
        await emit(trainingOf(source("log(stack(raw.p, raw.q, axis=-1)) -> standardize", "t: invert(outputs)"))),
      ],
      [
        "predictions-b",
        await emit(
          trainingOf(source("stack(raw.p, raw.q, axis=-1)", "model: logits, predictions: outputs, const: logits + 1")),
        ),
      ],
      [
        "predictions-c",
        await emit(
          trainingOf(source("stack(raw.p, raw.q, axis=-1)", "a: outputs").replaceAll("logits", "predictions")),
        ),
      ],
    ]);
    expect(typeErrors(files, "predictions")).toEqual([]);
    expect(files.get("predictions-b")).toContain("const: ");
  });
});
