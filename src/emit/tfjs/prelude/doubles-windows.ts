import { type Doubles } from "./doubles.ts";
import { sizeOf } from "./initializers.ts";

/** How a window moves over images: its size, its steps, the distances of its taps, and the padding before each axis. */
export interface DoubleWindows {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
}

/** Calls `visit` with each place of an output, in the image, and within the window, that lies inside of the image. */
export function visitWindows(
  image: readonly number[],
  output: readonly number[],
  { size, strides, dilations, before }: DoubleWindows,
  visit: (output: number, image: number, tap: number) => void,
): void {
  const places = sizeOf(output.slice(1, -1));
  const taps = sizeOf(size);
  for (let at = 0; at < (image[0] ?? 0) * places; at++) {
    for (let tap = 0; tap < taps; tap++) {
      // The place in the image, axis by axis from the last.
      let [left, rest, place, stride, isInside] = [at % places, tap, 0, 1, true];
      for (let axis = size.length - 1; axis >= 0; axis--) {
        const [count, width, extent] = [output[axis + 1] ?? 1, size[axis] ?? 1, image[axis + 1] ?? 1];
        const step = (left % count) * (strides[axis] ?? 1) + (rest % width) * (dilations[axis] ?? 1);
        const source = step - (before[axis] ?? 0);
        isInside &&= source >= 0 && source < extent;
        place += source * stride;
        stride *= extent;
        left = Math.floor(left / count);
        rest = Math.floor(rest / width);
      }
      if (isInside) visit(at, Math.floor(at / places) * stride + place, tap);
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
  const channels = shape[shape.length - 1] ?? 1;
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
  const [depth = 1, filters = 1] = kernel.slice(-2);
  visitWindows(image, output, windows, (to, from, tap) => {
    for (let o = 0; o < filters; o++) {
      const group = Math.floor((o * groups) / filters);
      for (let c = 0; c < depth; c++) {
        visit(to * filters + o, (from * groups + group) * depth + c, (tap * depth + c) * filters + o);
      }
    }
  });
}
