import * as tf from "@tensorflow/tfjs";
import { padImages, placeWindow, spreadImages, type AxisWindow, type WindowOptions } from "./windows.ts";

/** The windows of a pool along height and width; steps are the window's size where `strides` is left out. */
export function placePool(
  image: number[],
  window: number[],
  options: WindowOptions,
): { rows: AxisWindow; columns: AxisWindow } {
  const { strides = window, padding = "valid" } = options;
  const along = (side: 0 | 1): AxisWindow =>
    placeWindow(image[side + 1] ?? 1, window[side] ?? 1, strides[side] ?? 1, 1, padding, side);
  return { rows: along(0), columns: along(1) };
}

/**
 * Puts one image for each tap of a window, row by row, to the places that the taps read, and adds up where windows
 * overlap. The result covers what the windows reach.
 */
export function joinTaps(taps: tf.Tensor4D[][], rows: AxisWindow, columns: AxisWindow): tf.Tensor4D {
  const height = (rows.output - 1) * rows.stride + rows.size;
  const width = (columns.output - 1) * columns.stride + columns.size;
  if (rows.stride === rows.size && columns.stride === columns.size) {
    // Disjoint windows: taps lie side by side.
    const [first] = taps[0] ?? [];
    const [batch = 1, , , channels = 1] = first?.shape ?? [];
    const lines = taps.map((line) => tf.reshape(tf.concat(line, 3), [batch * rows.output, 1, width * channels]));
    return tf.reshape<tf.Rank.R4>(tf.concat(lines, 1), [batch, height, width, channels]);
  }
  const placed = taps.flatMap((line, row) =>
    line.map((tap, column) => {
      const apart = spreadImages(tap, [rows.stride, columns.stride]);
      const [, tall, wide] = apart.shape;
      return padImages(apart, [row, column], [height - row - tall, width - column - wide]);
    }),
  );
  return tf.addN(placed);
}
