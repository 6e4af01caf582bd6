import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import { isFloat } from "../../../src/ops/define/dtype-class.ts";
import type { Operator, Sample } from "../../../src/ops/define/operator.ts";
import { allOperators } from "../../../src/ops/registry.ts";
import { required } from "../../../src/support/fault.ts";
import { gradientGraphOfSample, inputsOfSample, isDifferentiable } from "../../ops/sample-graphs.ts";
import { backends, useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import { operatorModule, samplesFor } from "./operator-modules.ts";

/** What TensorFlow.js itself differentiates when generated TypeScript trains, against our derivative in f64. */

interface Emitted {
  readonly create: () => object;
  readonly predict: (model: object, inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;
}

const differentiable = allOperators.flatMap((operator) => {
  // What draws is what it is given outside of a training.
  if (operator.operands.some((it) => it.isKey)) return [];
  const samples = samplesFor(operator).filter((it) => isDifferentiable(operator, it));
  const all = [...samples, ...samples.flatMap((it) => withMoreAxes(operator, it))];
  return all.length === 0 ? [] : [[operator.name, operator, all] as const];
});

/** The same at six axes, from which on TensorFlow.js lacks many a gradient. */
function withMoreAxes({ structure }: Operator, { operands, attributes, ...rest }: Sample): readonly Sample[] {
  const rank = Math.max(...operands.map(({ shape }) => shape.length));
  if (rank >= 5 || operands.some(({ data, distinct }) => data !== undefined || distinct === true)) return [];
  const leading = [2, 1, 2, 1, 2, 1].slice(0, 6 - rank);
  if (structure === "along axis" || structure === "reduction") {
    const { axis, axes, ...others } = attributes ?? {};
    const moved = {
      ...(typeof axis === "number" && { axis: axis + leading.length }),
      ...(Array.isArray(axes) && { axes: (axes as readonly number[]).map((it) => it + leading.length) }),
    };
    const larger = operands.map((it) => ({ ...it, shape: [...leading, ...it.shape] }));
    return [{ ...rest, operands: larger, attributes: { ...others, ...moved } }];
  }
  if (structure !== "elementwise") return [];
  // Each operand has them all in turn, and the others broadcast.
  return operands.map((_, widest) => ({
    ...rest,
    ...(attributes !== undefined && { attributes }),
    operands: operands.map((it, at) => {
      if (at !== widest) return it;
      const inner = Array.from({ length: rank - it.shape.length }, () => 1);
      return { ...it, shape: [...leading, ...inner, ...it.shape] };
    }),
  }));
}

describe.each(backends)("gradients of TensorFlow.js on %s", (backend) => {
  beforeAll(() => useBackend(backend));
  afterAll(() => useBackend("cpu"));

  it.each(differentiable)("are ours for %s", async (name, operator, samples) => {
    const { module, inputs } = operatorModule(operator, samples);
    const emitted = await importEmitted<Emitted>(`${name}_gradients`, await emitTfjs({ module, name }));
    const tensors = new Map([...inputs].map(([key, { dtype, shape, data }]) => [key, tensorOf(dtype, shape, data)]));
    const floats = [...inputs].filter(([, { dtype }]) => isFloat(dtype));
    const variables = floats.map(([key]) =>
      tf.variable(required(tensors.get(key), key), true, `${backend}_${name}_${key}`),
    );
    const expected = samples.map((sample) => oursFor(operator, sample));
    const { grads } = tf.variableGrads(() => {
      const given = {
        ...Object.fromEntries(tensors),
        ...Object.fromEntries(floats.map(([key], at) => [key, variables[at]])),
      };
      const results = emitted.predict(emitted.create(), given as Record<string, tf.Tensor>);
      const parts = expected.flatMap(({ seeds }, at) =>
        [...seeds].map(([index, seed]) =>
          tf.sum(tf.mul(required(results[`y${at}_${index}`], "result"), tensorOf("f32", seed.shape, seed.data))),
        ),
      );
      return tf.addN(parts) as tf.Scalar;
    }, variables);
    expected.forEach(({ gradients }, at) => {
      for (const [index, wanted] of gradients) {
        const found = required(
          grads[`${backend}_${name}_a${at}_${index}`],
          `gradient of operand ${index} of sample ${at}`,
        );
        expect(found.shape, `sample ${at}, operand ${index}`).toEqual(wanted.shape);
        expect(worstError(found.dataSync(), wanted.data), `sample ${at}, operand ${index}`).toBeLessThan(1e-4);
      }
    });
    tf.dispose([[...tensors.values()], variables, grads]);
  });
});

/** Our gradients of a sample by the index of the operand, and what they start from by that of the result. */
function oursFor(operator: Operator, sample: Sample) {
  const graph = gradientGraphOfSample(operator, sample, "own");
  const inputs = inputsOfSample(graph, sample);
  const results = interpretGraph(graph, inputs);
  const named = (letter: string, from: typeof inputs) =>
    [...from].flatMap(([name, array]) => (name.startsWith(letter) ? [[Number(name.slice(1)), array] as const] : []));
  return { gradients: named("d", results), seeds: named("g", inputs) };
}

function tensorOf(dtype: string, shape: readonly number[], data: ArrayLike<number>): tf.Tensor {
  const to = isFloat(dtype as "f32") ? "float32" : dtype === "bool" ? "bool" : "int32";
  return tf.tensor(Array.from(data), [...shape], to);
}

function worstError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  return Array.from(wanted).reduce((worst, value, at) => {
    const error = Math.abs((found[at] ?? NaN) - value) / Math.max(1, Math.abs(value));
    return Number.isNaN(error) && Number.isNaN(value) ? worst : Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }, 0);
}
