import * as tf from "@tensorflow/tfjs";
import { oneHot } from "./one-hot.ts";

/** The mean cross entropy of labels under logits, where a share of each target goes to all classes alike. */
export function smoothCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, smoothing: number): tf.Tensor {
  const classes = logits.shape[logits.rank - 1] ?? 1;
  const hot = oneHot(tf.cast(labels, "int32"), classes);
  const targets = tf.add(tf.mul(hot, 1 - smoothing), smoothing / classes);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), targets), -1)));
}
