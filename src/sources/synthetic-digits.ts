import { elementAt } from "../support/element-at.ts";
import { failure, success } from "../support/result.ts";
import { count, seed } from "./common-arguments.ts";
import { defineSource } from "./define-source.ts";
import { loadIdxFiles } from "./idx.ts";
import { streamFor, type Stream } from "./random-stream.ts";
import { problem, type Column } from "./raw-data.ts";

/** Drawn digits; with `--data DIR`, IDX files in MNIST's names from that folder. */
export const syntheticDigits = defineSource({
  name: "synthetic_digits",
  doc:
    "drawn digits: `raw.image` [28, 28, 1], 0 to 255; `raw.label`, 0 to 9. With `--data DIR`, IDX files in " +
    "MNIST's names from that folder",
  arguments: { count: { ...count, default: 10000 }, seed },
  isDrawn: true,
  fields: () => ({ kind: "listed", shapes: { image: [28, 28, 1], label: [] } }),
  load: ({ arguments: { count, seed }, files }) => {
    const { override } = files;
    if (override === undefined) return success({ kind: "columns", columns: drawDigits(count, seed) });
    const found = findDigitFiles(files.list(override) ?? []);
    if (found !== undefined)
      return loadIdxFiles(
        found.map(([field, name]) => [field, files.placeOf(name)]),
        files,
      );
    const reason = "I look there for a folder with IDX files in MNIST's names (t10k-images-idx3-ubyte.gz, ...)";
    return failure(problem("MC6001", { path: override, reason }));
  },
});

/** The image and label files in MNIST's names, the training set before the test set. */
function findDigitFiles(names: readonly string[]): readonly (readonly [field: string, name: string])[] | undefined {
  const sorted = names.toSorted().reverse();
  for (const set of ["train", "t10k", ""]) {
    const image = sorted.find((it) => it.startsWith(set) && /images.*idx3/.test(it));
    const label = sorted.find((it) => it.startsWith(set) && /labels.*idx1/.test(it));
    if (image !== undefined && label !== undefined)
      return [
        ["image", image],
        ["label", label],
      ];
  }
  return undefined;
}

type Point = readonly [number, number];
type Stroke = readonly Point[];

/** Points along an ellipse arc; angles in turns, clockwise from the right, y downward. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number, steps = 14): Stroke {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / steps);
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/** The strokes of each digit in a unit square, as a pen would draw them; several ways of writing where people differ. */
const shapes = (): readonly (readonly (readonly Stroke[])[])[] => [
  [[arc(0.5, 0.5, 0.26, 0.4, 0, 1, 24)]],
  [
    [
      [
        [0.5, 0.1],
        [0.5, 0.9],
      ],
    ],
    [
      [
        [0.34, 0.28],
        [0.54, 0.1],
        [0.54, 0.9],
      ],
    ],
  ],
  [[[...arc(0.5, 0.32, 0.24, 0.22, 0.55, 1.05), [0.26, 0.9], [0.78, 0.9]]]],
  [[arc(0.46, 0.3, 0.25, 0.2, 0.58, 1.22), arc(0.46, 0.69, 0.29, 0.21, 0.78, 1.45)]],
  [
    [
      [
        [0.62, 0.9],
        [0.62, 0.1],
        [0.2, 0.64],
        [0.82, 0.64],
      ],
    ],
    [
      [
        [0.26, 0.12],
        [0.24, 0.5],
        [0.74, 0.5],
      ],
      [
        [0.7, 0.14],
        [0.68, 0.9],
      ],
    ],
  ],
  [[[[0.74, 0.1], [0.32, 0.1], [0.29, 0.46], ...arc(0.48, 0.65, 0.26, 0.24, 0.7, 1.42)]]],
  [[[...arc(0.66, 0.52, 0.38, 0.42, 0.72, 0.5), ...arc(0.5, 0.68, 0.22, 0.21, 0.5, 1.5)]]],
  [
    [
      [
        [0.22, 0.12],
        [0.78, 0.12],
        [0.42, 0.9],
      ],
    ],
    [
      [
        [0.22, 0.12],
        [0.78, 0.12],
        [0.42, 0.9],
      ],
      [
        [0.38, 0.5],
        [0.7, 0.5],
      ],
    ],
  ],
  [[arc(0.5, 0.3, 0.2, 0.2, 0, 1, 18), arc(0.5, 0.7, 0.25, 0.2, 0, 1, 18)]],
  [
    [
      arc(0.48, 0.33, 0.22, 0.22, 0, 1, 18),
      [
        [0.7, 0.33],
        [0.68, 0.6],
        [0.6, 0.9],
      ],
    ],
  ],
];

const side = 28;

/**
 * Draws grey digits of 28 x 28 pixels, values 0 to 255: strokes under a random affine map, with jitter of their points,
 * of the pen's width and of its pressure. Pixel noise is slight. Labels are uniform.
 */
export function drawDigits(count: number, seed: number): readonly Column[] {
  const images = new Float32Array(count * side * side);
  const labels = new Int32Array(count);
  const digits = shapes();
  for (let example = 0; example < count; example++) {
    const stream = streamFor("synthetic_digits", seed, example);
    const label = stream.integer(10);
    labels[example] = label;
    drawDigit(elementAt(digits, label), stream, images.subarray(example * side * side, (example + 1) * side * side));
  }
  const from = "synthetic_digits";
  return [
    { name: "image", shape: [side, side, 1], data: images, from },
    { name: "label", shape: [], data: labels, from },
  ];
}

function drawDigit(variants: readonly (readonly Stroke[])[], stream: Stream, pixels: Float32Array): void {
  const strokes = elementAt(variants, stream.integer(variants.length));
  const angle = stream.normal(0.11);
  const shear = stream.normal(0.16);
  const width = 20 * stream.uniform(0.72, 1.08);
  const height = 20 * stream.uniform(0.85, 1.1);
  const dx = side / 2 + stream.normal(1.1);
  const dy = side / 2 + stream.normal(1.1);
  const radius = stream.uniform(0.75, 1.6);
  const ink = stream.uniform(200, 255);
  const jitter = 0.022;
  const place = ([px, py]: Point): Point => {
    const x = (px - 0.5 + stream.normal(jitter)) * width;
    const y = (py - 0.5 + stream.normal(jitter)) * height;
    const sheared = x - shear * y;
    return [dx + sheared * Math.cos(angle) - y * Math.sin(angle), dy + sheared * Math.sin(angle) + y * Math.cos(angle)];
  };
  for (const stroke of strokes) {
    const points = stroke.map(place);
    for (let i = 1; i < points.length; i++) {
      const from = points[i - 1];
      const to = points[i];
      if (from !== undefined && to !== undefined) drawSegment(pixels, from, to, radius, ink);
    }
  }
  for (let i = 0; i < pixels.length; i++) {
    const value = elementAt(pixels, i) + stream.uniform(-6, 6);
    pixels[i] = Math.round(Math.min(255, Math.max(0, value)));
  }
}

/** Darkens the pixels within `radius` of a segment, with a soft edge of one pixel. */
function drawSegment(pixels: Float32Array, [ax, ay]: Point, [bx, by]: Point, radius: number, ink: number): void {
  const reach = radius + 1;
  const left = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
  const right = Math.min(side - 1, Math.ceil(Math.max(ax, bx) + reach));
  const top = Math.max(0, Math.floor(Math.min(ay, by) - reach));
  const bottom = Math.min(side - 1, Math.ceil(Math.max(ay, by) + reach));
  const lx = bx - ax;
  const ly = by - ay;
  const length = lx * lx + ly * ly || 1e-9;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = Math.min(1, Math.max(0, ((x - ax) * lx + (y - ay) * ly) / length));
      const distance = Math.hypot(x - ax - along * lx, y - ay - along * ly);
      const value = ink * Math.min(1, Math.max(0, radius + 0.5 - distance));
      const at = y * side + x;
      if (value > elementAt(pixels, at)) pixels[at] = value;
    }
  }
}
