import * as tf from "@tensorflow/tfjs";

/**
 * Computes `forward()` with a gradient of its own. `forward` may keep tensors for it; `backward` sees the gradient of
 * the result and the saved tensors (the inputs, the result, then what was kept) and returns a gradient for each input.
 */
export function withGradient(
  inputs: tf.Tensor[],
  forward: (keep: (...tensors: tf.Tensor[]) => void) => tf.Tensor,
  backward: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[],
): tf.Tensor {
  return tf.customGrad((...args) => {
    const kept: tf.Tensor[] = [];
    const value = forward((...tensors) => kept.push(...tensors));
    // TensorFlow.js passes the function that keeps tensors for the gradient as the last argument.
    const save = args[args.length - 1];
    if (typeof save === "function") save([...inputs, value, ...kept]);
    return { value, gradFunc: backward };
  })(...inputs);
}
