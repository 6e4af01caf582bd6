import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { joinTaps, placePool } from "./pool2d.ts";
import { asImages, padImages, tapImages, type AxisWindow, type WindowOptions } from "./windows.ts";

/** The average of each window of NHWC images. */
export function avgPool2d(x: tf.Tensor, window: number[], options: WindowOptions = {}): tf.Tensor {
  return withGradient(
    [x],
    () => averageWindows(x, window, options),
    (dy, [images = x]) => [avgPool2dGradient(dy, images.shape, window, options)],
  );
}

/** The gradient of {@link avgPool2d} with respect to its input: each output's in equal parts to its window. */
export function avgPool2dGradient(
  dy: tf.Tensor,
  shape: number[],
  window: number[],
  options: WindowOptions = {},
): tf.Tensor {
  const { rows, columns } = placePool(shape, window, options);
  const share = asImages(tf.div(dy, countWindows(shape, window, options)));
  const taps = Array.from({ length: rows.size }, () => new Array<tf.Tensor4D>(columns.size).fill(share));
  return padImages(
    joinTaps(taps, rows, columns),
    [-rows.before, -columns.before],
    [rows.residual - rows.after, columns.residual - columns.after],
  );
}

function averageWindows(x: tf.Tensor, window: number[], options: WindowOptions): tf.Tensor {
  const { rows, columns } = placePool(x.shape, window, options);
  if (rows.before + rows.after + columns.before + columns.after === 0) {
    return tf.avgPool(asImages(x), [rows.size, columns.size], [rows.stride, columns.stride], "valid");
  }
  return tf.div(sumWindows(asImages(x), window, options), countWindows(x.shape, window, options));
}

/** How many places of each window count, [1, height, width, 1]. */
function countWindows(shape: number[], window: number[], options: WindowOptions): tf.Tensor4D {
  const { rows, columns } = placePool(shape, window, options);
  const [, height = 1, width = 1] = shape;
  const ones = tf.ones<tf.Rank.R4>([1, height, width, 1]);
  const value = options.countPadding === true ? 1 : 0;
  const padded = padImages(
    ones,
    [rows.before, columns.before],
    [rows.after - rows.over, columns.after - columns.over],
    value,
  );
  return sumTaps(padImages(padded, [0, 0], [rows.over, columns.over]), rows, columns);
}

function sumWindows(x: tf.Tensor4D, window: number[], options: WindowOptions): tf.Tensor4D {
  const { rows, columns } = placePool(x.shape, window, options);
  return sumTaps(padImages(x, [rows.before, columns.before], [rows.after, columns.after]), rows, columns);
}

function sumTaps(padded: tf.Tensor4D, rows: AxisWindow, columns: AxisWindow): tf.Tensor4D {
  const taps: tf.Tensor4D[] = [];
  for (let row = 0; row < rows.size; row++) {
    for (let column = 0; column < columns.size; column++) taps.push(tapImages(padded, row, column, rows, columns));
  }
  return tf.addN(taps);
}
