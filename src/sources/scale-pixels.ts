import { elementAt } from "../support/element-at.ts";

/** Pixels row by row, the channels of each side by side. */
interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/**
 * An image at another size, as `resize(height, width, antialias=true)` of the library makes it, rounded to whole numbers:
 * bilinear, pixels being squares whose middles lie at halves, and smoothed where it shrinks, so that every pixel counts.
 */
export function scalePixels(image: Pixels, height: number, width: number): Uint8Array {
  const { channels, data } = image;
  const across = sharesOf(image.width, width);
  const down = sharesOf(image.height, height);
  const rows = new Float64Array(image.height * width * channels);
  for (let row = 0; row < image.height; row++) {
    for (const [column, { first, shares }] of across.entries()) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let tap = 0; tap < shares.length; tap++)
          sum += elementAt(shares, tap) * elementAt(data, (row * image.width + first + tap) * channels + channel);
        rows[(row * width + column) * channels + channel] = sum;
      }
    }
  }
  const scaled = new Uint8Array(height * width * channels);
  const line = width * channels;
  for (const [row, { first, shares }] of down.entries()) {
    for (let at = 0; at < line; at++) {
      let sum = 0;
      for (let tap = 0; tap < shares.length; tap++)
        sum += elementAt(shares, tap) * elementAt(rows, (first + tap) * line + at);
      scaled[row * line + at] = Math.round(sum);
    }
  }
  return scaled;
}

/** The nearest pixels of an image at another size, as `resize(height, width, method=nearest)` of the library takes them. */
export function nearestPixels(image: Pixels, height: number, width: number): Uint8Array {
  const { channels, data } = image;
  const scaled = new Uint8Array(height * width * channels);
  const place = (at: number, size: number, whole: number): number => Math.floor(((2 * at + 1) * whole) / (2 * size));
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (place(row, height, image.height) * image.width + place(column, width, image.width)) * channels;
      scaled.set(data.subarray(from, from + channels), (row * width + column) * channels);
    }
  }
  return scaled;
}

/** The places that one of an axis at another size stands for, and how much each counts. */
interface Shares {
  readonly first: number;
  readonly shares: Float64Array;
}

/** Of each place of an axis of `size` those of the axis of `whole` that it is the mean of. */
function sharesOf(whole: number, size: number): readonly Shares[] {
  const step = whole / size;
  const reach = Math.max(step, 1);
  return Array.from({ length: size }, (_, at) => {
    const middle = (at + 0.5) * step;
    const first = Math.max(0, Math.floor(middle - reach));
    const last = Math.min(whole - 1, Math.ceil(middle + reach));
    const shares = Float64Array.from({ length: last - first + 1 }, (__, tap) =>
      Math.max(0, 1 - Math.abs(first + tap + 0.5 - middle) / reach),
    );
    const sum = shares.reduce((total, it) => total + it, 0);
    return { first, shares: shares.map((it) => it / sum) };
  });
}
