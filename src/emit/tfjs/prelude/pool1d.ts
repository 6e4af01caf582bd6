import type * as tf from "@tensorflow/tfjs";
import { avgPool2d, avgPool2dGradient } from "./avg-pool2d.ts";
import { maxPool2d, maxPool2dGradient } from "./max-pool2d.ts";
import { asRows, fromRows, ofRows, type WindowOptions } from "./windows.ts";

/** The largest value of each window of sequences [batch, length, channels]. */
export function maxPool1d(x: tf.Tensor, window: number[], options: WindowOptions = {}): tf.Tensor {
  return fromRows(maxPool2d(asRows(x), [1, ...window], ofRows(options)));
}

/** The gradient of {@link maxPool1d} with respect to its input x, from its result y and the gradient of that. */
export function maxPool1dGradient(
  x: tf.Tensor,
  y: tf.Tensor,
  dy: tf.Tensor,
  window: number[],
  options: WindowOptions = {},
): tf.Tensor {
  return fromRows(maxPool2dGradient(asRows(x), asRows(y), asRows(dy), [1, ...window], ofRows(options)));
}

/** The average of each window of sequences. */
export function avgPool1d(x: tf.Tensor, window: number[], options: WindowOptions = {}): tf.Tensor {
  return fromRows(avgPool2d(asRows(x), [1, ...window], ofRows(options)));
}

/** The gradient of {@link avgPool1d} with respect to its input. */
export function avgPool1dGradient(
  dy: tf.Tensor,
  shape: number[],
  window: number[],
  options: WindowOptions = {},
): tf.Tensor {
  const [batch = 1, length = 1, channels = 1] = shape;
  return fromRows(avgPool2dGradient(asRows(dy), [batch, 1, length, channels], [1, ...window], ofRows(options)));
}
