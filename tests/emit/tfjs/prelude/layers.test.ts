import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { avgPool2d } from "../../../../src/emit/tfjs/prelude/avg-pool2d.ts";
import { batchNormInference } from "../../../../src/emit/tfjs/prelude/batch-norm.ts";
import { conv2d, conv2dTranspose } from "../../../../src/emit/tfjs/prelude/conv2d.ts";
import { layerNorm } from "../../../../src/emit/tfjs/prelude/layer-norm.ts";
import { lstm } from "../../../../src/emit/tfjs/prelude/lstm.ts";
import { maxPool2d } from "../../../../src/emit/tfjs/prelude/max-pool2d.ts";
import { simpleRnn } from "../../../../src/emit/tfjs/prelude/simple-rnn.ts";
import { numbers, relativeError, tensorOf, useBackend } from "./backends.ts";

function tensor(shape: readonly number[], seed: number): tf.Tensor {
  return tensorOf(numbers(shape, seed));
}

function image(shape: readonly [number, number, number, number], seed: number): tf.Tensor4D {
  return tf.reshape(tensor(shape, seed), [...shape]);
}

/** Applies a layer of tf.layers, whose meaning is Keras's, with given weights. */
function layered(layer: tf.layers.Layer, x: tf.Tensor, weights: tf.Tensor[]): tf.Tensor {
  // The first application builds the layer.
  layer.apply(x);
  layer.setWeights(weights);
  const result = layer.apply(x);
  if (!(result instanceof tf.Tensor)) throw new Error("a layer gave no tensor");
  return result;
}

function expectSame(actual: tf.Tensor, expected: tf.Tensor): void {
  const data = Float64Array.from(expected.dataSync());
  expect(relativeError(actual, { dtype: "f32", shape: expected.shape, data })).toBeLessThan(2e-6);
}

describe("what Keras means, by tf.layers and TensorFlow.js's own operators", () => {
  beforeAll(() => useBackend("cpu"));

  const sizes = [
    [7, 8],
    [6, 5],
    [9, 4],
  ] as const;
  const strides = [1, 2, 3] as const;

  it.each(sizes.flatMap(([h, w]) => strides.map((stride) => [h, w, stride] as const)))(
    "pads images of %i by %i the same at stride %i",
    (h, w, stride) => {
      const x = image([2, h, w, 3], 1);
      const kernel = image([3, 2, 3, 4], 2);
      const step = [stride, stride];
      expectSame(conv2d(x, kernel, { strides: step, padding: "same" }), tf.conv2d(x, kernel, stride, "same"));
      expectSame(conv2d(x, kernel, { strides: step }), tf.conv2d(x, kernel, stride, "valid"));
      const options = { strides: step, padding: "same" };
      expectSame(maxPool2d(x, [3, 2], options), tf.maxPool(x, [3, 2], stride, "same"));
      expectSame(avgPool2d(x, [3, 2], options), tf.avgPool(x, [3, 2], stride, "same"));
      expectSame(avgPool2d(x, [3, 2], { strides: step }), tf.avgPool(x, [3, 2], stride, "valid"));
    },
  );

  it("convolves by depth", () => {
    const x = image([2, 7, 6, 3], 1);
    const kernel = image([3, 3, 3, 2], 2);
    const options = { groups: 3, padding: "same", strides: [2, 2] };
    expectSame(conv2d(x, tf.reshape(kernel, [3, 3, 1, 6]), options), tf.depthwiseConv2d(x, kernel, 2, "same"));
  });

  it.each(["same", "valid"] as const)("transposes convolutions, padding %s", (padding) => {
    const x = image([2, 4, 5, 3], 1);
    const layer = tf.layers.conv2dTranspose({ filters: 2, kernelSize: [4, 3], strides: 2, padding, useBias: false });
    const kernel = image([4, 3, 2, 3], 2);
    const expected = layered(layer, x, [kernel]);
    expectSame(conv2dTranspose(x, kernel, expected.shape, { strides: [2, 2], padding }), expected);
  });

  it("runs long short-term memory", () => {
    const [x, kernel, recurrent, bias] = [
      tensor([2, 5, 3], 1),
      tensor([3, 16], 2),
      tensor([4, 16], 3),
      tensor([16], 4),
    ];
    for (const reverse of [false, true]) {
      const layer = tf.layers.lstm({
        units: 4,
        recurrentActivation: "sigmoid",
        returnSequences: true,
        goBackwards: reverse,
      });
      const steps = layered(layer, x, [kernel, recurrent, bias]);
      const [sequence] = lstm(x, kernel, recurrent, bias, tf.zeros([2, 4]), tf.zeros([2, 4]), reverse);
      // Keras leaves a backward sequence in the order of its steps.
      expectSame(sequence, reverse ? tf.reverse(steps, 1) : steps);
    }
  });

  it("runs the plain recurrent layer", () => {
    const [x, kernel, recurrent, bias] = [tensor([2, 5, 3], 1), tensor([3, 4], 2), tensor([4, 4], 3), tensor([4], 4)];
    const layer = tf.layers.simpleRNN({ units: 4 });
    const [, last] = simpleRnn(x, kernel, recurrent, bias, tf.zeros([2, 4]));
    expectSame(last, layered(layer, x, [kernel, recurrent, bias]));
  });

  it("normalises", () => {
    const x = tensor([3, 4, 5], 1);
    const [scale, bias, mean] = [tensor([5], 2), tensor([5], 3), tensor([5], 4)];
    const variance = tf.add(tf.abs(tensor([5], 5)), 0.5);
    expectSame(layerNorm(x, scale, bias), layered(tf.layers.layerNormalization({ epsilon: 1e-3 }), x, [scale, bias]));
    const layer = tf.layers.batchNormalization({ epsilon: 1e-3 });
    const expected = layered(layer, x, [scale, bias, mean, variance]);
    expectSame(batchNormInference(x, scale, bias, mean, variance), expected);
  });
});
