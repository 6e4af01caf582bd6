import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";

/** ln(1 + x), precise near 0 on every backend: ln(u) * x / (u - 1) for u = 1 + x as rounded (Kahan). */
export function log1p(x: tf.Tensor): tf.Tensor {
  return withGradient(
    [x],
    () => {
      const u = tf.add(x, 1);
      // What is infinite, divided by itself, would be no number.
      const finite = tf.clipByValue(x, -1, 1e30);
      const ratio = tf.div(finite, tf.sub(tf.add(finite, 1), 1));
      return tf.where(tf.equal(u, 1), x, tf.mul(tf.log(u), ratio));
    },
    (dy, [at = x]) => [tf.div(dy, tf.add(at, 1))],
  );
}
