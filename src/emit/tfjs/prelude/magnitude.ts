import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { withoutGradient } from "./stop-gradient.ts";

/** The magnitude of every element, with no gradient at 0; TensorFlow.js's own is -1 there. */
export function magnitude(x: tf.Tensor): tf.Tensor {
  return withGradient(
    [x],
    () => tf.abs(x),
    (dy, [at = x]) => [tf.mul(dy, signOf(at))],
  );
}

/** -1, 0 or 1 as an element is negative, zero or positive; the wasm backend's own takes what is tiny for 0. */
export function signOf(x: tf.Tensor): tf.Tensor {
  return withoutGradient(() => {
    const sign = tf.sub(tf.cast(tf.greater(x, 0), "float32"), tf.cast(tf.less(x, 0), "float32"));
    // What is no number stays none.
    return tf.where(tf.equal(x, x), sign, x);
  });
}
