import * as tf from "@tensorflow/tfjs";
import { matMul } from "./mat-mul.ts";

/** What a recurrent layer runs over: one product for all steps, [T, B, gates], in the order of the steps. */
export function projectSteps(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, reverse: boolean): tf.Tensor {
  const steps = tf.transpose(x, [1, 0, 2]);
  return tf.add(matMul(reverse ? tf.reverse(steps, 0) : steps, kernel), bias);
}

/** Steps [T, B, units] as a sequence [B, T, units], in the order of their places. */
export function asSequence(steps: tf.Tensor, reverse: boolean): tf.Tensor {
  return tf.transpose(reverse ? tf.reverse(steps, 0) : steps, [1, 0, 2]);
}

/** The tensors along the first axis of one. */
export function stepsOf(x: tf.Tensor): tf.Tensor2D[] {
  return tf.unstack(x).map((step) => {
    const [rows = 1, columns = 1] = step.shape;
    return tf.reshape<tf.Rank.R2>(step, [rows, columns]);
  });
}

/** The gradient of a recurrent kernel: all steps' states and gate gradients in one product. */
export function recurrentGradient(states: tf.Tensor[], gates: tf.Tensor[]): tf.Tensor {
  return tf.matMul(tf.transpose(tf.concat(states, 0)), tf.concat(gates, 0));
}
