import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fourierOf } from "../../src/sources/fourier.ts";
import { logMelOf } from "../../src/sources/log-mel.ts";

interface Case {
  readonly rate: number;
  readonly samples: number;
  readonly bands: number;
  readonly window: number;
  readonly hop: number;
  readonly frames: number;
  readonly silent: boolean;
  readonly rows: Readonly<Record<string, readonly number[]>>;
  readonly sum: number;
}

/**
 * Figures of librosa 0.11.0: `log(maximum(1e-10, melspectrogram(y=y, sr=rate, n_fft=size, hop_length=step, n_mels=bands)))`,
 * `size` and `step` being window and hop in samples, of the sounds below.
 */
const { cases } = JSON.parse(readFileSync("tests/sources/log-mel.json", "utf8")) as { readonly cases: readonly Case[] };

const soundOf = ({ samples, rate, silent }: Case): Float64Array =>
  Float64Array.from({ length: samples }, (_, t) =>
    silent && t >= 1200 && t < 1900
      ? 0
      : 0.4 * Math.sin((2 * Math.PI * 440 * t) / rate) +
        0.2 * Math.sin((2 * Math.PI * (300 + t * 0.5) * t) / rate) +
        0.05 * Math.cos(t * t * 0.37),
  );

describe("log_mel", () => {
  it.each(cases.map((it) => [`${it.rate} Hz, ${it.bands} bands of ${it.window} ms`, it] as const))(
    "is librosa's: %s",
    (_, it) => {
      const made = logMelOf(it, it.rate)(soundOf(it));
      expect(made.length).toBe(it.frames * it.bands);
      for (const [frame, row] of Object.entries(it.rows)) {
        for (const [band, value] of row.entries())
          expect(Math.abs((made[Number(frame) * it.bands + band] ?? NaN) - value)).toBeLessThan(2e-5);
      }
      const sum = made.reduce((total, value) => total + value, 0);
      expect(Math.abs(sum / it.sum - 1)).toBeLessThan(1e-6);
    },
  );
});

it("has as many frames as librosa where a window has an odd number of samples", () => {
  const frames = (samples: number): number =>
    logMelOf({ bands: 2, window: 3, hop: 2 }, 1000)(new Float64Array(samples)).length / 2;
  // 1 + (samples + 2 * (3 // 2) - 3) // 2
  expect([1, 2, 3, 4, 5].map(frames)).toEqual([1, 1, 2, 2, 3]);
});

it.each([1, 2, 3, 7, 8, 30, 200, 221, 360])(
  "the Fourier transform of %d numbers is the sum that defines it",
  (size) => {
    const window = Float64Array.from({ length: size }, (_, at) => Math.sin(at * at) + 0.1 * at);
    const { real, imaginary } = fourierOf(size)(window);
    expect(real.length).toBe(Math.floor(size / 2) + 1);
    for (let k = 0; k < real.length; k++) {
      let [x, y] = [0, 0];
      window.forEach((value, at) => {
        x += value * Math.cos((2 * Math.PI * k * at) / size);
        y -= value * Math.sin((2 * Math.PI * k * at) / size);
      });
      expect(Math.hypot((real[k] ?? NaN) - x, (imaginary[k] ?? NaN) - y)).toBeLessThan(1e-8);
    }
  },
);
