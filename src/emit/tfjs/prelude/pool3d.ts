import * as tf from "@tensorflow/tfjs";
import { avgPool2d, avgPool2dGradient } from "./avg-pool2d.ts";
import { maxPool2d, maxPool2dGradient } from "./max-pool2d.ts";
import { ofAxis, ofDepth, ofPlanes, placeWindow, type WindowOptions } from "./windows.ts";

/** The largest value of each window of volumes [batch, depth, height, width, channels]: of planes, then along the depth. */
export function maxPool3d(x: tf.Tensor, window: number[], options: WindowOptions = {}): tf.Tensor {
  const pool = placeVolume(x.shape, window, options);
  const planes = maxPool2d(tf.reshape(x, pool.planes), pool.plane, pool.ofPlanes);
  return tf.reshape(maxPool2d(tf.reshape(planes, pool.columns), pool.depth, pool.ofDepth), pool.output);
}

/** The gradient of {@link maxPool3d} with respect to its input x, from its result y and the gradient of that. */
export function maxPool3dGradient(
  x: tf.Tensor,
  y: tf.Tensor,
  dy: tf.Tensor,
  window: number[],
  options: WindowOptions = {},
): tf.Tensor {
  const pool = placeVolume(x.shape, window, options);
  const images = tf.reshape(x, pool.planes);
  const planes = maxPool2d(images, pool.plane, pool.ofPlanes);
  const [maxima, slopes] = [tf.reshape(y, pool.pooled), tf.reshape(dy, pool.pooled)];
  const acrossDepth = maxPool2dGradient(tf.reshape(planes, pool.columns), maxima, slopes, pool.depth, pool.ofDepth);
  const within = maxPool2dGradient(images, planes, tf.reshape(acrossDepth, planes.shape), pool.plane, pool.ofPlanes);
  return tf.reshape(within, x.shape);
}

/** The average of each window of volumes: of planes, then along the depth. */
export function avgPool3d(x: tf.Tensor, window: number[], options: WindowOptions = {}): tf.Tensor {
  const pool = placeVolume(x.shape, window, options);
  const planes = avgPool2d(tf.reshape(x, pool.planes), pool.plane, pool.ofPlanes);
  return tf.reshape(avgPool2d(tf.reshape(planes, pool.columns), pool.depth, pool.ofDepth), pool.output);
}

/** The gradient of {@link avgPool3d} with respect to its input. */
export function avgPool3dGradient(
  dy: tf.Tensor,
  shape: number[],
  window: number[],
  options: WindowOptions = {},
): tf.Tensor {
  const pool = placeVolume(shape, window, options);
  const acrossDepth = avgPool2dGradient(tf.reshape(dy, pool.pooled), pool.columns, pool.depth, pool.ofDepth);
  const planes = tf.reshape(acrossDepth, pool.smaller);
  return tf.reshape(avgPool2dGradient(planes, pool.planes, pool.plane, pool.ofPlanes), shape);
}

/** A pool of volumes as one of their planes and one along their depth: windows, options, and the shapes on the way. */
function placeVolume(volume: number[], window: number[], options: WindowOptions) {
  const [batch = 1, depth = 1, height = 1, width = 1, channels = 1] = volume;
  const settings = { strides: window, ...options };
  const place = (axis: number) => placeWindow(volume[axis + 1] ?? 1, ofAxis(window, axis), settings, axis, 3).output;
  const [deep, tall, wide] = [place(0), place(1), place(2)];
  return {
    plane: [ofAxis(window, 1), ofAxis(window, 2)],
    ofPlanes: ofPlanes(settings),
    depth: [ofAxis(window, 0), 1],
    ofDepth: ofDepth(settings),
    planes: [batch * depth, height, width, channels],
    /** What is left of the planes, as images, and with the depth as rows. */
    smaller: [batch * depth, tall, wide, channels],
    columns: [batch, depth, tall * wide, channels],
    pooled: [batch, deep, tall * wide, channels],
    output: [batch, deep, tall, wide, channels],
  };
}
