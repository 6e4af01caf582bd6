import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { sumToShape } from "./sum-to-shape.ts";

/** a to the power of b, which broadcast. The gradient of a is 0 where b is, that of b 0 where a is not positive. */
export function power(a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  const base = typeof a === "number" ? tf.scalar(a) : a;
  const exponent = typeof b === "number" ? tf.scalar(b) : b;
  return withGradient(
    [base, exponent],
    () => tf.pow(base, exponent),
    (dy, [x = base, e = exponent, y = dy]) => {
      const slope = tf.where(tf.notEqual(e, 0), tf.mul(e, tf.pow(x, tf.sub(e, 1))), tf.zerosLike(y));
      const logarithm = tf.log(tf.where(tf.greater(x, 0), x, tf.onesLike(x)));
      return [sumToShape(tf.mul(dy, slope), x.shape), sumToShape(tf.mul(dy, tf.mul(y, logarithm)), e.shape)];
    },
  );
}
