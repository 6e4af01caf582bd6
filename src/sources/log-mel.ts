import { elementAt } from "../support/element-at.ts";
import { fourierOf } from "./fourier.ts";
import type { Sound } from "./parse-wav.ts";

/** How a spectrogram is made. */
export interface LogMelSpec {
  /** How many bands of pitch it has. */
  readonly bands: number;
  /** The length of a window, and the step from one to the next, in milliseconds. */
  readonly window: number;
  readonly hop: number;
}

/** The least power, whose logarithm stands for silence. */
const least = 1e-10;

/** The logarithm of silence. */
export const silence = Math.log(least);

/**
 * Makes spectrograms of sounds with so many samples a second: frames of `bands` numbers, the logarithms of the power in each
 * band of the mel scale. As `librosa.feature.melspectrogram` with `n_fft` the window's samples, `center=True` and zeros
 * beyond the ends, then `log(maximum(1e-10, ...))`. No more than `most` frames are made, where so many are needed.
 *
 * Source: M. Slaney, "Auditory Toolbox", 1998, for the scale and the triangles of equal area.
 */
export function logMelOf(
  { bands, window, hop }: LogMelSpec,
  rate: number,
  most = Infinity,
): (samples: Float64Array) => Float64Array {
  const size = samplesIn(window, rate);
  const step = samplesIn(hop, rate);
  const bell = Float64Array.from({ length: size }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / size));
  const triangles = trianglesOf(bands, size, rate);
  const transform = fourierOf(size);
  const half = Math.floor(size / 2);
  return (samples) => {
    const count = Math.min(most, 1 + Math.floor((samples.length + 2 * half - size) / step));
    const made = new Float64Array(count * bands);
    for (let frame = 0; frame < count; frame++) {
      const cut = bell.map((share, at) => share * (samples[frame * step - half + at] ?? 0));
      const { real, imaginary } = transform(cut);
      const power = real.map((it, at) => it * it + elementAt(imaginary, at) ** 2);
      for (const [band, { first, weights }] of triangles.entries()) {
        let sum = 0;
        for (let at = 0; at < weights.length; at++) sum += elementAt(weights, at) * elementAt(power, first + at);
        made[frame * bands + band] = Math.log(Math.max(least, sum));
      }
    }
    return made;
  };
}

/** How many samples a time in milliseconds has, one at least. */
export const samplesIn = (milliseconds: number, rate: number): number =>
  Math.max(1, Math.round((milliseconds * rate) / 1000));

/** The bands of which no frequency of the window counts, whatever it hears: there are more than it can tell apart. */
export function emptyBand({ bands, window }: LogMelSpec, { rate }: Pick<Sound, "rate">): number | undefined {
  const found = trianglesOf(bands, samplesIn(window, rate), rate).findIndex((it) => it.weights.every((at) => at === 0));
  return found === -1 ? undefined : found;
}

/** The frequencies that count for a band, and how much. */
interface Triangle {
  readonly first: number;
  readonly weights: Float64Array;
}

function trianglesOf(bands: number, size: number, rate: number): readonly Triangle[] {
  const top = melOf(rate / 2);
  const corners = Array.from({ length: bands + 2 }, (_, at) => frequencyOf((top * at) / (bands + 1)));
  return Array.from({ length: bands }, (_, band) => {
    const [from, peak, to] = [elementAt(corners, band), elementAt(corners, band + 1), elementAt(corners, band + 2)];
    const weights = Array.from({ length: Math.floor(size / 2) + 1 }, (__, at) => {
      const frequency = (at * rate) / size;
      const slope = Math.min((frequency - from) / (peak - from), (to - frequency) / (to - peak));
      return (Math.max(0, slope) * 2) / (to - from);
    });
    const first = Math.max(
      0,
      weights.findIndex((it) => it > 0),
    );
    const last = weights.findLastIndex((it) => it > 0);
    return { first, weights: Float64Array.from(weights.slice(first, last + 1)) };
  });
}

/** Steps of the scale below 1,000 Hz are equal, above it ratios are: 27 of them make 6.4. */
const perStep = 200 / 3;
const bend = 1000 / perStep;
const ratio = Math.log(6.4) / 27;

const melOf = (frequency: number): number =>
  frequency < 1000 ? frequency / perStep : bend + Math.log(frequency / 1000) / ratio;

const frequencyOf = (mel: number): number => (mel < bend ? mel * perStep : 1000 * Math.exp(ratio * (mel - bend)));
