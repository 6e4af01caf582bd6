import * as tf from "@tensorflow/tfjs";

/** Sums over the axes along which a tensor of `shape` was broadcast. */
export function sumToShape(x: tf.Tensor, shape: number[]): tf.Tensor {
  const extra = x.rank - shape.length;
  const axes = x.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < extra || (shape[axis - extra] === 1 && x.shape[axis] !== 1));
  return axes.length === 0 ? x : tf.reshape(tf.sum(x, axes), shape);
}
