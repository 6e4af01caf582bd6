import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { constant } from "../../../../src/dims/dim.ts";
import { noFacts } from "../../../../src/dims/facts.ts";
import type { PlainAttributes } from "../../../../src/ops/define/builder.ts";
import type { Graph, GraphInput } from "../../../../src/ir/graph.ts";
import { createBuilder } from "../../../../src/graph/create-builder.ts";
import { interpretGraph } from "../../../../src/graph/interpret.ts";
import type { NdArray } from "../../../../src/ops/define/operator.ts";
import { required } from "../../../../src/support/fault.ts";

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

/** What the f64 reference of an operator with one result gives. */
export function reference(name: string, operands: readonly NdArray[], attributes: PlainAttributes): NdArray {
  const b = createBuilder({ firstId: 0 });
  const inputs = operands.map(({ dtype, shape }, index): GraphInput => {
    const value = b.value({ dtype, shape: shape.map((size) => constant(size)) });
    return { name: `x${index}`, role: "feature", value };
  });
  const value = b.op(
    name,
    inputs.map((it) => it.value),
    attributes,
  );
  const graph: Graph = {
    name,
    mode: "inference",
    inputs,
    nodes: b.nodes,
    outputs: [{ name: "y", role: "output", value }],
    facts: noFacts,
    nextId: b.nextId,
  };
  const results = interpretGraph(graph, new Map(operands.map((operand, index) => [`x${index}`, operand])));
  return required(results.get("y"), "result");
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
