import * as tf from "@tensorflow/tfjs";
import { ofAxis, padImages, placeWindow, spreadImages, type AxisWindow, type WindowOptions } from "./windows.ts";

/** The windows of a pool along height and width; steps are the window's size where `strides` is left out. */
export function placePool(
  image: number[],
  window: number[],
  options: WindowOptions,
): { rows: AxisWindow; columns: AxisWindow } {
  const place = (side: 0 | 1): AxisWindow =>
    placeWindow(image[side + 1] ?? 1, ofAxis(window, side), { strides: window, ...options }, side);
  return { rows: place(0), columns: place(1) };
}

/**
 * Puts one image for each tap of a window, row by row, to the places that the taps read, and adds up where windows
 * overlap. The result covers what the windows reach.
 */
export function joinTaps(taps: tf.Tensor4D[][], rows: AxisWindow, columns: AxisWindow): tf.Tensor4D {
  const reach = ({ output, stride, size, dilation }: AxisWindow) => (output - 1) * stride + (size - 1) * dilation + 1;
  const height = reach(rows);
  const width = reach(columns);
  if (areDisjoint(rows, columns)) {
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
      const [top, left] = [row * rows.dilation, column * columns.dilation];
      return padImages(apart, [top, left], [height - top - tall, width - left - wide]);
    }),
  );
  return tf.addN(placed);
}

/** Whether the windows lie side by side, without gaps. */
export function areDisjoint(...windows: AxisWindow[]): boolean {
  return windows.every(({ stride, size, dilation }) => stride === size && dilation === 1);
}
