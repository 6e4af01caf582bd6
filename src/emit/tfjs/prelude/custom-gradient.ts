import * as tf from "@tensorflow/tfjs";

/**
 * Computes `forward()` with a gradient of its own: `backward` sees the gradient of the result and the saved tensors
 * (the inputs, then the result) and returns one gradient for each input.
 */
export function withGradient(
  inputs: tf.Tensor[],
  forward: () => tf.Tensor,
  backward: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[],
): tf.Tensor {
  return tf.customGrad((...args) => {
    const value = forward();
    // TensorFlow.js passes the function that keeps tensors for the gradient as the last argument.
    const save = args[args.length - 1];
    if (typeof save === "function") save([...inputs, value]);
    return { value, gradFunc: backward };
  })(...inputs);
}
