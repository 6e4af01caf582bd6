import { constant, product, type Dim } from "../../dims/dim.ts";
import type { TensorType } from "../../ir/types.ts";
import {
  checkImage,
  checkWindowAttributes,
  checkWindowsFit,
  forEachAxis,
  imageAxes,
  imageShape,
  paddedSize,
  paddingAlong,
  windowAttributes,
  windowsOver,
  type AxisWindow,
} from "./window-geometry.ts";
import { extentOf, flat, placesOf, sourceOf } from "./conv-reference.ts";
import { elementAt } from "../../support/element-at.ts";
import type { AttributeSchema, AttributesOf, Cost, Sample, ShapeChecker } from "./operator.ts";

/** Attributes of the pools and of their gradients. */
export const poolAttributes = {
  window: { kind: "ints", doc: "Size of the window: one for all spatial axes, or one for each.", min: 1 },
  ...windowAttributes,
  strides: { kind: "ints", doc: "Steps of the window: one for all spatial axes, or one for each.", min: 1 },
  ceil: {
    kind: "bool",
    doc: "Whether a last window may reach over the end of the image; it begins before the padding there.",
    default: false,
  },
} as const satisfies AttributeSchema;

/** Those of averages. */
export const averagePoolAttributes = {
  ...poolAttributes,
  count_padding: {
    kind: "bool",
    doc: "Whether padding counts, as zeros; what lies beyond it does not.",
    default: false,
    restsOn: "padding",
  },
} as const satisfies AttributeSchema;

/** Those of a pool whose windows may have gaps. */
export const dilatedPoolAttributes = {
  ...poolAttributes,
  dilations: {
    kind: "ints",
    doc: "Distances between the places of a window: one for all spatial axes, or one for each.",
    default: [1],
    min: 1,
  },
} as const satisfies AttributeSchema;

export type PoolAttributes = AttributesOf<typeof poolAttributes> & { readonly dilations?: readonly number[] };

/** The windows of a pool over an image shape. */
export function poolWindows(image: readonly Dim[], attributes: PoolAttributes): readonly AxisWindow[] {
  const sizes = forEachAxis(attributes.window, image.length - 2);
  return windowsOver(image, sizes, attributes.dilations ?? [1], attributes);
}

/** The type of a pool's result, or undefined after a report. */
export function poolType(
  what: string,
  image: TensorType,
  attributes: PoolAttributes,
  check: ShapeChecker,
): TensorType | undefined {
  const { shape, dtype } = image;
  if (!checkImage(what, shape, check)) return undefined;
  const axes = shape.length - 2;
  const { window, padding, layout, dilations = [1] } = attributes;
  if (!checkWindowAttributes(what, axes, attributes, { window, dilations }, check)) return undefined;
  const sizes = forEachAxis(window, axes);
  const tooMuch = sizes.some((size, axis) => {
    const along = paddingAlong(padding, axis, axes);
    return typeof along !== "string" && along.some((it) => it >= size);
  });
  if (tooMuch) {
    return check.fail(
      `the padding of ${what} must be smaller than its window, so that each window holds some of the image`,
    );
  }
  const windows = poolWindows(shape, attributes);
  // Between the places of a window with gaps there must be no room for the whole image.
  const gaps = windows.flatMap(({ input, dilation }) =>
    dilation === 1 || padding === "valid"
      ? []
      : [
          {
            left: input,
            right: constant(dilation),
            what: `the image of a padded ${what} and the distance of its window's places`,
          },
        ],
  );
  const isHeld = check.allAtLeast(gaps);
  if (!checkWindowsFit(what, windows, attributes, check, "window") || !isHeld) return undefined;
  const channels = elementAt(shape, imageAxes(layout, shape.length).channels);
  const spatial = windows.map((it) => it.output);
  return { dtype, shape: imageShape(layout, elementAt(shape, 0), spatial, channels) };
}

/** One operation for every place of every window. */
export function poolCost(output: readonly Dim[], { window }: PoolAttributes): Cost {
  const sizes = forEachAxis(window, output.length - 2);
  return { flops: product([...output, ...sizes.map((size) => constant(size))]) };
}

/**
 * Calls `visit` for each window with the flat index of its output, those of its inputs, padding left out, and how many
 * places it has with padding.
 */
export function forEachWindow(
  image: readonly number[],
  attributes: PoolAttributes,
  visit: (output: number, inputs: readonly number[], places: number) => void,
): void {
  const { layout } = attributes;
  const windows = poolWindows(image.map(constant), attributes);
  const [batch, channels] = [elementAt(image, 0), elementAt(image, imageAxes(layout, image.length).channels)];
  const sizes = windows.map((it) => extentOf(it.output));
  const output = imageShape(layout, batch, sizes, channels);
  const taps = placesOf(windows.map((it) => it.size));
  const ends = windows.map((it) => extentOf(paddedSize(it)));
  for (const place of placesOf(sizes)) {
    const isPadded = (tap: readonly number[]): boolean =>
      windows.every(({ stride, dilation }, axis) => {
        return elementAt(place, axis) * stride + elementAt(tap, axis) * dilation < elementAt(ends, axis);
      });
    const padded = taps.filter(isPadded).length;
    const sources = taps.flatMap((tap) => {
      const source = sourceOf(windows, place, tap);
      return source === undefined ? [] : [source];
    });
    for (let n = 0; n < batch; n++) {
      for (let c = 0; c < channels; c++) {
        const inputs = sources.map((source) => flat(image, imageShape(layout, n, source, c)));
        visit(flat(output, imageShape(layout, n, place, c)), inputs, padded);
      }
    }
  }
}

/** A pool to test with: its input's shape, that of its output, and attributes. */
export interface PoolSample {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly attributes: NonNullable<Sample["attributes"]>;
}

/** Disjoint and overlapping windows, remainders, paddings and layouts. */
export const poolSamples: readonly PoolSample[] = [
  { x: [2, 4, 6, 3], y: [2, 2, 3, 3], attributes: { window: [2, 2], strides: [2, 2] } },
  { x: [2, 3, 4, 6], y: [2, 3, 2, 3], attributes: { window: [2, 2], strides: [2, 2], layout: "NCHW" } },
  { x: [1, 2, 5, 7], y: [1, 2, 2, 3], attributes: { window: [2, 2], strides: [2, 2], layout: "NCHW" } },
  { x: [2, 7, 5, 2], y: [2, 2, 1, 2], attributes: { window: [3, 3], strides: [3, 3] } },
  { x: [1, 2, 7, 7], y: [1, 2, 3, 3], attributes: { window: [3, 3], strides: [2, 2], layout: "NCHW" } },
  { x: [1, 6, 7, 2], y: [1, 3, 4, 2], attributes: { window: [3, 3], strides: [2, 2], padding: "same" } },
  {
    x: [1, 2, 5, 5],
    y: [1, 2, 3, 3],
    attributes: { window: [2, 2], strides: [2, 2], padding: "same", layout: "NCHW" },
  },
  { x: [1, 5, 5, 1], y: [1, 5, 5, 1], attributes: { window: [3, 2], strides: [1, 1], padding: "same" } },
  {
    x: [1, 2, 6, 6],
    y: [1, 2, 3, 3],
    attributes: { window: [3, 3], strides: [2, 2], padding: [1, 1, 0, 1], layout: "NCHW" },
  },
  // Steps longer than the image, and an image of one place.
  { x: [1, 2, 3, 2], y: [1, 1, 1, 2], attributes: { window: [2, 2], strides: [5, 4] } },
  { x: [1, 1, 1, 2], y: [1, 1, 1, 2], attributes: { window: [3], strides: [4], padding: [1] } },
  // Sequences and volumes; a last window over the end, and one that would begin in the padding there.
  { x: [2, 7, 3], y: [2, 3, 3], attributes: { window: [3], strides: [2] } },
  { x: [2, 3, 8], y: [2, 3, 4], attributes: { window: [2], strides: [2], padding: "causal", layout: "NCHW" } },
  { x: [1, 6, 2], y: [1, 3, 2], attributes: { window: [3], strides: [2], ceil: true } },
  { x: [1, 2, 5, 6], y: [1, 2, 3, 3], attributes: { window: [2], strides: [2], ceil: true, layout: "NCHW" } },
  { x: [1, 5, 6, 2], y: [1, 3, 4, 2], attributes: { window: [3, 2], strides: [2], padding: [1], ceil: true } },
  { x: [1, 3, 4, 5, 2], y: [1, 2, 2, 3, 2], attributes: { window: [2, 3, 2], strides: [1, 1, 2], padding: [0, 0, 1] } },
  { x: [1, 2, 4, 4, 4], y: [1, 2, 2, 2, 2], attributes: { window: [2], strides: [2], layout: "NCHW" } },
  { x: [1, 3, 3, 5, 1], y: [1, 2, 2, 3, 1], attributes: { window: [2], strides: [2], padding: "same" } },
];

/** Padding that counts, in words and numbers, and windows that reach over it or begin no more within the image. */
export const countedPoolSamples: readonly PoolSample[] = [
  { x: [1, 5, 2], y: [1, 3, 2], attributes: { window: [3], strides: [2], padding: "same" } },
  { x: [2, 3, 8], y: [2, 3, 4], attributes: { window: [3], strides: [2], padding: "causal", layout: "NCHW" } },
  { x: [1, 6, 2], y: [1, 4, 2], attributes: { window: [3], strides: [2], padding: [1], ceil: true } },
  { x: [1, 5, 2], y: [1, 3, 2], attributes: { window: [3], strides: [2], padding: [1, 0], ceil: true } },
  { x: [1, 6, 2], y: [1, 3, 2], attributes: { window: [3], strides: [2], padding: [0, 2], ceil: true } },
  { x: [1, 4, 2], y: [1, 3, 2], attributes: { window: [2], strides: [2], padding: [1] } },
  { x: [1, 5, 6, 2], y: [1, 3, 4, 2], attributes: { window: [3, 2], strides: [2], padding: [1], ceil: true } },
  { x: [1, 2, 5, 6], y: [1, 2, 3, 4], attributes: { window: [3, 2], strides: [2], padding: [1], layout: "NCHW" } },
  { x: [1, 4, 5, 6, 1], y: [1, 3, 3, 4, 1], attributes: { window: [3], strides: [2], padding: [1], ceil: true } },
].map((it) => ({ ...it, attributes: { ...it.attributes, count_padding: true } }));

/** Windows with gaps. */
export const dilatedPoolSamples: readonly PoolSample[] = [
  { x: [1, 7, 2], y: [1, 3, 2], attributes: { window: [3], strides: [1], dilations: [2] } },
  {
    x: [1, 7, 8, 2],
    y: [1, 3, 4, 2],
    attributes: { window: [3, 2], strides: [2], dilations: [2, 3], padding: [1], ceil: true },
  },
  {
    x: [1, 2, 5, 6],
    y: [1, 2, 5, 6],
    attributes: { window: [2], strides: [1], dilations: [2], padding: "same", layout: "NCHW" },
  },
];
