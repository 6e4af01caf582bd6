import * as tf from "@tensorflow/tfjs";

/** A variable of a model, and where it is. */
export interface OwnedVariable {
  readonly path: string;
  readonly variable: tf.Variable;
}

/** All variables of a tree, each with its path. */
export function entriesOf(tree: object, prefix = ""): OwnedVariable[] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    if (value instanceof tf.Variable) return [{ path, variable: value }];
    return typeof value === "object" && value !== null ? entriesOf(value, path) : [];
  });
}

/** A variable like another one, full of one number. */
export function slotFor(parameter: tf.Variable, value = 0): tf.Variable {
  return tf.tidy(() => tf.variable(tf.fill(parameter.shape, value), false));
}

/** A variable of whole numbers or truth values, all one at first; as float32 it would round those beyond 2^24. */
export function wholeVariable<R extends tf.Rank>(
  shape: tf.ShapeMap[R],
  value: number,
  dtype: "int32" | "bool",
): tf.Variable<R> {
  return tf.tidy(() => tf.variable(tf.fill<R>(shape, value, dtype)));
}
