import * as tf from "@tensorflow/tfjs";

/** How a window moves over an image: `same` or `valid`, or padding as [top, left, bottom, right]. */
export interface WindowOptions {
  strides?: number[];
  padding?: string | number[];
}

/** A window's movement along one axis. */
export interface AxisWindow {
  size: number;
  stride: number;
  dilation: number;
  before: number;
  after: number;
  output: number;
  /** Padded places at the end that no window reaches. */
  residual: number;
}

/** Places a window along an axis; `side` is 0 for height, 1 for width. */
export function placeWindow(
  input: number,
  size: number,
  stride: number,
  dilation: number,
  padding: string | number[],
  side: number,
): AxisWindow {
  const extent = (size - 1) * dilation + 1;
  let before = 0;
  let after = 0;
  if (padding === "same") {
    const total = Math.max((Math.ceil(input / stride) - 1) * stride + extent - input, 0);
    before = Math.floor(total / 2);
    after = total - before;
  } else if (typeof padding !== "string") {
    before = padding[side] ?? 0;
    after = padding[side + 2] ?? 0;
  }
  const room = input + before + after - extent;
  const output = Math.floor(room / stride) + 1;
  return { size, stride, dilation, before, after, output, residual: room - (output - 1) * stride };
}

/** Padding of an NHWC image as TensorFlow.js takes it. */
export function explicitPadding(rows: AxisWindow, columns: AxisWindow): tf.backend_util.ExplicitPadding {
  return [
    [0, 0],
    [rows.before, rows.after],
    [columns.before, columns.after],
    [0, 0],
  ];
}

/** The tensor, known to have four axes. */
export function asImages(x: tf.Tensor): tf.Tensor4D {
  if (hasFourAxes(x)) return x;
  throw new Error(`expected a tensor of rank 4, not of shape [${x.shape.join(", ")}]`);
}

function hasFourAxes(x: tf.Tensor): x is tf.Tensor4D {
  return x.rank === 4;
}

/** Pads height and width with a value; negative padding cuts. */
export function padImages(x: tf.Tensor4D, before: number[], after: number[], value = 0): tf.Tensor4D {
  const [top = 0, left = 0] = before;
  const [bottom = 0, right = 0] = after;
  const [batch, height, width, channels] = x.shape;
  if (top === 0 && left === 0 && bottom === 0 && right === 0) return x;
  // Rows as one axis: slices and pads copy long runs.
  const lines = tf.reshape<tf.Rank.R3>(x, [batch, height, width * channels]);
  const start = [0, Math.max(-top, 0), Math.max(-left, 0) * channels];
  const tall = height + Math.min(top, 0) + Math.min(bottom, 0);
  const wide = width + Math.min(left, 0) + Math.min(right, 0);
  const cut = tall < height || wide < width ? tf.slice(lines, start, [batch, tall, wide * channels]) : lines;
  const paddings: [number, number][] = [
    [0, 0],
    [Math.max(top, 0), Math.max(bottom, 0)],
    [Math.max(left, 0) * channels, Math.max(right, 0) * channels],
  ];
  const padded = paddings.some(([begin, end]) => begin + end > 0) ? tf.pad(cut, paddings, value) : cut;
  return tf.reshape<tf.Rank.R4>(padded, [batch, height + top + bottom, width + left + right, channels]);
}

/** Puts `stride - 1` zeros between neighbours along height and width. */
export function spreadImages(x: tf.Tensor4D, strides: number[]): tf.Tensor4D {
  const [tall = 1, wide = 1] = strides;
  const [batch, height, width, channels] = x.shape;
  if (tall === 1 && wide === 1) return x;
  const columns = tf.pad(tf.reshape(x, [batch * height * width, 1, channels]), [
    [0, 0],
    [0, wide - 1],
    [0, 0],
  ]);
  const rows = tf.pad(tf.reshape(columns, [batch * height, 1, width * wide * channels]), [
    [0, 0],
    [0, tall - 1],
    [0, 0],
  ]);
  const all = tf.reshape<tf.Rank.R4>(rows, [batch, height * tall, width * wide, channels]);
  return tf.slice(all, [0, 0, 0, 0], [batch, (height - 1) * tall + 1, (width - 1) * wide + 1, channels]);
}

/** The part of a padded image that one tap of a window reads, one element for each output. */
export function tapImages(
  x: tf.Tensor4D,
  row: number,
  column: number,
  rows: AxisWindow,
  columns: AxisWindow,
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [top, left] = [row * rows.dilation, column * columns.dilation];
  const [tall, wide] = [rows.output * rows.stride, columns.output * columns.stride];
  // Every stride-th place, by slicing blocks: TensorFlow.js's strided slice is an order of magnitude slower.
  const part = padImages(x, [-top, -left], [top + tall - height, left + wide - width]);
  if (rows.stride === 1 && columns.stride === 1) return part;
  const blocks = tf.reshape(part, [batch * rows.output, rows.stride, columns.output, columns.stride * channels]);
  const firsts = tf.slice(blocks, [0, 0, 0, 0], [batch * rows.output, 1, columns.output, channels]);
  return tf.reshape<tf.Rank.R4>(firsts, [batch, rows.output, columns.output, channels]);
}
