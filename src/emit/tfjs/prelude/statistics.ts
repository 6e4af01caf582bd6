import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "./initializers.ts";
import type { Statistic } from "./safetensors.ts";

/** A statistic that is not fitted yet: one number throughout. */
export function unfitted(shape: readonly number[], value: number): Statistic {
  return { shape, data: new Float64Array(sizeOf(shape)).fill(value) };
}

/** All statistics of a tree, each with its name in a checkpoint. */
export function statisticsIn(tree: object, prefix = "statistic/"): { path: string; variable: Statistic }[] {
  return Object.entries(tree).flatMap(([name, value]: [string, Statistic | object]) =>
    "data" in value && value.data instanceof Float64Array
      ? [{ path: prefix + name, variable: { shape: value.shape, data: value.data } }]
      : statisticsIn(value, `${prefix}${name}.`),
  );
}

/** A statistic for what is computed in single precision. */
export function statisticTensor({ shape, data }: Statistic): tf.Tensor {
  return tf.tensor(Float32Array.from(data), [...shape]);
}
