import * as tf from "@tensorflow/tfjs";

/** For each index a row of zeros with a 1 at its place; unlike `tf.oneHot`, for rows of one element as well. */
export function oneHot(indices: tf.Tensor, depth: number): tf.Tensor {
  return tf.cast(tf.equal(tf.expandDims(indices, -1), tf.range(0, depth, 1, "int32")), "int32");
}
