import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import {
  asImages,
  explicitPadding,
  padImages,
  placeWindow,
  spreadImages,
  tapImages,
  type WindowOptions,
} from "./windows.ts";

/** How a convolution moves; what is left out is 1, or no padding. */
export interface ConvolutionOptions extends WindowOptions {
  groups?: number;
}

/**
 * A convolution of NHWC images with an HWIO kernel. Its gradient is made of forward kernels, which every backend has
 * and which are much faster on WebAssembly than the gradient kernels.
 */
export function conv2d(x: tf.Tensor, kernel: tf.Tensor, options: ConvolutionOptions = {}): tf.Tensor {
  const { groups = 1 } = options;
  if (groups > 1) {
    const single = { ...options, groups: 1 };
    if (groups === x.shape[3]) return depthwiseConv2d(x, kernel, single);
    const kernels = tf.split(kernel, groups, 3);
    const images = tf.split(x, groups, 3);
    return tf.concat(
      images.map((image, group) => conv2d(image, kernels[group] ?? kernel, single)),
      3,
    );
  }
  const { rows, columns } = placeKernel(x.shape, kernel.shape, options);
  if (Math.max(rows.stride, columns.stride) > 1 && Math.max(rows.dilation, columns.dilation) > 1) {
    // TensorFlow.js has no convolution that is both strided and dilated: the kernel is dilated beforehand.
    const dense = dilateKernel(kernel, [rows.dilation, columns.dilation]);
    return conv2d(x, dense, { ...options, dilations: [1, 1] });
  }
  return withGradient(
    [x, kernel],
    () =>
      tf.conv2d(asImages(x), asImages(kernel), [rows.stride, columns.stride], explicitPadding(rows, columns), "NHWC", [
        rows.dilation,
        columns.dilation,
      ]),
    (dy, [images = x, weights = kernel]) => [
      conv2dInputGradient(dy, weights, images.shape, options),
      conv2dKernelGradient(images, dy, weights.shape, options),
    ],
  );
}

/** The transposed convolution: the gradient of {@link conv2d} with respect to its input, differentiable itself. */
export function conv2dTranspose(
  x: tf.Tensor,
  kernel: tf.Tensor,
  shape: number[],
  options: ConvolutionOptions = {},
): tf.Tensor {
  const { groups = 1 } = options;
  if (groups > 1) {
    const [batch = 1, height = 1, width = 1, channels = 1] = shape;
    const kernels = tf.split(kernel, groups, 3);
    const parts = tf.split(x, groups, 3).map((part, group) =>
      conv2dTranspose(part, kernels[group] ?? kernel, [batch, height, width, channels / groups], {
        ...options,
        groups: 1,
      }),
    );
    return tf.concat(parts, 3);
  }
  return withGradient(
    [x, kernel],
    () => conv2dInputGradient(x, kernel, shape, options),
    (dy, [images = x, weights = kernel]) => [
      conv2d(dy, weights, options),
      conv2dKernelGradient(dy, images, weights.shape, options),
    ],
  );
}

/** The gradient of an ungrouped convolution with respect to its input: a convolution with the flipped kernel. */
export function conv2dInputGradient(
  dy: tf.Tensor,
  kernel: tf.Tensor,
  shape: number[],
  options: ConvolutionOptions = {},
): tf.Tensor {
  const { rows, columns } = placeKernel(shape, kernel.shape, options);
  const reach = [(rows.size - 1) * rows.dilation, (columns.size - 1) * columns.dilation];
  const [tall = 0, wide = 0] = reach;
  const padded = padImages(
    spreadImages(asImages(dy), [rows.stride, columns.stride]),
    [tall - rows.before, wide - columns.before],
    [tall - rows.after + rows.residual, wide - columns.after + columns.residual],
  );
  const flipped = tf.transpose(tf.reverse(asImages(kernel), [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(padded, flipped, 1, "valid", "NHWC", [rows.dilation, columns.dilation]);
}

/**
 * The gradient of an ungrouped convolution with respect to its kernel: a convolution of the image with the output's
 * gradient, batch and channels swapped; for few taps and channels one product is faster.
 */
export function conv2dKernelGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  shape: number[],
  options: ConvolutionOptions = {},
): tf.Tensor {
  const { rows, columns } = placeKernel(x.shape, shape, options);
  const padded = padImages(asImages(x), [rows.before, columns.before], [rows.after, columns.after]);
  const [, , channels = 1, filters = 1] = shape;
  const taps = rows.size * columns.size;
  // TensorFlow.js has no convolution that is both strided and dilated.
  const isBoth = Math.max(rows.stride, columns.stride) > 1 && Math.max(rows.dilation, columns.dilation) > 1;
  if (taps > 1 && taps * channels > 16 && !isBoth) {
    const swapped = tf.conv2d(
      tf.transpose(padded, [3, 1, 2, 0]),
      tf.transpose(asImages(dy), [1, 2, 0, 3]),
      [rows.dilation, columns.dilation],
      "valid",
      "NHWC",
      [rows.stride, columns.stride],
    );
    // Places that no window reaches make the result larger than the kernel.
    return tf.transpose(tf.slice(swapped, 0, [channels, rows.size, columns.size, filters]), [1, 2, 0, 3]);
  }
  const [batch, height, width] = padded.shape;
  const planes = tf.reshape<tf.Rank.R4>(tf.transpose(padded, [3, 0, 1, 2]), [channels * batch, height, width, 1]);
  const parts: tf.Tensor[] = [];
  for (let row = 0; row < rows.size; row++) {
    for (let column = 0; column < columns.size; column++) {
      parts.push(tf.reshape(tapImages(planes, row, column, rows, columns), [channels, -1]));
    }
  }
  return tf.reshape(tf.matMul(tf.concat(parts, 0), tf.reshape(dy, [-1, filters])), shape);
}

/** The gradient of {@link conv2d} with respect to its kernel, in groups as well; differentiable itself. */
export function groupedKernelGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  shape: number[],
  options: ConvolutionOptions = {},
): tf.Tensor {
  const { groups = 1 } = options;
  if (groups > 1) {
    const [height = 1, width = 1, channels = 1, filters = 1] = shape;
    const outputs = tf.split(dy, groups, 3);
    const parts = tf.split(x, groups, 3).map((part, group) =>
      groupedKernelGradient(part, outputs[group] ?? dy, [height, width, channels, filters / groups], {
        ...options,
        groups: 1,
      }),
    );
    return tf.concat(parts, 3);
  }
  return withGradient(
    [x, dy],
    () => conv2dKernelGradient(x, dy, shape, options),
    (g, [images = x, outputs = dy]) => [conv2dTranspose(outputs, g, images.shape, options), conv2d(images, g, options)],
  );
}

function placeKernel(image: number[], kernel: number[], options: ConvolutionOptions) {
  const place = (side: 0 | 1) => placeWindow(image[side + 1] ?? 1, kernel[side] ?? 1, options, side);
  return { rows: place(0), columns: place(1) };
}

/** A kernel with zeros between its taps. */
function dilateKernel(kernel: tf.Tensor, dilations: number[]): tf.Tensor {
  const [height = 1, width = 1, channels = 1, filters = 1] = kernel.shape;
  const taps = spreadImages(tf.reshape<tf.Rank.R4>(kernel, [1, height, width, channels * filters]), dilations);
  const [, tall, wide] = taps.shape;
  return tf.reshape(taps, [tall, wide, channels, filters]);
}

/** A convolution of each channel with its own filters; the kernel is [height, width, 1, channels * filters each]. */
function depthwiseConv2d(x: tf.Tensor, kernel: tf.Tensor, options: ConvolutionOptions): tf.Tensor {
  const { rows, columns } = placeKernel(x.shape, kernel.shape, options);
  const channels = x.shape[3] ?? 1;
  const each = (kernel.shape[3] ?? 1) / channels;
  const filter = tf.reshape(kernel, [rows.size, columns.size, channels, each]);
  if (Math.max(rows.stride, columns.stride) > 1 && Math.max(rows.dilation, columns.dilation) > 1) {
    const dense = dilateKernel(kernel, [rows.dilation, columns.dilation]);
    return depthwiseConv2d(x, dense, { ...options, dilations: [1, 1] });
  }
  return withGradient(
    [x, filter],
    () => depthwiseForward(asImages(x), asImages(filter), options),
    (dy, [images = x, weights = filter]) => [
      depthwiseInputGradient(asImages(dy), asImages(weights), images.shape, options),
      depthwiseKernelGradient(asImages(images), asImages(dy), weights.shape, options),
    ],
  );
}

function depthwiseForward(x: tf.Tensor4D, filter: tf.Tensor4D, options: ConvolutionOptions): tf.Tensor4D {
  const { rows, columns } = placeKernel(x.shape, filter.shape, options);
  // Padded by hand: not every backend takes explicit padding here.
  const padded = padImages(x, [rows.before, columns.before], [rows.after, columns.after]);
  return tf.depthwiseConv2d(padded, filter, [rows.stride, columns.stride], "valid", "NHWC", [
    rows.dilation,
    columns.dilation,
  ]);
}

function depthwiseInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  shape: number[],
  options: ConvolutionOptions,
): tf.Tensor {
  const { rows, columns } = placeKernel(shape, filter.shape, options);
  const [, , channels, each] = filter.shape;
  const flipped = tf.reverse(filter, [0, 1]);
  const tall = (rows.size - 1) * rows.dilation;
  const wide = (columns.size - 1) * columns.dilation;
  const spread = padImages(
    spreadImages(dy, [rows.stride, columns.stride]),
    [tall - rows.before, wide - columns.before],
    [tall - rows.after + rows.residual, wide - columns.after + columns.residual],
  );
  const [batch, height, width] = spread.shape;
  const split = tf.reshape(spread, [batch * height * width, channels, each]);
  const parts = Array.from({ length: each }, (_, filterOf) => {
    const image = tf.reshape<tf.Rank.R4>(tf.slice(split, [0, 0, filterOf], [-1, -1, 1]), [
      batch,
      height,
      width,
      channels,
    ]);
    const taps = tf.slice(flipped, [0, 0, 0, filterOf], [-1, -1, -1, 1]);
    return tf.depthwiseConv2d(image, taps, 1, "valid", "NHWC", [rows.dilation, columns.dilation]);
  });
  return tf.addN(parts);
}

function depthwiseKernelGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  shape: number[],
  options: ConvolutionOptions,
): tf.Tensor {
  const { rows, columns } = placeKernel(x.shape, shape, options);
  const [, , channels = 1, each = 1] = shape;
  const padded = padImages(x, [rows.before, columns.before], [rows.after, columns.after]);
  const outputs = tf.reshape(dy, [-1, channels, each]);
  const sums: tf.Tensor[] = [];
  for (let row = 0; row < rows.size; row++) {
    for (let column = 0; column < columns.size; column++) {
      const tap = tf.reshape(tapImages(padded, row, column, rows, columns), [-1, channels, 1]);
      sums.push(tf.sum(tf.mul(tap, outputs), 0));
    }
  }
  return tf.reshape(tf.stack(sums), shape);
}
