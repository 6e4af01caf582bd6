import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { constant } from "../../../../src/dims/dim.ts";
import { conv1d, conv1dKernelGradient, conv1dTranspose } from "../../../../src/emit/tfjs/prelude/conv1d.ts";
import { conv2d, conv2dTranspose, groupedKernelGradient } from "../../../../src/emit/tfjs/prelude/conv2d.ts";
import { conv3d, conv3dKernelGradient, conv3dTranspose } from "../../../../src/emit/tfjs/prelude/conv3d.ts";
import { convolutionSamples, type ConvolutionSample } from "../../../../src/ops/define/conv-samples.ts";
import { elementAt } from "../../../../src/support/element-at.ts";
import { backends, numbers, reference, relativeError, tensorOf, useBackend } from "./backends.ts";
import { imageLast, kernelLast, windowOptionsOf } from "./channels-last.ts";

/** The helpers of one, two and three spatial axes. */
const helpers = [
  { convolve: conv1d, transposed: conv1dTranspose, ofKernel: conv1dKernelGradient },
  { convolve: conv2d, transposed: conv2dTranspose, ofKernel: groupedKernelGradient },
  { convolve: conv3d, transposed: conv3dTranspose, ofKernel: conv3dKernelGradient },
];

/** The sample with channels last, which is all that the helpers know. */
function channelsLast(sample: ConvolutionSample): ConvolutionSample {
  if (sample.attributes["layout"] !== "NCHW") return sample;
  const attributes = { ...sample.attributes, layout: "NHWC" };
  return { x: imageLast(sample.x), y: imageLast(sample.y), kernel: kernelLast(sample.kernel), attributes };
}

const samples: readonly ConvolutionSample[] = [
  ...convolutionSamples.map(channelsLast),
  // Strided and dilated at once, which TensorFlow.js itself refuses.
  { x: [1, 8, 9, 2], kernel: [3, 2, 2, 3], y: [1, 2, 4, 3], attributes: { strides: [2, 2], dilations: [2, 2] } },
  {
    x: [2, 6, 5, 2],
    kernel: [3, 3, 1, 4],
    y: [2, 3, 3, 4],
    attributes: { groups: constant(2), strides: [2, 2], padding: "same" },
  },
];

/** Its shapes and attributes, in which dims are the numbers that they are. */
function titleOf(sample: ConvolutionSample): string {
  return JSON.stringify({ ...sample, attributes: { ...sample.attributes, ...windowOptionsOf(sample.attributes) } });
}

describe.each(backends)("the convolution helpers on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(samples.map((sample) => [titleOf(sample), sample] as const))("%s", (_, sample) => {
    const { attributes } = sample;
    const options = windowOptionsOf(attributes);
    const { convolve, transposed, ofKernel } = elementAt(helpers, sample.x.length - 3);
    const [x, kernel, dy] = [numbers(sample.x, 1), numbers(sample.kernel, 2), numbers(sample.y, 3)];
    const y = convolve(tensorOf(x), tensorOf(kernel), options);
    expect(relativeError(y, reference("conv", [x, kernel], attributes))).toBeLessThan(2e-6);

    const inputShape = sample.x.map((size) => constant(size));
    const kernelShape = sample.kernel.map((size) => constant(size));
    const dx = reference("conv_input_gradient", [dy, kernel], { ...attributes, inputShape });
    const dk = reference("conv_kernel_gradient", [x, dy], { ...attributes, kernelShape });
    const [gx, gk] = tf.grads((a, b) => convolve(a, b, options))([tensorOf(x), tensorOf(kernel)], tensorOf(dy));
    expect(gx && relativeError(gx, dx)).toBeLessThan(2e-6);
    expect(gk && relativeError(gk, dk)).toBeLessThan(2e-6);

    const up = transposed(tensorOf(dy), tensorOf(kernel), [...sample.x], options);
    expect(relativeError(up, dx)).toBeLessThan(2e-6);
    const [gy, gu] = tf.grads((a, b) => transposed(a, b, [...sample.x], options))(
      [tensorOf(dy), tensorOf(kernel)],
      tensorOf(x),
    );
    expect(gy && relativeError(gy, reference("conv", [x, kernel], attributes))).toBeLessThan(2e-6);
    expect(gu && relativeError(gu, dk)).toBeLessThan(2e-6);

    // The gradient of the kernel by itself, and its own gradients: those of a loss that is made of it.
    expect(relativeError(ofKernel(tensorOf(x), tensorOf(dy), [...sample.kernel], options), dk)).toBeLessThan(2e-6);
    const [hx, hy] = tf.grads((a, b) => ofKernel(a, b, [...sample.kernel], options))(
      [tensorOf(x), tensorOf(dy)],
      tensorOf(kernel),
    );
    expect(hx && relativeError(hx, dx)).toBeLessThan(2e-6);
    expect(hy && relativeError(hy, reference("conv", [x, kernel], attributes))).toBeLessThan(2e-6);
  });
});
