import * as tf from "@tensorflow/tfjs";
import { clip } from "./clip.ts";
import { withGradient } from "./custom-gradient.ts";

/** Every element brought into a range, with a gradient strictly between the bounds alone. */
export function clipOpen(x: tf.Tensor, least: number, greatest: number): tf.Tensor {
  return withGradient(
    [x],
    () => clip(x, least, greatest),
    (dy, [at = x]) => {
      const inside = tf.logicalAnd(tf.greater(at, least), tf.less(at, greatest));
      return [tf.mul(dy, tf.cast(inside, "float32"))];
    },
  );
}
