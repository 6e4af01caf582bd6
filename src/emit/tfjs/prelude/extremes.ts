import * as tf from "@tensorflow/tfjs";

/** The larger of a and b, which broadcast; TensorFlow.js's own gradient is not summed over what was broadcast. */
export function maximum(a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  if (typeof a === "number" || typeof b === "number") return tf.maximum(a, b);
  const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  return tf.maximum(tf.broadcastTo(a, shape), tf.broadcastTo(b, shape));
}

/** The smaller of a and b, which broadcast. */
export function minimum(a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  if (typeof a === "number" || typeof b === "number") return tf.minimum(a, b);
  const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  return tf.minimum(tf.broadcastTo(a, shape), tf.broadcastTo(b, shape));
}
