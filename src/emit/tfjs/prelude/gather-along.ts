import * as tf from "@tensorflow/tfjs";
import { gatherRows, scatterRows } from "./gather-rows.ts";

/** Of each row along the last axis, the elements that the indices of the row name. */
export function gatherAlong(x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  return gatherRows(tf.reshape(x, [-1]), placesInRows(indices, x.shape[x.shape.length - 1] ?? 1));
}

/** Rows of zeros, to each of which its updates are added at the places that its indices name. */
export function scatterAlong(indices: tf.Tensor, updates: tf.Tensor, depth: number): tf.Tensor {
  const shape = [...indices.shape.slice(0, -1), depth];
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.reshape(scatterRows(placesInRows(indices, depth), updates, [size]), shape);
}

/** Places in rows of a size as places in all rows, one after the other. */
function placesInRows(indices: tf.Tensor, size: number): tf.Tensor {
  const others = indices.shape.slice(0, -1);
  const rows = others.reduce((a, b) => a * b, 1);
  const starts = tf.mul(tf.range(0, rows, 1, "int32"), tf.scalar(size, "int32"));
  return tf.add(tf.cast(indices, "int32"), tf.reshape(starts, [...others, 1]));
}

/** Where the k largest, or smallest, elements of each row stand, in order; the first of equals first. */
export function topPlaces(x: tf.Tensor, k: number, largest: boolean): tf.Tensor {
  if (largest) return tf.topk(x, k).indices;
  // Of integers -1 - x, as the least has no negative.
  return tf.topk(x.dtype === "int32" ? tf.sub(tf.scalar(-1, "int32"), x) : tf.neg(x), k).indices;
}
