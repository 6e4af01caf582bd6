import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";

/** Normalises the last axis to mean 0 and variance 1, then scales and shifts it. */
export function layerNorm(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, epsilon = 1e-3): tf.Tensor {
  return withGradient(
    [x, scale, bias],
    (keep) => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
      const normal = tf.mul(centred, inverse);
      keep(normal, inverse);
      return tf.add(tf.mul(normal, scale), bias);
    },
    (dy, [, factor = scale, , , normal = x, inverse = x]) => {
      const size = factor.size;
      const rows = tf.reshape(dy, [-1, size]);
      const g = tf.mul(dy, factor);
      const along = tf.mul(normal, tf.mean(tf.mul(g, normal), -1, true));
      return [
        tf.mul(tf.sub(tf.sub(g, tf.mean(g, -1, true)), along), inverse),
        tf.sum(tf.mul(rows, tf.reshape(normal, [-1, size])), 0),
        tf.sum(rows, 0),
      ];
    },
  );
}
