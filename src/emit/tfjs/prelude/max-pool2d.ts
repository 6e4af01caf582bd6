import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { areDisjoint, joinTaps, placePool } from "./pool2d.ts";
import { asImages, explicitPadding, padImages, tapImages, type AxisWindow, type WindowOptions } from "./windows.ts";

/**
 * The largest value of each window of NHWC images. Its gradient compares and masks, with kernels that every backend
 * has; among equal values the first of a window takes it all.
 */
export function maxPool2d(x: tf.Tensor, window: number[], options: WindowOptions = {}): tf.Tensor {
  const { rows, columns } = placePool(x.shape, window, options);
  return withGradient(
    [x],
    () =>
      Math.max(rows.dilation, columns.dilation) > 1
        ? largestTaps(asImages(x), rows, columns)
        : tf.maxPool(
            asImages(x),
            [rows.size, columns.size],
            [rows.stride, columns.stride],
            explicitPadding(rows, columns),
          ),
    (dy, [images = x, maxima = dy]) => [maxPool2dGradient(images, maxima, dy, window, options)],
  );
}

/** The gradient of {@link maxPool2d} with respect to its input x, from its result y and the gradient of that. */
export function maxPool2dGradient(
  x: tf.Tensor,
  y: tf.Tensor,
  dy: tf.Tensor,
  window: number[],
  options: WindowOptions = {},
): tf.Tensor {
  const { rows, columns } = placePool(x.shape, window, options);
  // Padding is lower than all values: it never equals a maximum. What no window reaches is cut off.
  const before = [rows.before, columns.before];
  const after = [rows.after - rows.residual, columns.after - columns.residual];
  const images = padImages(asImages(x), before, after, -3.4e38);
  const gradient = areDisjoint(rows, columns)
    ? disjointPoolGradient(images, y, dy, rows, columns)
    : overlappingPoolGradient(images, y, dy, rows, columns);
  return padImages(
    gradient,
    before.map((size) => -size),
    after.map((size) => -size),
  );
}

/** The largest value of windows with gaps, which TensorFlow.js lacks: tap by tap. */
function largestTaps(x: tf.Tensor4D, rows: AxisWindow, columns: AxisWindow): tf.Tensor {
  const padded = padImages(x, [rows.before, columns.before], [rows.after, columns.after], -Infinity);
  let found: tf.Tensor | undefined;
  for (let row = 0; row < rows.size; row++) {
    for (let column = 0; column < columns.size; column++) {
      const tap = tapImages(padded, row, column, rows, columns);
      found = found ? tf.maximum(found, tap) : tap;
    }
  }
  return found ?? x;
}

/** Ranks the places of each window, the first highest, and pools again for the first of the largest elements. */
function disjointPoolGradient(
  images: tf.Tensor4D,
  y: tf.Tensor,
  dy: tf.Tensor,
  rows: AxisWindow,
  columns: AxisWindow,
): tf.Tensor4D {
  const stretch = (it: tf.Tensor) =>
    joinTaps(
      Array.from({ length: rows.size }, () => new Array<tf.Tensor4D>(columns.size).fill(asImages(it))),
      rows,
      columns,
    );
  const rank = (row: number, column: number) =>
    (rows.size - (row % rows.size)) * columns.size - (column % columns.size);
  const [, height, width] = images.shape;
  const ranks = tf.tensor3d(
    Array.from({ length: height }, (_, row) => Array.from({ length: width }, (__, column) => [rank(row, column)])),
  );
  const ranked = tf.sub(ranks, tf.mul(ranks, tf.step(tf.sub(stretch(y), images))));
  const best = tf.maxPool(asImages(ranked), [rows.size, columns.size], [rows.stride, columns.stride], "valid");
  const stretched = stretch(dy);
  return tf.sub(stretched, tf.mul(stretched, tf.step(tf.sub(stretch(best), ranked))));
}

/** Compares tap by tap; a window is closed by its first largest element. */
function overlappingPoolGradient(
  images: tf.Tensor4D,
  y: tf.Tensor,
  dy: tf.Tensor,
  rows: AxisWindow,
  columns: AxisWindow,
): tf.Tensor4D {
  let open: tf.Tensor = dy;
  const parts: tf.Tensor4D[][] = [];
  for (let row = 0; row < rows.size; row++) {
    const line: tf.Tensor4D[] = [];
    for (let column = 0; column < columns.size; column++) {
      const rest = tf.mul(open, tf.step(tf.sub(y, tapImages(images, row, column, rows, columns))));
      line.push(asImages(tf.sub(open, rest)));
      open = rest;
    }
    parts.push(line);
  }
  return joinTaps(parts, rows, columns);
}
