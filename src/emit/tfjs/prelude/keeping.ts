import type * as tf from "@tensorflow/tfjs";

/** Computes something, and gives some variables back what they had before. */
export function keeping<Result>(variables: readonly { variable: tf.Variable }[], compute: () => Result): Result {
  const before = variables.map(({ variable }) => variable.clone());
  try {
    return compute();
  } finally {
    variables.forEach(({ variable }, i) => variable.assign(before[i] ?? variable));
    before.forEach((it) => it.dispose());
  }
}
