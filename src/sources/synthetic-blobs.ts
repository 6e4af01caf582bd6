import { success } from "../support/result.ts";
import { count, seed, size } from "./common-arguments.ts";
import { defineSource } from "./define-source.ts";
import { streamFor } from "./random-stream.ts";
import type { Column } from "./raw-data.ts";

/** Points around one centre a class. */
export const syntheticBlobs = defineSource({
  name: "synthetic_blobs",
  doc: "a cloud of points around one centre a class: `raw.x` [features], `raw.label`",
  arguments: {
    count,
    classes: size(2, 2),
    features: size(2, 2),
    spread: { kind: "number", default: 1, min: 0 },
    seed,
  },
  isDrawn: true,
  fields: ({ arguments: { features } }) => ({ kind: "listed", shapes: { x: [features], label: [] } }),
  load: ({ arguments: { count, classes, features, spread, seed } }) =>
    success({ kind: "columns", columns: drawBlobs(count, classes, features, spread, seed) }),
});

/**
 * Draws points around one centre a class: centres lie on a circle of radius 3 through the first two axes, points around
 * them with standard deviation `spread`.
 */
export function drawBlobs(
  count: number,
  classes: number,
  features: number,
  spread: number,
  seed: number,
): readonly Column[] {
  const points = new Float32Array(count * features);
  const labels = new Int32Array(count);
  for (let example = 0; example < count; example++) {
    const stream = streamFor("synthetic_blobs", seed, example);
    const label = stream.integer(classes);
    labels[example] = label;
    const turn = (2 * Math.PI * label) / classes + 0.5;
    for (let axis = 0; axis < features; axis++) {
      const centre = axis === 0 ? 3 * Math.cos(turn) : axis === 1 ? 3 * Math.sin(turn) : 0;
      points[example * features + axis] = centre + stream.normal(spread);
    }
  }
  const from = "synthetic_blobs";
  return [
    { name: "x", shape: [features], data: points, from },
    { name: "label", shape: [], data: labels, from },
  ];
}
