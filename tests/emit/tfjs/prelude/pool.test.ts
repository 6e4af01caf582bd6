import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { constant } from "../../../../src/dims/dim.ts";
import { avgPool2d, avgPool2dGradient } from "../../../../src/emit/tfjs/prelude/avg-pool2d.ts";
import { maxPool2d, maxPool2dGradient } from "../../../../src/emit/tfjs/prelude/max-pool2d.ts";
import {
  avgPool1d,
  avgPool1dGradient,
  maxPool1d,
  maxPool1dGradient,
} from "../../../../src/emit/tfjs/prelude/pool1d.ts";
import {
  avgPool3d,
  avgPool3dGradient,
  maxPool3d,
  maxPool3dGradient,
} from "../../../../src/emit/tfjs/prelude/pool3d.ts";
import type { NdArray } from "../../../../src/ops/define/operator.ts";
import { dilatedPoolSamples, poolSamples, type PoolSample } from "../../../../src/ops/define/pool.ts";
import { elementAt } from "../../../../src/support/element-at.ts";
import { backends, numbers, reference, relativeError, tensorOf, useBackend } from "./backends.ts";
import { imageLast, windowOptionsOf } from "./channels-last.ts";

/** The helpers of one, two and three spatial axes. */
const helpers = [
  { max: maxPool1d, maxGradient: maxPool1dGradient, average: avgPool1d, averageGradient: avgPool1dGradient },
  { max: maxPool2d, maxGradient: maxPool2dGradient, average: avgPool2d, averageGradient: avgPool2dGradient },
  { max: maxPool3d, maxGradient: maxPool3dGradient, average: avgPool3d, averageGradient: avgPool3dGradient },
];

function channelsLast(sample: PoolSample): PoolSample {
  if (sample.attributes["layout"] !== "NCHW") return sample;
  return { x: imageLast(sample.x), y: imageLast(sample.y), attributes: { ...sample.attributes, layout: "NHWC" } };
}

function settingsOf({ attributes }: PoolSample) {
  const { window } = attributes;
  return { window: Array.isArray(window) ? window.map(Number) : [], options: windowOptionsOf(attributes) };
}

/** Few different values, zero and negative ones among them: most windows have ties. */
function tied(array: NdArray): NdArray {
  return { ...array, data: array.data.map((value) => Math.round(value * 2) - 1) };
}

describe.each(backends)("the pool helpers on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(
    [...poolSamples, ...dilatedPoolSamples]
      .map(channelsLast)
      .map((sample) => [JSON.stringify(sample), sample] as const),
  )("%s", (_, sample) => {
    const { attributes } = sample;
    const { window, options } = settingsOf(sample);
    const dy = numbers(sample.y, 3);
    const { max, maxGradient, average, averageGradient } = elementAt(helpers, sample.x.length - 3);
    for (const x of [numbers(sample.x, 1), tied(numbers(sample.x, 2))]) {
      const y = reference("max_pool", [x], attributes);
      expect(relativeError(max(tensorOf(x), window, options), y)).toBe(0);
      const dx = reference("max_pool_gradient", [x, y, dy], attributes);
      const gradient = tf.grad((it) => max(it, window, options))(tensorOf(x), tensorOf(dy));
      expect(relativeError(gradient, dx)).toBeLessThan(1e-6);
      const direct = maxGradient(tensorOf(x), tensorOf(y), tensorOf(dy), window, options);
      expect(relativeError(direct, dx)).toBeLessThan(1e-6);
    }
    // Averages of windows with gaps are in no model.
    if (attributes["dilations"] !== undefined) return;
    const x = numbers(sample.x, 1);
    expect(relativeError(average(tensorOf(x), window, options), reference("avg_pool", [x], attributes))).toBeLessThan(
      1e-6,
    );
    const inputShape = sample.x.map((size) => constant(size));
    const dx = reference("avg_pool_gradient", [dy], { ...attributes, inputShape });
    const gradient = tf.grad((it) => average(it, window, options))(tensorOf(x), tensorOf(dy));
    expect(relativeError(gradient, dx)).toBeLessThan(1e-6);
    expect(relativeError(averageGradient(tensorOf(dy), [...sample.x], window, options), dx)).toBeLessThan(1e-6);
  });
});
