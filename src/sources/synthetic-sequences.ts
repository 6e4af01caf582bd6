import { normal, keyFor } from "../ops/random/counter.ts";
import { elementAt } from "../support/element-at.ts";
import { success } from "../support/result.ts";
import { count, seed, size } from "./common-arguments.ts";
import { defineSource } from "./define-source.ts";
import { streamFor } from "./random-stream.ts";
import type { Column } from "./raw-data.ts";

/** Noisy sequences that only memory can label. */
export const syntheticSequences = defineSource({
  name: "synthetic_sequences",
  doc:
    "noisy sequences whose label at a step is the last pattern shown: `raw.x` [length, features], `raw.label` " +
    "[length]",
  arguments: { count, length: size(64), features: size(64), classes: size(10, 2), seed },
  isDrawn: true,
  fields: ({ arguments: { length, features } }) => ({
    kind: "listed",
    shapes: { x: [length, features], label: [length], last: [] },
  }),
  load: ({ arguments: { count, length, features, classes, seed } }) =>
    success({ kind: "columns", columns: drawSequences(count, length, features, classes, seed) }),
});

/**
 * Draws sequences that only memory can label: at each step, with probability 0.3, one of `classes` patterns is shown
 * under noise of standard deviation 0.5, else noise alone. The label of a step is the class of the last pattern that
 * was shown, 0 before the first; `last` is the label of the last step.
 */
export function drawSequences(
  count: number,
  length: number,
  features: number,
  classes: number,
  seed: number,
): readonly Column[] {
  const data = new Float32Array(count * length * features);
  const labels = new Int32Array(count * length);
  const last = new Int32Array(count);
  const patternKey = keyFor(seed, 0, "synthetic_sequences.patterns");
  const patterns = Float32Array.from({ length: classes * features }, (_, i) => normal(patternKey, i));
  for (let example = 0; example < count; example++) {
    const stream = streamFor("synthetic_sequences", seed, example);
    let current = 0;
    for (let step = 0; step < length; step++) {
      const shown = stream.uniform(0, 1) < 0.3;
      if (shown) current = stream.integer(classes);
      labels[example * length + step] = current;
      const at = (example * length + step) * features;
      for (let i = 0; i < features; i++) {
        data[at + i] = (shown ? elementAt(patterns, current * features + i) : 0) + stream.normal(0.5);
      }
    }
  }
  for (let example = 0; example < count; example++) last[example] = elementAt(labels, (example + 1) * length - 1);
  const from = "synthetic_sequences";
  return [
    { name: "x", shape: [length, features], data, from },
    { name: "label", shape: [length], data: labels, from },
    { name: "last", shape: [], data: last, from },
  ];
}
