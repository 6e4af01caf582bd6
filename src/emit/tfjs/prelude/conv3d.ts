import * as tf from "@tensorflow/tfjs";
import { conv2d, conv2dTranspose, groupedKernelGradient, type ConvolutionOptions } from "./conv2d.ts";
import { joinTaps } from "./pool2d.ts";
import { ofPlanes, padImages, placeWindow, tapImages, type AxisWindow } from "./windows.ts";

/**
 * A convolution of volumes [batch, depth, height, width, channels] with a kernel [depth, height, width, in, out]: the
 * sum of convolutions of planes, one for each place of the kernel along the depth.
 */
export function conv3d(x: tf.Tensor, kernel: tf.Tensor, options: ConvolutionOptions = {}): tf.Tensor {
  const depth = placeDepth(x.shape, kernel.shape, options);
  const parts = Array.from({ length: depth.size }, (_, tap) =>
    conv2d(planesOf(x, tap, depth), kernelPlane(kernel, tap), ofPlanes(options)),
  );
  const sum = parts.length === 1 ? (parts[0] ?? x) : tf.addN(parts);
  const [, height = 1, width = 1, filters = 1] = sum.shape;
  return tf.reshape(sum, [x.shape[0] ?? 1, depth.output, height, width, filters]);
}

/** The transposed convolution: the gradient of {@link conv3d} with respect to its input. */
export function conv3dTranspose(
  x: tf.Tensor,
  kernel: tf.Tensor,
  shape: number[],
  options: ConvolutionOptions = {},
): tf.Tensor {
  const depth = placeDepth(shape, kernel.shape, options);
  const [batch = 1, , height = 1, width = 1, channels = 1] = shape;
  const planes = asPlanes(x);
  const image = [batch * depth.output, height, width, channels];
  const parts = Array.from({ length: depth.size }, (_, tap) => {
    const part = conv2dTranspose(planes, kernelPlane(kernel, tap), image, ofPlanes(options));
    return [tf.reshape<tf.Rank.R4>(part, [batch, depth.output, 1, height * width * channels])];
  });
  const whole = joinTaps(parts, depth, onePlace);
  return tf.reshape(padImages(whole, [-depth.before, 0], [depth.residual - depth.after, 0]), shape);
}

/** The gradient of {@link conv3d} with respect to its kernel. */
export function conv3dKernelGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  shape: number[],
  options: ConvolutionOptions = {},
): tf.Tensor {
  const depth = placeDepth(x.shape, shape, options);
  const outputs = asPlanes(dy);
  const parts = Array.from({ length: depth.size }, (_, tap) =>
    groupedKernelGradient(planesOf(x, tap, depth), outputs, shape.slice(1), ofPlanes(options)),
  );
  return tf.stack(parts);
}

/** A window of one place, which stays. */
const onePlace: AxisWindow = { size: 1, stride: 1, dilation: 1, before: 0, after: 0, over: 0, output: 1, residual: 0 };

function placeDepth(volume: number[], kernel: number[], options: ConvolutionOptions): AxisWindow {
  return placeWindow(volume[1] ?? 1, kernel[0] ?? 1, options, 0, 3);
}

/** All planes of volumes, as images. */
function asPlanes(x: tf.Tensor): tf.Tensor {
  const [batch = 1, depth = 1, height = 1, width = 1, channels = 1] = x.shape;
  return tf.reshape(x, [batch * depth, height, width, channels]);
}

/** The planes that one place of the kernel along the depth reads, one for each output, as images. */
function planesOf(x: tf.Tensor, tap: number, window: AxisWindow): tf.Tensor {
  const [batch = 1, depth = 1, height = 1, width = 1, channels = 1] = x.shape;
  const lines = tf.reshape<tf.Rank.R4>(x, [batch, depth, 1, height * width * channels]);
  const padded = padImages(lines, [window.before, 0], [window.after, 0]);
  return tf.reshape(tapImages(padded, tap, 0, window, onePlace), [batch * window.output, height, width, channels]);
}

/** One plane of a kernel. */
function kernelPlane(kernel: tf.Tensor, tap: number): tf.Tensor {
  const [depth = 1, ...plane] = kernel.shape;
  const lines = tf.reshape<tf.Rank.R2>(kernel, [depth, -1]);
  return tf.reshape(tf.slice(lines, [tap, 0], [1, -1]), plane);
}
