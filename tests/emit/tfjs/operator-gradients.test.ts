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
import { differentiated, givenOf, weightedSum, worstGap, type Emitted } from "./emitted-gradients.ts";
import { importEmitted } from "./load-emitted.ts";
import { operatorModule, samplesFor } from "./operator-modules.ts";

/** What TensorFlow.js itself differentiates when generated TypeScript trains, against our derivative in f64. */

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
    const { inputs: given, variables } = givenOf(inputs, (key) => isFloat(required(inputs.get(key), key).dtype));
    const expected = samples.map((sample) => oursFor(operator, sample));
    const { gradients: found } = differentiated(variables, () => {
      const results = emitted.predict(emitted.create?.() ?? {}, given);
      const seeds = expected.flatMap((it, at) =>
        it.seeds.map(([index, seed]) => [required(results[`y${at}_${index}`], "result"), seed] as const),
      );
      return weightedSum(seeds);
    });
    expected.forEach(({ gradients }, at) => {
      for (const [index, wanted] of gradients)
        expect(worstGap(found.get(`a${at}_${index}`), wanted), `sample ${at}, operand ${index}`).toBeLessThan(1e-4);
    });
    tf.dispose(given);
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
