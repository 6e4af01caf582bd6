import * as tf from "@tensorflow/tfjs";
import { conv2d, conv2dTranspose, groupedKernelGradient, type ConvolutionOptions } from "./conv2d.ts";
import { asRows, fromRows, ofRows } from "./windows.ts";

/** A convolution of sequences [batch, length, channels] with a kernel [length, in, out]. */
export function conv1d(x: tf.Tensor, kernel: tf.Tensor, options: ConvolutionOptions = {}): tf.Tensor {
  return fromRows(conv2d(asRows(x), tf.expandDims(kernel, 0), ofRows(options)));
}

/** The transposed convolution: the gradient of {@link conv1d} with respect to its input. */
export function conv1dTranspose(
  x: tf.Tensor,
  kernel: tf.Tensor,
  shape: number[],
  options: ConvolutionOptions = {},
): tf.Tensor {
  const [batch = 1, length = 1, channels = 1] = shape;
  return fromRows(conv2dTranspose(asRows(x), tf.expandDims(kernel, 0), [batch, 1, length, channels], ofRows(options)));
}

/** The gradient of {@link conv1d} with respect to its kernel. */
export function conv1dKernelGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  shape: number[],
  options: ConvolutionOptions = {},
): tf.Tensor {
  return tf.reshape(groupedKernelGradient(asRows(x), asRows(dy), [1, ...shape], ofRows(options)), shape);
}
