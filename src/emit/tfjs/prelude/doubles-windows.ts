import { type Doubles } from "./doubles.ts";
import { sizeOf } from "./initializers.ts";

/** How a window moves over images: its size, its steps, the distances of its taps, and the padding at top and left. */
export interface DoubleWindows {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly before: readonly [number, number];
}

/** Calls `visit` with each place of an output, in the image, and within the window, that lies inside of the image. */
export function visitWindows(
  image: readonly number[],
  output: readonly number[],
  { size, strides, dilations, before }: DoubleWindows,
  visit: (output: number, image: number, tap: number) => void,
): void {
  const [batch = 0, height = 0, width = 0] = image;
  const [, rows = 0, columns = 0] = output;
  for (let at = 0; at < batch * rows * columns; at++) {
    const [n, y, x] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
    for (let tap = 0; tap < size[0] * size[1]; tap++) {
      const h = y * strides[0] + Math.floor(tap / size[1]) * dilations[0] - before[0];
      const w = x * strides[1] + (tap % size[1]) * dilations[1] - before[1];
      if (h >= 0 && h < height && w >= 0 && w < width) visit(at, (n * height + h) * width + w, tap);
    }
  }
}

/** What each window of images holds of a channel, by a function of it. */
export function poolDoubles(
  x: Doubles,
  shape: readonly number[],
  windows: DoubleWindows,
  f: (elements: readonly number[]) => number,
): Doubles {
  const channels = shape[3] ?? 1;
  const held = Array.from({ length: sizeOf(shape) }, (): number[] => []);
  visitWindows(x.shape, shape, windows, (output, image) => {
    for (let c = 0; c < channels; c++) held[output * channels + c]?.push(x.data[image * channels + c] ?? NaN);
  });
  return { shape, data: Float64Array.from(held, f) };
}

/** The convolution of images with a kernel; the channels, and the filters, are in `groups` that do not mix. */
export function convolveDoubles(
  x: Doubles,
  kernel: Doubles,
  shape: readonly number[],
  windows: DoubleWindows,
  groups: number,
): Doubles {
  const data = new Float64Array(sizeOf(shape));
  visitProducts(x.shape, kernel.shape, shape, windows, groups, (output, image, tap) => {
    data[output] = (data[output] ?? NaN) + (x.data[image] ?? NaN) * (kernel.data[tap] ?? NaN);
  });
  return { shape, data };
}

/** The transposed convolution: what {@link convolveDoubles} reads is what this one adds to. */
export function spreadDoubles(
  y: Doubles,
  kernel: Doubles,
  shape: readonly number[],
  windows: DoubleWindows,
  groups: number,
): Doubles {
  const data = new Float64Array(sizeOf(shape));
  visitProducts(shape, kernel.shape, y.shape, windows, groups, (output, image, tap) => {
    data[image] = (data[image] ?? NaN) + (y.data[output] ?? NaN) * (kernel.data[tap] ?? NaN);
  });
  return { shape, data };
}

/** Calls `visit` for each product of a convolution: its places in the output, the image and the kernel. */
export function visitProducts(
  image: readonly number[],
  kernel: readonly number[],
  output: readonly number[],
  windows: DoubleWindows,
  groups: number,
  visit: (output: number, image: number, tap: number) => void,
): void {
  const [, , depth = 1, filters = 1] = kernel;
  visitWindows(image, output, windows, (to, from, tap) => {
    for (let o = 0; o < filters; o++) {
      const group = Math.floor((o * groups) / filters);
      for (let c = 0; c < depth; c++) {
        visit(to * filters + o, (from * groups + group) * depth + c, (tap * depth + c) * filters + o);
      }
    }
  });
}
