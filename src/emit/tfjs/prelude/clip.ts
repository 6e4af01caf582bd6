import * as tf from "@tensorflow/tfjs";
import { notANumber } from "./not-a-number.ts";

/** Every element brought into a range; NaN stays NaN, as it does not on the wasm backend by itself. */
export function clip(x: tf.Tensor, least: number, greatest: number): tf.Tensor {
  return tf.add(tf.clipByValue(x, least, greatest), notANumber(x));
}
