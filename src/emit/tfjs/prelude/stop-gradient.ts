import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";

/** The same tensor, as a constant to differentiation. */
export function stopGradient(x: tf.Tensor): tf.Tensor {
  return withGradient(
    [x],
    () => tf.clone(x),
    (dy) => [tf.zerosLike(dy)],
  );
}
