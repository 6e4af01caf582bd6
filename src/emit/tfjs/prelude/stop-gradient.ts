import * as tf from "@tensorflow/tfjs";

/** What `compute` gives, as a constant to differentiation; TensorFlow.js has no gradients of comparisons. */
export function withoutGradient<T extends tf.Tensor>(compute: () => T): T {
  return tf.customGrad<T>(() => ({ value: compute(), gradFunc: () => [] }))();
}

/** The same tensor, as a constant to differentiation. */
export function stopGradient(x: tf.Tensor): tf.Tensor {
  return withoutGradient(() => tf.clone(x));
}
