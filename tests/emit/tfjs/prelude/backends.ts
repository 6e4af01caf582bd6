import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { asNumber, constant } from "../../../../src/dims/dim.ts";
import { createShapeChecker } from "../../../../src/ops/check-shapes.ts";
import { inferOperator } from "../../../../src/ops/infer.ts";
import { attributesFor, type NdArray } from "../../../../src/ops/operator.ts";
import { findOperator } from "../../../../src/ops/registry.ts";
import { noFacts } from "../../../../src/dims/facts.ts";
import { fault, required } from "../../../../src/support/fault.ts";
import type { AttributeValue } from "../../../../src/ir/graph.ts";

/** The backends that generated code is tested on. */
export const backends = ["cpu", "wasm"] as const;

/** Switches TensorFlow.js to a backend. */
export async function useBackend(name: (typeof backends)[number]): Promise<void> {
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(entry)}/`);
  await tf.setBackend(name);
  await tf.ready();
}

/** Numbers that look random and are always the same, in -1..1. */
export function numbers(shape: readonly number[], seed: number): NdArray {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from({ length: size }, (_, i) => Math.fround(Math.sin((i + 1) * 12.9898 + seed * 78.233)));
  return { dtype: "f32", shape, data };
}

/** The same elements as a tensor. */
export function tensorOf(array: NdArray): tf.Tensor {
  return tf.tensor(Float32Array.from(array.data), [...array.shape], "float32");
}

/** What the f64 reference of a primitive gives. */
export function reference(
  name: string,
  operands: readonly NdArray[],
  attributes: Readonly<Record<string, AttributeValue>>,
): NdArray {
  const operator = findOperator(name);
  if (operator?.kind !== "primitive") fault(`${name} is no primitive`);
  const given = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, { value }]));
  const check = createShapeChecker(noFacts, ({ message }) => fault(message));
  const types = operands.map(({ dtype, shape }) => ({ dtype, shape: shape.map((size) => constant(size)) }));
  const results = required(inferOperator(operator, types, given, check), "result types");
  const [result] = operator.reference({
    operands,
    attributes: attributesFor(operator, given) as never,
    results: results.map(({ dtype, shape }) => ({ dtype, shape: shape.map((dim) => required(asNumber(dim), "size")) })),
  });
  return required(result, "result");
}

/** The largest error over the largest magnitude; infinite where shapes differ. */
export function relativeError(got: tf.Tensor, wanted: NdArray): number {
  if (got.shape.join() !== wanted.shape.join()) return Infinity;
  const data = got.dataSync();
  let error = 0;
  let scale = 1e-30;
  wanted.data.forEach((value, i) => {
    error = Math.max(error, Math.abs(value - (data[i] ?? NaN)));
    scale = Math.max(scale, Math.abs(value));
  });
  return Number.isNaN(error) ? Infinity : error / scale;
}
