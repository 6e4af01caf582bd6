import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { DType } from "../../src/ir/types.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray, Operator, Sample } from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { tfjsDType } from "../../src/emit/tfjs/tfjs-dtype.ts";
import { expandComposites } from "../../src/passes/expand-composites.ts";
import { backends, useBackend } from "../emit/tfjs/backends.ts";
import { relativeError } from "./relative-error.ts";
import {
  describeSample,
  gradientGraphOfSample,
  graphOfSample,
  inputsOfSample,
  isDifferentiable,
} from "./sample-graphs.ts";
import { keepFusedByTfjs, runNodes } from "./tfjs-evaluator.ts";

/** f32 against f64. */
const tolerance = 1e-5;

function tensorOf({ dtype, shape, data }: NdArray): tf.Tensor {
  const held = tfjsDType(dtype);
  return tf.tensor(
    held === "float32" ? Float32Array.from(data) : held === "bool" ? Uint8Array.from(data) : Int32Array.from(data),
    [...shape],
    held,
  );
}

function arrayOf(tensor: tf.Tensor, dtype: DType): NdArray {
  const held = tfjsDType(dtype);
  return {
    dtype: tensor.dtype === held ? dtype : "u8",
    shape: tensor.shape,
    data: Float64Array.from(tensor.dataSync()),
  };
}

/** What gradient rules alone use is never written as TypeScript, but for composites of what is. */
const operators = allOperators.filter((it) => it.exposed || it.kind === "composite");

/** Random keys are numbers of the host in generated code, not tensors; channels come last there. */
function isForTensors(sample: Sample): boolean {
  return sample.operands.every((it) => it.dtype !== "u32") && sample.attributes?.["layout"] !== "NCHW";
}

function run(graph: Graph, inputs: ReadonlyMap<string, tf.Tensor>): readonly tf.Tensor[] {
  const values = new Map<number, tf.Tensor>();
  for (const { name, value } of graph.inputs) {
    const tensor = inputs.get(name);
    if (tensor !== undefined) values.set(value.id, tensor);
  }
  runNodes(graph.nodes, values);
  return graph.outputs.map(({ value }) => {
    const found = values.get(value.id);
    if (found === undefined) throw new Error(`no value ${value.id}`);
    return found;
  });
}

function expectClose(actual: NdArray, expected: NdArray, what: string): void {
  const error = relativeError(actual, expected);
  const shown = `${what}: ${actual.dtype}[${actual.shape.join()}] ${actual.data.slice(0, 6).join()} for ${expected.dtype}[${expected.shape.join()}] ${expected.data.slice(0, 6).join()}`;
  expect(error, shown).toBeLessThanOrEqual(isFloat(expected.dtype) ? tolerance : 0);
}

/** The results on TensorFlow.js against the reference; then gradients, by its own tape, against our rules. */
function checkSample(operator: Operator, sample: Sample): void {
  const graph = expandComposites(graphOfSample(operator, sample), keepFusedByTfjs);
  const differentiable = isDifferentiable(operator, sample);
  const reference = differentiable ? gradientGraphOfSample(operator, sample, "own") : graphOfSample(operator, sample);
  const arrays = inputsOfSample(reference, sample);
  const expected = interpretGraph(reference, arrays);
  const inputs = new Map([...arrays].map(([name, array]) => [name, tensorOf(array)]));
  run(graph, inputs).forEach((tensor, index) => {
    const wanted = expected.get(`y${index}`);
    if (wanted !== undefined) expectClose(arrayOf(tensor, wanted.dtype), wanted, `y${index}`);
  });
  const names = sample.operands.flatMap((it, index) => (isFloat(it.dtype) ? [`x${index}`] : []));
  if (!differentiable) return;
  const tensors = names.flatMap((name) => inputs.get(name) ?? []);
  const gradients = tf.grads((...xs: tf.Tensor[]) => {
    const given = new Map(inputs);
    names.forEach((name, index) => given.set(name, xs[index] ?? tf.scalar(NaN)));
    // TensorFlow.js refuses an input through which no gradient flows.
    let total: tf.Tensor = tf.addN(xs.map((x) => tf.sum(tf.mul(tf.clipByValue(x, -1, 1), 0))));
    run(graph, given).forEach((y, index) => {
      const weights = inputs.get(`g${index}`);
      if (weights !== undefined) total = tf.add(total, tf.sum(tf.mul(y, weights)));
    });
    return total;
  })(tensors);
  gradients.forEach((gradient, index) => {
    const name = (names[index] ?? "").replace("x", "d");
    const array = arrays.get(names[index] ?? "");
    const wanted = expected.get(name);
    if (wanted !== undefined) expectClose(arrayOf(gradient, "f32"), wanted, name);
    else if (array !== undefined)
      expect(
        gradient.dataSync().every((it) => it === 0),
        `${name} must be zero`,
      ).toBe(true);
  });
}

describe.each(backends)("on TensorFlow.js %s", (backend) => {
  beforeAll(() => useBackend(backend));

  for (const operator of operators) {
    const samples = operator.samples.filter(isForTensors);
    if (samples.length === 0) continue;
    it.each(samples.map((it) => [describeSample(it), it] as const))(`${operator.name}: %s`, (_, sample) => {
      tf.tidy(() => {
        checkSample(operator, sample);
      });
    });
  }
});
