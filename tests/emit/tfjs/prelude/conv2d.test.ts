import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { constant } from "../../../../src/dims/dim.ts";
import { conv2d, conv2dTranspose } from "../../../../src/emit/tfjs/prelude/conv2d.ts";
import { convolutionSamples, type ConvolutionSample } from "../../../../src/ops/define/conv2d-samples.ts";
import { backends, numbers, reference, relativeError, tensorOf, useBackend } from "./backends.ts";

/** The sample with channels last, which is all that the helpers know. */
function channelsLast(sample: ConvolutionSample): ConvolutionSample {
  if (sample.attributes["layout"] !== "NCHW") return sample;
  const image = (shape: readonly number[]) => [0, 2, 3, 1].map((axis) => shape[axis] ?? 1);
  const kernel = [2, 3, 1, 0].map((axis) => sample.kernel[axis] ?? 1);
  return { x: image(sample.x), y: image(sample.y), kernel, attributes: { ...sample.attributes, layout: "NHWC" } };
}

function numbersOf(value: unknown): number[] | undefined {
  return Array.isArray(value) ? value.map(Number) : undefined;
}

function optionsOf({ attributes }: ConvolutionSample) {
  const strides = numbersOf(attributes["strides"]);
  const dilations = numbersOf(attributes["dilations"]);
  const padding =
    attributes["padding"] === "explicit" ? numbersOf(attributes["pads"]) : String(attributes["padding"] ?? "valid");
  return {
    ...(strides && { strides }),
    ...(dilations && { dilations }),
    ...(padding !== undefined && { padding }),
    groups: Number(attributes["groups"] ?? 1),
  };
}

const samples: readonly ConvolutionSample[] = [
  ...convolutionSamples.map(channelsLast),
  // Strided and dilated at once, which TensorFlow.js itself refuses.
  { x: [1, 8, 9, 2], kernel: [3, 2, 2, 3], y: [1, 2, 4, 3], attributes: { strides: [2, 2], dilations: [2, 2] } },
  {
    x: [2, 6, 5, 2],
    kernel: [3, 3, 1, 4],
    y: [2, 3, 3, 4],
    attributes: { groups: 2, strides: [2, 2], padding: "same" },
  },
];

describe.each(backends)("the convolution helpers on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(samples.map((sample) => [JSON.stringify(sample), sample] as const))("%s", (_, sample) => {
    const { attributes } = sample;
    const options = optionsOf(sample);
    const [x, kernel, dy] = [numbers(sample.x, 1), numbers(sample.kernel, 2), numbers(sample.y, 3)];
    const y = conv2d(tensorOf(x), tensorOf(kernel), options);
    expect(relativeError(y, reference("conv2d", [x, kernel], attributes))).toBeLessThan(2e-6);

    const inputShape = sample.x.map((size) => constant(size));
    const kernelShape = sample.kernel.map((size) => constant(size));
    const dx = reference("conv2d_input_gradient", [dy, kernel], { ...attributes, inputShape });
    const dk = reference("conv2d_kernel_gradient", [x, dy], { ...attributes, kernelShape });
    const [gx, gk] = tf.grads((a, b) => conv2d(a, b, options))([tensorOf(x), tensorOf(kernel)], tensorOf(dy));
    expect(gx && relativeError(gx, dx)).toBeLessThan(2e-6);
    expect(gk && relativeError(gk, dk)).toBeLessThan(2e-6);

    const up = conv2dTranspose(tensorOf(dy), tensorOf(kernel), [...sample.x], options);
    expect(relativeError(up, dx)).toBeLessThan(2e-6);
    const [gy, gu] = tf.grads((a, b) => conv2dTranspose(a, b, [...sample.x], options))(
      [tensorOf(dy), tensorOf(kernel)],
      tensorOf(x),
    );
    expect(gy && relativeError(gy, reference("conv2d", [x, kernel], attributes))).toBeLessThan(2e-6);
    expect(gu && relativeError(gu, dk)).toBeLessThan(2e-6);
  });
});
