import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";

/**
 * The matrix product of the last two axes; leading axes broadcast. Its gradient transposes before it multiplies, which
 * is an order of magnitude faster on WebAssembly than the transposing product.
 */
export function matMul(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (b.rank === 2 && a.rank > 2) {
    const rows = tf.reshape(a, [-1, a.shape[a.rank - 1] ?? 1]);
    return tf.reshape(matMul(rows, b), [...a.shape.slice(0, -1), b.shape[1] ?? 1]);
  }
  return withGradient(
    [a, b],
    () => tf.matMul(a, b),
    (dy, [left = a, right = b]) => [
      sumToShape(tf.matMul(dy, swapLastAxes(right)), left.shape),
      sumToShape(tf.matMul(swapLastAxes(left), dy), right.shape),
    ],
  );
}

function swapLastAxes(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** Sums over the axes along which a tensor of `shape` was broadcast. */
function sumToShape(x: tf.Tensor, shape: number[]): tf.Tensor {
  const extra = x.rank - shape.length;
  const axes = x.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < extra || (shape[axis - extra] === 1 && x.shape[axis] !== 1));
  return axes.length === 0 ? x : tf.reshape(tf.sum(x, axes), shape);
}
