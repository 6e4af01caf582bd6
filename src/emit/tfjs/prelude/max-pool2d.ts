import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { joinTaps, placePool } from "./pool2d.ts";
import { asImages, explicitPadding, padImages, tapImages, type WindowOptions } from "./windows.ts";

/**
 * The largest value of each window of NHWC images. Its gradient compares and masks, with kernels that every backend
 * has; among equal values the first of a window takes it all.
 */
export function maxPool2d(x: tf.Tensor, window: number[], options: WindowOptions = {}): tf.Tensor {
  const { rows, columns } = placePool(x.shape, window, options);
  return withGradient(
    [x],
    () =>
      tf.maxPool(asImages(x), [rows.size, columns.size], [rows.stride, columns.stride], explicitPadding(rows, columns)),
    (dy, [images = x, largest = dy]) => [maxPool2dGradient(images, largest, dy, window, options)],
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
  let open: tf.Tensor = tf.onesLike(y);
  const parts: tf.Tensor4D[][] = [];
  for (let row = 0; row < rows.size; row++) {
    const line: tf.Tensor4D[] = [];
    for (let column = 0; column < columns.size; column++) {
      const hit = tf.mul(open, tf.cast(tf.equal(tapImages(images, row, column, rows, columns), y), "float32"));
      open = tf.sub(open, hit);
      line.push(asImages(tf.mul(hit, dy)));
    }
    parts.push(line);
  }
  return padImages(
    joinTaps(parts, rows, columns),
    before.map((size) => -size),
    after.map((size) => -size),
  );
}
