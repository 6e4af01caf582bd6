import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { createFigureSum, type Figure } from "../../src/runtime/train/figures.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { trainingOf } from "../specs/spec-testing.ts";
import { metricCases, undefinedCalls } from "./metric-cases.ts";
import { exampleCount, metricColumns } from "./metric-columns.ts";

/** A training whose model gives its inputs, and which measures all cases. */
export function casesProgram(): TrainProgram {
  const columns = Object.entries(metricColumns);
  const outputs = columns.flatMap(([name, { type, output }]) => (output === undefined ? [] : [{ name, type, output }]));
  const ofBatch = (type: string): string => type.replace("[", "[B, ").replace(", ]", "]");
  return trainingOf(`
fn squares: (a: f32[B, 2], b: f32[B, 2]) -> f32[B] { mean(square(a - b), axis=-1) }
fn across: (w: f32[B]) -> f32[B, 4] { stack(w, w, w, w, axis=-1) }
fn across2: (w: f32[B]) -> f32[B, 2] { stack(w, w, axis=-1) }
model Given:
  (${outputs.map(({ name, type }) => `${name}: ${ofBatch(type)}`).join(", ")})
  -> (${outputs.map(({ output, type }) => `${output}: ${ofBatch(type)}`).join(", ")}) {
  param one: f32[] = ones
  (${outputs.map(({ name }) => `${name} * one`).join(", ")})
}
data Rows {
  source: npz("rows.npz")
${columns.map(([name, { type }]) => `  ${name}: ${type} = raw.${name}`).join("\n")}
}
train Given on Rows {
  loss:      mse(guess, target)
  optimizer: sgd(lr=0.1)
  metrics:   ${[...metricCases.map(({ call }) => call), ...undefinedCalls].join(", ")}
}
`);
}

/** Some of the examples, as features. */
export function examples(from: number, to: number): Tensors {
  return new Map(
    Object.entries(metricColumns).map(([name, { type, shape, data }]): [string, Tensor] => {
      const size = data.length / exampleCount;
      const cut = data.slice(from * size, to * size);
      return type.startsWith("f32")
        ? [name, { dtype: "f32", shape: [to - from, ...shape], data: Float32Array.from(cut) }]
        : [name, { dtype: "i32", shape: [to - from, ...shape], data: Int32Array.from(cut) }];
    }),
  );
}

/** Batches of uneven sizes: where each ends. */
export const unevenEnds: readonly number[] = [1, 8, 40, exampleCount];

/** What a trainer's figures of all cases are, over batches that end at some examples. */
export async function measureCases(
  program: TrainProgram,
  trainer: Trainer,
  ends: readonly number[],
): Promise<readonly Figure[]> {
  const sum = createFigureSum(program);
  let from = 0;
  for (const to of ends) {
    sum.add(await trainer.evaluate(examples(from, to)), to - from);
    from = to;
  }
  return [...sum.figures().values()].slice(1);
}
