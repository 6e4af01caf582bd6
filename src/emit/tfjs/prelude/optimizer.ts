import * as tf from "@tensorflow/tfjs";

/** Settings of the parameters whose paths match; of several, the last one counts. */
export interface Group {
  readonly pattern: RegExp;
  readonly frozen?: boolean;
  readonly decay?: number;
  readonly scale?: number;
}

/** What the groups say of a path. */
export function settingsOf(
  groups: readonly Group[],
  path: string,
): { frozen?: boolean; decay?: number; scale?: number } {
  const matching = groups.filter(({ pattern }) => pattern.test(`${path}.`));
  return Object.assign({}, ...matching);
}

/** Gradients scaled so that the norm of them all is at most `limit`. */
export function clipByGlobalNorm(gradients: tf.Tensor[], limit: number): tf.Tensor[] {
  const norm = tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
  const factor = tf.div(limit, tf.maximum(norm, limit));
  return gradients.map((gradient) => tf.mul(gradient, factor));
}

/** Gradients, each scaled so that its norm is at most `limit`. */
export function clipByNorm(gradients: tf.Tensor[], limit: number): tf.Tensor[] {
  return gradients.map((gradient) => {
    const norm = tf.sqrt(tf.sum(tf.square(gradient)));
    return tf.mul(gradient, tf.div(limit, tf.maximum(norm, limit)));
  });
}

/** Gradients with every element brought into -limit..limit. */
export function clipByLimit(gradients: tf.Tensor[], limit: number): tf.Tensor[] {
  return gradients.map((gradient) => tf.clipByValue(gradient, -limit, limit));
}
