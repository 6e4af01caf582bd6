import { elementAt } from "../support/element-at.ts";

/** Complex numbers, their parts side by side. */
interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/**
 * The discrete Fourier transform of so many real numbers, as a function that gives its first half, `size // 2 + 1` numbers,
 * of each window of them. Sizes of small prime factors are fast.
 *
 * Source: J. Cooley, J. Tukey, "An algorithm for the machine calculation of complex Fourier series", 1965.
 */
export function fourierOf(size: number): (window: Float64Array) => Complex {
  const cosines = Float64Array.from({ length: size }, (_, at) => Math.cos((2 * Math.PI * at) / size));
  const sines = Float64Array.from({ length: size }, (_, at) => -Math.sin((2 * Math.PI * at) / size));
  /** The transform of the elements `first`, `first + step`, ... of the window, of which there are `count`. */
  const transform = (window: Float64Array, first: number, step: number, count: number): Complex => {
    const real = new Float64Array(count);
    const imaginary = new Float64Array(count);
    if (count === 1) {
      real[0] = elementAt(window, first);
      return { real, imaginary };
    }
    const factor = smallestFactor(count);
    const inner = count / factor;
    const parts = Array.from({ length: factor }, (_, at) => transform(window, first + at * step, step * factor, inner));
    for (let at = 0; at < count; at++) {
      let [sumReal, sumImaginary] = [0, 0];
      for (let part = 0; part < factor; part++) {
        const { real: partReal, imaginary: partImaginary } = elementAt(parts, part);
        const turn = (at * part * step) % size;
        const [x, y] = [elementAt(partReal, at % inner), elementAt(partImaginary, at % inner)];
        const [c, s] = [elementAt(cosines, turn), elementAt(sines, turn)];
        sumReal += x * c - y * s;
        sumImaginary += x * s + y * c;
      }
      real[at] = sumReal;
      imaginary[at] = sumImaginary;
    }
    return { real, imaginary };
  };
  return (window) => {
    const { real, imaginary } = transform(window, 0, 1, size);
    const half = Math.floor(size / 2) + 1;
    return { real: real.subarray(0, half), imaginary: imaginary.subarray(0, half) };
  };
}

function smallestFactor(count: number): number {
  for (let factor = 2; factor * factor <= count; factor++) if (count % factor === 0) return factor;
  return count;
}
