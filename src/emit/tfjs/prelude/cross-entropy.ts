import * as tf from "@tensorflow/tfjs";
import { oneHot } from "./one-hot.ts";

/** The mean negative log likelihood of labels under logits, whose last axis is the classes. */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  const hot = oneHot(tf.cast(labels, "int32"), logits.shape[logits.rank - 1] ?? 1);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), hot), -1)));
}
