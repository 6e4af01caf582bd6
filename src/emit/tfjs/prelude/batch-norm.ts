import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";

/**
 * Normalises each channel (the last axis) by its mean and variance over all else, then scales and shifts it. Gives the
 * mean and the variance as well; no gradient flows through these.
 */
export function batchNormTraining(
  x: tf.Tensor,
  scale: tf.Tensor,
  bias: tf.Tensor,
  epsilon = 1e-3,
): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const channels = scale.size;
  const rows = tf.reshape(x, [-1, channels]);
  const mean = tf.mean(rows, 0);
  const variance = tf.mean(tf.square(tf.sub(rows, mean)), 0);
  const y = withGradient(
    [rows, scale, bias],
    (keep) => {
      const centred = tf.sub(rows, mean);
      const inverse = tf.rsqrt(tf.add(variance, epsilon));
      keep(centred, inverse);
      return tf.add(tf.mul(centred, tf.mul(inverse, scale)), bias);
    },
    (dy, [, factor = scale, , , centred = rows, inverse = scale]) => {
      const count = centred.shape[0] ?? 1;
      const dScale = tf.mul(tf.sum(tf.mul(dy, centred), 0), inverse);
      const dBias = tf.sum(dy, 0);
      const step = tf.mul(factor, inverse);
      const pull = tf.div(tf.mul(tf.mul(step, inverse), dScale), count);
      const shift = tf.div(tf.mul(step, dBias), count);
      return [tf.sub(tf.sub(tf.mul(dy, step), tf.mul(centred, pull)), shift), dScale, dBias];
    },
  );
  return [tf.reshape(y, x.shape), mean, variance];
}

/** Normalises each channel (the last axis) by statistics that were kept in training, then scales and shifts it. */
export function batchNormInference(
  x: tf.Tensor,
  scale: tf.Tensor,
  bias: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  epsilon = 1e-3,
): tf.Tensor {
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(x, factor), tf.sub(bias, tf.mul(mean, factor)));
}
