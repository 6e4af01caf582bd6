import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";

/** Rows of a table by their indices, whose axes take the place of the table's first. */
export function gatherRows(table: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  return withGradient(
    [table],
    (keep) => {
      keep(indices);
      return tf.gather(table, tf.cast(indices, "int32"));
    },
    (dy, [, , rows = indices]) => [scatterRows(rows, dy, table.shape)],
  );
}

/** Zeros of a shape to whose rows the updates are added; rows that are named twice get both. */
export function scatterRows(indices: tf.Tensor, updates: tf.Tensor, shape: number[]): tf.Tensor {
  return withGradient(
    [updates],
    (keep) => {
      keep(indices);
      const places = tf.reshape(tf.cast(indices, "int32"), [-1, 1]);
      return tf.scatterND(places, tf.reshape(updates, [places.shape[0] ?? 1, ...shape.slice(1)]), shape);
    },
    (dy, [, , rows = indices]) => [tf.reshape(tf.gather(dy, tf.cast(rows, "int32")), updates.shape)],
  );
}
