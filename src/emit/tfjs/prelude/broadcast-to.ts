import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { sumToShape } from "./sum-to-shape.ts";

/** Repeats a tensor along new axes and those of size 1. TensorFlow.js cannot differentiate that from five axes on. */
export function broadcastTo(x: tf.Tensor, shape: number[]): tf.Tensor {
  return withGradient(
    [x],
    () => tf.broadcastTo(x, shape),
    (dy) => [sumToShape(dy, x.shape)],
  );
}
