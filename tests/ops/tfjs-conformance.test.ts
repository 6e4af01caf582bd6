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
import { demandsOf, isSymbolic, resized, sizesFor, type SampleForm, type Sizes } from "./symbolic-samples.ts";
import { keepFusedByTfjs, runNodes } from "./tfjs-evaluator.ts";

/** f32 against f64, with few elements and with more. */
const tolerances = { literal: 1e-5, symbolic: 1e-4 } as const;

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

/** The reference is asked once for all backends. */
const kept = new Map<Operator, readonly Case[]>();

/** Random keys are numbers of the host in generated code, not tensors; channels come last there. */
function isForTensors(sample: Sample): boolean {
  return sample.operands.every((it) => it.dtype !== "u32") && sample.attributes?.["layout"] !== "NCHW";
}

function run(graph: Graph, inputs: ReadonlyMap<string, tf.Tensor>, sizes: Sizes): readonly tf.Tensor[] {
  const values = new Map<number, tf.Tensor>();
  for (const { name, value } of graph.inputs) {
    const tensor = inputs.get(name);
    if (tensor !== undefined) values.set(value.id, tensor);
  }
  runNodes(graph.nodes, values, sizes);
  return graph.outputs.map(({ value }) => {
    const found = values.get(value.id);
    if (found === undefined) throw new Error(`no value ${value.id}`);
    return found;
  });
}

function expectClose(actual: NdArray, expected: NdArray, { title, form }: Case, name: string): void {
  const error = relativeError(actual, expected);
  const shown = `${name} of ${title}: ${actual.dtype}[${actual.shape.join()}] ${actual.data.slice(0, 6).join()} for ${expected.dtype}[${expected.shape.join()}] ${expected.data.slice(0, 6).join()}`;
  expect(error, shown).toBeLessThanOrEqual(isFloat(expected.dtype) ? tolerances[form] : 0);
}

/** A sample to run: the graph as TensorFlow.js gets it, and what the reference makes of the same inputs. */
interface Case {
  readonly title: string;
  readonly form: SampleForm;
  readonly graph: Graph;
  readonly sizes: Sizes;
  /** The operands that are differentiated by; none where the operator has no gradient. */
  readonly names: readonly string[];
  readonly arrays: ReadonlyMap<string, NdArray>;
  readonly expected: ReadonlyMap<string, NdArray>;
}

function caseOf(operator: Operator, sample: Sample, form: SampleForm, sizes: Sizes): Case {
  const graph = expandComposites(graphOfSample(operator, sample, form), keepFusedByTfjs);
  const differentiable = isDifferentiable(operator, sample);
  const reference = differentiable
    ? gradientGraphOfSample(operator, sample, "own", form)
    : graphOfSample(operator, sample, form);
  const arrays = inputsOfSample(reference, form === "literal" ? sample : resized(operator, sample, sizes), sizes);
  const title = `${describeSample(sample)}${[...sizes].map((it) => ` ${it.join("=")}`).join("")}`;
  const names = differentiable ? sample.operands.flatMap((it, at) => (isFloat(it.dtype) ? [`x${at}`] : [])) : [];
  return { title, form, graph, sizes, names, arrays, expected: interpretGraph(reference, arrays) };
}

/** Every sample with the sizes that it has; on the first backend also with others, known at run time alone. */
function casesOf(operator: Operator, backend: string): readonly Case[] {
  const samples = operator.samples.filter(isForTensors);
  const literal = kept.get(operator) ?? samples.map((it) => caseOf(operator, it, "literal", new Map()));
  kept.set(operator, literal);
  if (backend !== backends[0]) return literal;
  const symbolic = samples.flatMap((it) =>
    isSymbolic(operator, it)
      ? sizesFor(operator, it, demandsOf(operator, it))
          .slice(-1)
          .map((sizes) => caseOf(operator, it, "symbolic", sizes))
      : [],
  );
  return [...literal, ...symbolic];
}

/** The results on TensorFlow.js against the reference; then gradients, by its own tape, against our rules. */
function checkCase(it: Case): void {
  const { title, graph, sizes, names, arrays, expected } = it;
  const inputs = new Map([...arrays].map(([name, array]) => [name, tensorOf(array)]));
  run(graph, inputs, sizes).forEach((tensor, index) => {
    const wanted = expected.get(`y${index}`);
    if (wanted !== undefined) expectClose(arrayOf(tensor, wanted.dtype), wanted, it, `y${index}`);
  });
  if (names.length === 0) return;
  const tensors = names.flatMap((name) => inputs.get(name) ?? []);
  const gradients = tf.grads((...xs: tf.Tensor[]) => {
    const given = new Map(inputs);
    names.forEach((name, index) => given.set(name, xs[index] ?? tf.scalar(NaN)));
    // TensorFlow.js refuses an input through which no gradient flows.
    let total: tf.Tensor = tf.addN(xs.map((x) => tf.sum(tf.mul(tf.clipByValue(x, -1, 1), 0))));
    run(graph, given, sizes).forEach((y, index) => {
      const weights = inputs.get(`g${index}`);
      if (weights !== undefined) total = tf.add(total, tf.sum(tf.mul(y, weights)));
    });
    return total;
  })(tensors);
  gradients.forEach((gradient, index) => {
    const name = (names[index] ?? "").replace("x", "d");
    const array = arrays.get(names[index] ?? "");
    const wanted = expected.get(name);
    if (wanted !== undefined) expectClose(arrayOf(gradient, "f32"), wanted, it, name);
    else if (array !== undefined)
      expect(
        gradient.dataSync().every((it) => it === 0),
        `${name} of ${title} must be zero`,
      ).toBe(true);
  });
}

describe.each(backends)("on TensorFlow.js %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(operators.map((it) => [it.name, it] as const))("%s", (_, operator) => {
    for (const it of casesOf(operator, backend)) {
      tf.tidy(() => {
        checkCase(it);
      });
    }
  });
});
