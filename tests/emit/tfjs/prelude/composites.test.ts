import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { batchNormInference, batchNormTraining } from "../../../../src/emit/tfjs/prelude/batch-norm.ts";
import { crossEntropy } from "../../../../src/emit/tfjs/prelude/cross-entropy.ts";
import { gru } from "../../../../src/emit/tfjs/prelude/gru.ts";
import { layerNorm } from "../../../../src/emit/tfjs/prelude/layer-norm.ts";
import { lstm } from "../../../../src/emit/tfjs/prelude/lstm.ts";
import { matMul } from "../../../../src/emit/tfjs/prelude/mat-mul.ts";
import { smoothCrossEntropy } from "../../../../src/emit/tfjs/prelude/smooth-cross-entropy.ts";
import { simpleRnn } from "../../../../src/emit/tfjs/prelude/simple-rnn.ts";
import { interpretGraph } from "../../../../src/graph/interpret.ts";
import type { NdArray, Sample } from "../../../../src/ops/define/operator.ts";
import { findOperator } from "../../../../src/ops/registry.ts";
import { fault } from "../../../../src/support/fault.ts";
import { gradientGraphOfSample, graphOfSample, inputsOfSample } from "../../../ops/sample-graphs.ts";
import { backends, relativeError, useBackend } from "./backends.ts";

type Helper = (operands: tf.Tensor[], attributes: NonNullable<Sample["attributes"]>) => tf.Tensor[];

/** The helper of each operator that has one, and how many of its results gradients flow through. */
const helpers: Readonly<Record<string, { readonly call: Helper; readonly differentiable?: number }>> = {
  matmul: { call: ([a, b]) => [matMul(given(a), given(b))] },
  cross_entropy: {
    call: ([logits, labels], { smoothing }) => [
      smoothing === undefined
        ? crossEntropy(given(logits), given(labels))
        : smoothCrossEntropy(given(logits), given(labels), number(smoothing) ?? NaN),
    ],
  },
  layer_norm: { call: ([x, s, b], { epsilon }) => [layerNorm(given(x), given(s), given(b), number(epsilon))] },
  batch_norm_training: {
    call: ([x, s, b], { epsilon }) => batchNormTraining(given(x), given(s), given(b), number(epsilon)),
    differentiable: 1,
  },
  batch_norm_inference: {
    call: ([x, s, b, m, v], { epsilon }) => [
      batchNormInference(given(x), given(s), given(b), given(m), given(v), number(epsilon)),
    ],
  },
  lstm: {
    call: ([x, k, r, b, h, c], { reverse }) =>
      lstm(given(x), given(k), given(r), given(b), given(h), given(c), reverse === true),
  },
  gru: {
    call: ([x, k, r, b, h], { reverse }) => gru(given(x), given(k), given(r), given(b), given(h), reverse === true),
  },
  simple_rnn: {
    call: ([x, k, r, b, h], { reverse, activation }) =>
      simpleRnn(given(x), given(k), given(r), given(b), given(h), reverse === true, String(activation ?? "tanh")),
  },
};

function given(tensor: tf.Tensor | undefined): tf.Tensor {
  return tensor ?? fault("missing tensor");
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function tensorOf({ dtype, shape, data }: NdArray): tf.Tensor {
  return dtype === "i32"
    ? tf.tensor(Int32Array.from(data), [...shape], "int32")
    : tf.tensor(Float32Array.from(data), [...shape], "float32");
}

/** How many operands the prelude's recurrent layers take: they know no lengths, and what has them is decomposed. */
const whole: Readonly<Record<string, number>> = { lstm: 6, gru: 5, simple_rnn: 5 };

function usable(name: string, { operands, attributes = {} }: Sample): boolean {
  const flagged = attributes["transposeA"] === true || attributes["transposeB"] === true;
  const ends = operands.length > (whole[name] ?? Infinity);
  return !(name === "matmul" && flagged) && !ends && attributes["layout"] !== "NCHW";
}

describe.each(backends)("the helpers of composites on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  for (const [name, { call, differentiable = Infinity }] of Object.entries(helpers)) {
    const operator = findOperator(name) ?? fault(`no operator ${name}`);
    const samples = operator.samples.filter((sample) => usable(name, sample));
    it.each(samples.map((sample, index) => [name, index, sample] as const))("%s, sample %i", (_, __, sample) => {
      const attributes = sample.attributes ?? {};
      const forward = graphOfSample(operator, sample);
      const backward = gradientGraphOfSample(operator, sample, "own");
      const inputs = inputsOfSample(backward, sample);
      const arrays = sample.operands.map((___, index) => inputs.get(`x${index}`) ?? fault("missing input"));
      const tensors = arrays.map(tensorOf);
      const outputs = interpretGraph(forward, inputs);
      call(tensors, attributes).forEach((result, index) => {
        expect(relativeError(result, outputs.get(`y${index}`) ?? fault("missing output"))).toBeLessThan(2e-6);
      });

      // Where a helper gives no gradient through a result, the reference gets none either.
      for (const [key, array] of inputs) {
        if (/^g\d+$/.test(key) && Number(key.slice(1)) >= differentiable)
          inputs.set(key, { ...array, data: array.data.map(() => 0) });
      }
      const wanted = interpretGraph(backward, inputs);
      const floats = arrays.flatMap(({ dtype }, index) => (dtype === "f32" ? [index] : []));
      const weighed = (...moving: tf.Tensor[]): tf.Scalar => {
        const operands = tensors.map((tensor, index) => moving[floats.indexOf(index)] ?? tensor);
        const terms = call(operands, attributes).flatMap((result, index) => {
          const weight = inputs.get(`g${index}`);
          return weight === undefined || index >= differentiable ? [] : [tf.sum(tf.mul(result, tensorOf(weight)))];
        });
        return tf.addN(terms).asScalar();
      };
      const gradients = tf.grads(weighed)(floats.map((index) => given(tensors[index])));
      gradients.forEach((gradient, place) => {
        const expected = wanted.get(`d${floats[place]}`);
        expect(relativeError(gradient, expected ?? fault("missing gradient"))).toBeLessThan(5e-6);
      });
    });
  }
});
