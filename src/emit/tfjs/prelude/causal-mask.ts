import * as tf from "@tensorflow/tfjs";

/** Replaces the scores of later positions (column > row in the last two axes) by a value that softmax turns into 0. */
export function causalMask(scores: tf.Tensor, value = -1e9): tf.Tensor {
  const size = scores.shape[scores.rank - 1] ?? 1;
  const seen = new Float32Array(size * size);
  for (let row = 0; row < size; row++) seen.fill(1, row * size, row * size + row + 1);
  const mask = tf.tensor2d(seen, [size, size]);
  // Multiplying and adding is faster than choosing on every backend.
  return tf.add(tf.mul(scores, mask), tf.mul(tf.sub(1, mask), value));
}
