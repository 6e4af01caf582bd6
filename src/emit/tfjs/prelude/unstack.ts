import * as tf from "@tensorflow/tfjs";

/** The elements along an axis. TensorFlow.js cannot differentiate its own `unstack` where there is one alone. */
export function unstack(x: tf.Tensor, axis = 0): tf.Tensor[] {
  return x.shape[axis] === 1 ? [tf.squeeze(x, [axis])] : tf.unstack(x, axis);
}
