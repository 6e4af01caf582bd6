import type { Column } from "../raw-data.ts";
import { streamFor } from "./generator.ts";

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
