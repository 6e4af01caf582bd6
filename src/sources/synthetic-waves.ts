import { success } from "../support/result.ts";
import { count, seed, size } from "./common-arguments.ts";
import { defineSource } from "./define-source.ts";
import { streamFor } from "./random-stream.ts";
import type { Column } from "./raw-data.ts";

/** Sums of two sines. */
export const syntheticWaves = defineSource({
  name: "synthetic_waves",
  doc: "sums of two sines: `raw.wave` [length, 1], `raw.next`, the same one step on",
  arguments: { count, length: size(40), noise: { kind: "number", default: 0, min: 0 }, seed },
  isDrawn: true,
  fields: ({ arguments: { length } }) => ({ kind: "listed", shapes: { wave: [length, 1], next: [length, 1] } }),
  load: ({ arguments: { count, length, noise, seed } }) =>
    success({ kind: "columns", columns: drawWaves(count, length, noise, seed) }),
});

/** Draws sums of two sines of random pitch and phase under noise; `next` is `wave` one step later. */
export function drawWaves(count: number, length: number, noise: number, seed: number): readonly Column[] {
  const wave = new Float32Array(count * length);
  const next = new Float32Array(count * length);
  for (let example = 0; example < count; example++) {
    const stream = streamFor("synthetic_waves", seed, example);
    const parts = [0, 1].map(() => ({
      pitch: stream.uniform(0.1, 0.6),
      phase: stream.uniform(0, 2 * Math.PI),
      height: stream.uniform(0.3, 0.7),
    }));
    for (let step = 0; step <= length; step++) {
      const value =
        parts.reduce((sum, it) => sum + it.height * Math.sin(it.pitch * step + it.phase), 0) + stream.normal(noise);
      if (step < length) wave[example * length + step] = value;
      if (step > 0) next[example * length + step - 1] = value;
    }
  }
  const from = "synthetic_waves";
  return [
    { name: "wave", shape: [length, 1], data: wave, from },
    { name: "next", shape: [length, 1], data: next, from },
  ];
}
