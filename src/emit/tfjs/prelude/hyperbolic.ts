import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";

/** The inverse of the hyperbolic sine. Its slope goes by the result: the square of x may overflow. */
export function inverseSinh(x: tf.Tensor): tf.Tensor {
  return withGradient(
    [x],
    () => tf.asinh(x),
    (dy, [, y = x]) => [tf.div(dy, tf.cosh(y))],
  );
}

/** The inverse of the hyperbolic cosine; below 1 it has no slope, where TensorFlow.js gives one. */
export function inverseCosh(x: tf.Tensor): tf.Tensor {
  return withGradient(
    [x],
    () => tf.acosh(x),
    (dy, [, y = x]) => [tf.div(dy, tf.sinh(y))],
  );
}
