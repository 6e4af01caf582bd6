import * as tf from "@tensorflow/tfjs";
import { drawTensor, uniformAt, type RandomKey } from "./random.ts";

/** Zeros a share of the elements at random and scales the others, so that the mean stays. */
export function dropout(x: tf.Tensor, key: RandomKey, rate: number): tf.Tensor {
  if (rate === 0) return x;
  const threshold = Math.fround(rate);
  const scale = 1 / (1 - rate);
  return tf.mul(
    x,
    drawTensor(x.shape, (index) => (uniformAt(key, index) >= threshold ? scale : 0)),
  );
}
