import * as tf from "@tensorflow/tfjs";

/**
 * How a window moves along the spatial axes, by lists of one number for all of them or one for each; what is left out is
 * 1. Padding is `valid`, `same`, `causal`, or numbers: for all sides, for each axis, or those before and those behind.
 */
export interface WindowOptions {
  strides?: number[];
  dilations?: number[];
  padding?: string | number[];
  /** Whether a last window may reach over the end; it begins before the padding there. */
  ceil?: boolean;
  /** Whether padding counts in averages, as zeros; what lies beyond it does not. */
  countPadding?: boolean;
}

/** A window's movement along one axis. */
export interface AxisWindow {
  size: number;
  stride: number;
  dilation: number;
  before: number;
  after: number;
  /** Those of `after` that lie behind all padding: a last window reaches over the end by them. */
  over: number;
  output: number;
  /** Padded places at the end that no window reaches. */
  residual: number;
}

/** Places a window along one of so many spatial axes. */
export function placeWindow(
  input: number,
  size: number,
  { strides = [1], dilations = [1], padding = "valid", ceil = false }: WindowOptions,
  axis: number,
  axes = 2,
): AxisWindow {
  const stride = ofAxis(strides, axis);
  const dilation = ofAxis(dilations, axis);
  const extent = (size - 1) * dilation + 1;
  let before = 0;
  let after = 0;
  if (padding === "same") {
    const total = Math.max((Math.ceil(input / stride) - 1) * stride + extent - input, 0);
    before = Math.floor(total / 2);
    after = total - before;
  } else if (padding === "causal") {
    before = extent - 1;
  } else if (typeof padding !== "string") {
    before = ofAxis(padding, axis);
    after = padding.length === 2 * axes ? (padding[axes + axis] ?? 0) : before;
  }
  const steps = (input + before + after - extent) / stride;
  const output = (ceil ? Math.min(Math.ceil(steps), Math.floor((input + before - 1) / stride)) : Math.floor(steps)) + 1;
  const reach = (output - 1) * stride + extent;
  const over = Math.max(0, reach - input - before - after);
  after += over;
  return { size, stride, dilation, before, after, over, output, residual: input + before + after - reach };
}

/** The number of an axis in a list of one for all of them or one for each. */
export function ofAxis(numbers: number[], axis: number): number {
  return numbers[numbers.length === 1 ? 0 : axis] ?? 1;
}

/** The same windows over sequences as images of one row. */
export function ofRows({ strides, dilations, padding, ...others }: WindowOptions): WindowOptions {
  return {
    ...others,
    ...(strides && { strides: [1, ofAxis(strides, 0)] }),
    ...(dilations && { dilations: [1, ofAxis(dilations, 0)] }),
    ...(padding !== undefined && { padding: sidesAlong(padding, 1, (before, after) => [0, before, 0, after]) }),
  };
}

/** The windows over the planes of volumes, their height and width. */
export function ofPlanes({ strides, dilations, padding, ...others }: WindowOptions): WindowOptions {
  const last = (numbers: number[]) => [ofAxis(numbers, 1), ofAxis(numbers, 2)];
  return {
    ...others,
    ...(strides && { strides: last(strides) }),
    ...(dilations && { dilations: last(dilations) }),
    ...(padding !== undefined && {
      padding:
        typeof padding !== "string" && padding.length === 6
          ? [...padding.slice(1, 3), ...padding.slice(4)]
          : typeof padding === "string"
            ? padding
            : last(padding),
    }),
  };
}

/** The windows along the depth of volumes, as those over the rows of images whose columns stay apart. */
export function ofDepth({ strides, dilations, padding, ...others }: WindowOptions): WindowOptions {
  return {
    ...others,
    ...(strides && { strides: [ofAxis(strides, 0), 1] }),
    ...(dilations && { dilations: [ofAxis(dilations, 0), 1] }),
    ...(padding !== undefined && { padding: sidesAlong(padding, 3, (before, after) => [before, 0, after, 0]) }),
  };
}

function sidesAlong(
  padding: string | number[],
  axes: number,
  write: (before: number, after: number) => number[],
): string | number[] {
  if (typeof padding === "string") return padding;
  const before = ofAxis(padding, 0);
  return write(before, padding.length === 2 * axes ? (padding[axes] ?? 0) : before);
}

/** Sequences as images of one row. */
export function asRows(x: tf.Tensor): tf.Tensor {
  const [batch = 1, length = 1, channels = 1] = x.shape;
  return tf.reshape(x, [batch, 1, length, channels]);
}

/** Images of one row as sequences. */
export function fromRows(x: tf.Tensor): tf.Tensor {
  const [batch = 1, , length = 1, channels = 1] = x.shape;
  return tf.reshape(x, [batch, length, channels]);
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
  const paddings: [number, number][] = [
    [0, 0],
    [Math.max(top, 0), Math.max(bottom, 0)],
    [Math.max(left, 0) * channels, Math.max(right, 0) * channels],
  ];
  const pad = (it: tf.Tensor3D) =>
    paddings.some(([begin, end]) => begin + end > 0) ? tf.pad(it, paddings, value) : it;
  const shape: [number, number, number, number] = [batch, height + top + bottom, width + left + right, channels];
  // Where more is cut off on one side than there is, it goes into what the other one is padded by.
  if (tall <= 0 || wide <= 0) {
    return tf.reshape(tf.slice(pad(lines), start, [batch, shape[1], shape[2] * channels]), shape);
  }
  const cut = tall < height || wide < width ? tf.slice(lines, start, [batch, tall, wide * channels]) : lines;
  return tf.reshape(pad(cut), shape);
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
