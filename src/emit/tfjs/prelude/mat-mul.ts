import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { sumToShape } from "./sum-to-shape.ts";

/**
 * The matrix product of the last two axes; leading axes broadcast. Its gradient transposes before it multiplies, which
 * is an order of magnitude faster on WebAssembly than the transposing product.
 */
export function matMul(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (b.rank === 2 && a.rank > 2) {
    const rows = tf.reshape(a, [-1, a.shape[a.rank - 1] ?? 1]);
    return tf.reshape(matMul(rows, b), [...a.shape.slice(0, -1), b.shape[1] ?? 1]);
  }
  const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return withGradient(
    [a, b],
    // TensorFlow.js pairs batches wrongly where both operands broadcast.
    () => tf.matMul(withBatch(a, batch), withBatch(b, batch)),
    (dy, [left = a, right = b]) => [
      sumToShape(tf.matMul(dy, swapLastAxes(withBatch(right, batch))), left.shape),
      sumToShape(tf.matMul(swapLastAxes(withBatch(left, batch)), dy), right.shape),
    ],
  );
}

function withBatch(x: tf.Tensor, batch: number[]): tf.Tensor {
  const shape = [...batch, ...x.shape.slice(-2)];
  return x.size === tf.util.sizeFromShape(shape) ? x : tf.broadcastTo(x, shape);
}

function swapLastAxes(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}
