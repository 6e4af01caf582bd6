import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { constant } from "../../../../src/dims/dim.ts";
import { avgPool2d, avgPool2dGradient } from "../../../../src/emit/tfjs/prelude/avg-pool2d.ts";
import { maxPool2d, maxPool2dGradient } from "../../../../src/emit/tfjs/prelude/max-pool2d.ts";
import type { NdArray } from "../../../../src/ops/define/operator.ts";
import { poolSamples, type PoolSample } from "../../../../src/ops/define/pool2d.ts";
import { backends, numbers, reference, relativeError, tensorOf, useBackend } from "./backends.ts";

function channelsLast(sample: PoolSample): PoolSample {
  if (sample.attributes["layout"] !== "NCHW") return sample;
  const image = (shape: readonly number[]) => [0, 2, 3, 1].map((axis) => shape[axis] ?? 1);
  return { x: image(sample.x), y: image(sample.y), attributes: { ...sample.attributes, layout: "NHWC" } };
}

function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}

function settingsOf({ attributes }: PoolSample) {
  const padding =
    attributes["padding"] === "explicit" ? numbersOf(attributes["pads"]) : String(attributes["padding"] ?? "valid");
  return { window: numbersOf(attributes["window"]), options: { strides: numbersOf(attributes["strides"]), padding } };
}

/** Few different values, zero and negative ones among them: most windows have ties. */
function tied(array: NdArray): NdArray {
  return { ...array, data: array.data.map((value) => Math.round(value * 2) - 1) };
}

describe.each(backends)("the pool helpers on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(poolSamples.map(channelsLast).map((sample) => [JSON.stringify(sample), sample] as const))(
    "%s",
    (_, sample) => {
      const { attributes } = sample;
      const { window, options } = settingsOf(sample);
      const dy = numbers(sample.y, 3);
      for (const x of [numbers(sample.x, 1), tied(numbers(sample.x, 2))]) {
        const y = reference("max_pool2d", [x], attributes);
        expect(relativeError(maxPool2d(tensorOf(x), window, options), y)).toBe(0);
        const dx = reference("max_pool2d_gradient", [x, y, dy], attributes);
        const gradient = tf.grad((it) => maxPool2d(it, window, options))(tensorOf(x), tensorOf(dy));
        expect(relativeError(gradient, dx)).toBeLessThan(1e-6);
        const direct = maxPool2dGradient(tensorOf(x), tensorOf(y), tensorOf(dy), window, options);
        expect(relativeError(direct, dx)).toBeLessThan(1e-6);
      }
      const x = numbers(sample.x, 1);
      expect(
        relativeError(avgPool2d(tensorOf(x), window, options), reference("avg_pool2d", [x], attributes)),
      ).toBeLessThan(1e-6);
      const inputShape = sample.x.map((size) => constant(size));
      const dx = reference("avg_pool2d_gradient", [dy], { ...attributes, inputShape });
      const gradient = tf.grad((it) => avgPool2d(it, window, options))(tensorOf(x), tensorOf(dy));
      expect(relativeError(gradient, dx)).toBeLessThan(1e-6);
      expect(relativeError(avgPool2dGradient(tensorOf(dy), [...sample.x], window, options), dx)).toBeLessThan(1e-6);
    },
  );
});
