import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { sumToShape } from "./sum-to-shape.ts";

/**
 * What floor division of a by b leaves over, exactly: it has the sign of b. TensorFlow.js's own is 0 where signs differ and
 * b is much larger than a.
 */
export function floorRemainder(a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  const dividend = typeof a === "number" ? tf.scalar(a) : a;
  const divisor = typeof b === "number" ? tf.scalar(b) : b;
  return withGradient(
    [dividend, divisor],
    () => {
      const rest = tf.mod(tf.abs(dividend), tf.abs(divisor));
      const isNegative = tf.less(divisor, 0);
      const signed = tf.where(tf.logicalAnd(isNegative, tf.greaterEqual(rest, 0)), tf.neg(rest), rest);
      const differs = tf.logicalXor(tf.less(dividend, 0), isNegative);
      return tf.where(tf.logicalAnd(differs, tf.greater(rest, 0)), tf.sub(divisor, signed), signed);
    },
    (dy, [x = dividend, y = divisor]) => [
      sumToShape(dy, x.shape),
      sumToShape(tf.neg(tf.mul(dy, tf.floor(tf.div(x, y)))), y.shape),
    ],
  );
}
