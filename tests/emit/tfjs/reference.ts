import * as tf from "@tensorflow/tfjs";
import { buildInferenceGraph } from "../../../src/autodiff/build-evaluation-graph.ts";
import { buildInitGraph } from "../../../src/autodiff/build-init-graph.ts";
import { buildPreparationGraph } from "../../../src/autodiff/build-preparation-graph.ts";
import { buildGradientGraph, buildTrainingGraph } from "../../../src/autodiff/build-training-step.ts";
import { evaluate, variablesOf } from "../../../src/dims/dim.ts";
import type { Graph, Module } from "../../../src/ir/graph.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import { sizeOf } from "../../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../../src/ops/define/operator.ts";
import { tfjsDType } from "../../../src/emit/tfjs/tfjs-dtype.ts";
import { createDraw } from "../../ops/sample-graphs.ts";
import { referenceTarget } from "../../../src/passes/pipeline.ts";

/** A tensor of generated code, or the numbers of one. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

const target = referenceTarget;

/** The graphs that say what generated code must compute, in f64. */
export const graphsOf = {
  initial: (module: Module): Graph => buildInitGraph(module, target),
  inference: (module: Module): Graph => buildInferenceGraph(module, target),
  gradients: (program: TrainProgram): Graph => buildGradientGraph(program, target),
  step: (program: TrainProgram): Graph => buildTrainingGraph(program, target),
  preparation: ({ data, model }: TrainProgram): Graph =>
    buildPreparationGraph(data, { ...target, functions: model.functions }),
};

/** What a model owns at first, by the names of graphs: `param/<path>`, `state/<path>`. */
export function initialValues(module: Module, seed: number): ReadonlyMap<string, NdArray> {
  const words: NdArray = {
    dtype: "u32",
    shape: [2],
    data: Float64Array.from([seed % 2 ** 32, Math.floor(seed / 2 ** 32)]),
  };
  return interpretGraph(graphsOf.initial(module), new Map([["seed", words]]));
}

/** Examples for a model's features: the same for the same names. Labels are drawn below their number of classes. */
export function drawBatch(graph: Graph, dims: Readonly<Record<string, number>>, classes: number): Map<string, NdArray> {
  const values = new Map(Object.entries(dims));
  const features = graph.inputs.filter(({ role }) => role === "feature");
  return new Map(
    features.map(({ name, value }) => {
      const shape = value.type.shape.map((dim) => {
        for (const variable of variablesOf(dim)) if (!values.has(variable)) values.set(variable, 2);
        return evaluate(dim, values);
      });
      const draw = createDraw(name.length * 7919 + name.charCodeAt(name.length - 1));
      const isInteger = tfjsDType(value.type.dtype) === "int32";
      const data = Float64Array.from({ length: sizeOf(shape) }, () =>
        isInteger ? Math.floor(draw() * classes) : Math.fround(2 * draw() - 1),
      );
      return [name.replace(/^(batch|raw)\//, ""), { dtype: value.type.dtype, shape, data }];
    }),
  );
}

/** Evaluates a graph at values of what a model owns, a batch, a seed and a step. */
export function evaluateGraph(
  graph: Graph,
  given: {
    readonly owned: ReadonlyMap<string, NdArray>;
    readonly batch: ReadonlyMap<string, NdArray>;
    readonly seed?: number;
    readonly step?: number;
    readonly steps?: number;
  },
): ReadonlyMap<string, NdArray> {
  const scalar = (dtype: NdArray["dtype"], value: number): NdArray => ({
    dtype,
    shape: [],
    data: Float64Array.of(value),
  });
  const { owned, batch, seed = 0, step = 0, steps = 1 } = given;
  const inputs = graph.inputs.map(({ name, role, value, init }): [string, NdArray] => {
    const known = owned.get(name) ?? batch.get(name.replace(/^(batch|raw)\//, ""));
    if (known !== undefined) return [name, known];
    if (role === "seed")
      return [
        name,
        { dtype: "u32", shape: [2], data: Float64Array.from([seed % 2 ** 32, Math.floor(seed / 2 ** 32)]) },
      ];
    if (role === "step") return [name, scalar("i64", step)];
    if (role === "hyper") return [name, scalar("f32", name === "hyper/total_steps" ? steps : 1)];
    if (role === "optimizer") {
      const shape = value.type.shape.map((dim) => evaluate(dim, new Map()));
      const first = init?.arguments["value"] ?? 0;
      return [name, { dtype: value.type.dtype, shape, data: new Float64Array(sizeOf(shape)).fill(first) }];
    }
    throw new Error(`the graph wants ${name}`);
  });
  return interpretGraph(graph, new Map(inputs));
}

/** The numbers of a tensor. */
export function numbersOf(tensor: tf.Tensor): Numbers {
  return { shape: tensor.shape, data: tensor.dataSync() };
}

/** A tensor of the current backend. */
export function tensorOf({ dtype, shape, data }: NdArray): tf.Tensor {
  const held = tfjsDType(dtype);
  return tf.tensor(held === "int32" ? Int32Array.from(data) : Float32Array.from(data), [...shape], held);
}

/** The largest error over the largest magnitude; infinite where shapes differ or something is no number. */
export function worstError(actual: Numbers | undefined, expected: NdArray | undefined): number {
  if (actual === undefined || expected === undefined || actual.shape.join() !== expected.shape.join()) return Infinity;
  let error = 0;
  let magnitude = 1e-6;
  expected.data.forEach((value, index) => {
    const distance = Math.abs((actual.data[index] ?? NaN) - value);
    error = Number.isNaN(distance) ? Infinity : Math.max(error, distance);
    magnitude = Math.max(magnitude, Math.abs(value));
  });
  return error / magnitude;
}

/** The norm of an error over that of what was expected, or over `floor` where that is more. */
export function normError(actual: Numbers | undefined, expected: NdArray | undefined, floor: number): number {
  if (actual === undefined || expected === undefined || actual.shape.join() !== expected.shape.join()) return Infinity;
  const differences = expected.data.map((value, index) => (actual.data[index] ?? NaN) - value);
  const error = normOf([differences]) / Math.max(normOf([expected.data]), floor);
  return Number.isNaN(error) ? Infinity : error;
}

/** The norm of all numbers together. */
export function normOf(arrays: Iterable<Float64Array>): number {
  let square = 0;
  for (const values of arrays) for (const value of values) square += value * value;
  return Math.sqrt(square);
}
