import { constant, product, type Dim } from "../../dims/dim.ts";
import type { TensorType } from "../../ir/types.ts";
import {
  checkWindowAttributes,
  checkWindowFits,
  imageAxes,
  imageShape,
  windowAttributes,
  windowsOver,
  type AxisWindow,
} from "./conv2d-geometry.ts";
import { extentOf, flat, placed, sourceOf } from "./conv2d-reference.ts";
import { elementAt } from "../../support/element-at.ts";
import type { AttributeSchema, AttributesOf, Cost, Sample, ShapeChecker } from "./operator.ts";

/** Attributes of the pools and of their gradients. */
export const poolAttributes = {
  window: { kind: "ints", doc: "Height and width of the window.", min: 1 },
  ...windowAttributes,
  strides: { kind: "ints", doc: "Steps of the window along height and width.", min: 1 },
} as const satisfies AttributeSchema;

export type PoolAttributes = AttributesOf<typeof poolAttributes>;

/** The windows of a pool over an image shape. */
export function poolWindows(image: readonly Dim[], attributes: PoolAttributes): readonly [AxisWindow, AxisWindow] {
  return windowsOver(image, attributes.window, [1, 1], attributes);
}

/** The type of a pool's result, or undefined after a report. */
export function poolType(
  what: string,
  image: TensorType,
  attributes: PoolAttributes,
  check: ShapeChecker,
): TensorType | undefined {
  if (image.shape.length !== 4) return check.fail(`${what} takes images of rank 4, not rank ${image.shape.length}`);
  if (!checkWindowAttributes(what, attributes, check)) return undefined;
  if (attributes.window.length !== 2) {
    return check.fail(`${what} takes a window of two sizes, height and width, not ${attributes.window.length}`);
  }
  if (
    attributes.padding === "explicit" &&
    attributes.pads.some((pad, i) => pad >= elementAt(attributes.window, i % 2))
  ) {
    return check.fail(`the pads of ${what} must be smaller than its window`);
  }
  const [rows, columns] = poolWindows(image.shape, attributes);
  const tall = attributes.padding === "same" || checkWindowFits(what, rows, "height", check);
  const wide = attributes.padding === "same" || checkWindowFits(what, columns, "width", check);
  if (!tall || !wide) return undefined;
  const channels = elementAt(image.shape, imageAxes(attributes.layout).channels);
  const shape = imageShape(attributes.layout, elementAt(image.shape, 0), rows.output, columns.output, channels);
  return { dtype: image.dtype, shape };
}

/** One operation for every place of every window. */
export function poolCost(output: readonly Dim[], attributes: PoolAttributes): Cost {
  return { flops: product([...output, ...attributes.window.map((size) => constant(size))]) };
}

/** Calls `visit` for each window with the flat index of its output and those of its inputs, padding left out. */
export function forEachWindow(
  image: readonly number[],
  attributes: PoolAttributes,
  visit: (output: number, inputs: readonly number[]) => void,
): void {
  const { layout } = attributes;
  const [rows, columns] = poolWindows(image.map(constant), attributes);
  const channels = elementAt(image, imageAxes(layout).channels);
  const output = imageShape(layout, elementAt(image, 0), extentOf(rows.output), extentOf(columns.output), channels);
  for (let n = 0; n < elementAt(image, 0); n++) {
    for (let y = 0; y < extentOf(rows.output); y++) {
      for (let x = 0; x < extentOf(columns.output); x++) {
        for (let c = 0; c < channels; c++) {
          const inputs: number[] = [];
          for (let i = 0; i < rows.size; i++) {
            for (let j = 0; j < columns.size; j++) {
              const h = sourceOf(rows, y, i);
              const w = sourceOf(columns, x, j);
              const inside = h >= 0 && h < extentOf(rows.input) && w >= 0 && w < extentOf(columns.input);
              if (inside) inputs.push(flat(image, placed(layout, n, h, w, c)));
            }
          }
          visit(flat(output, placed(layout, n, y, x, c)), inputs);
        }
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
    attributes: { window: [3, 3], strides: [2, 2], padding: "explicit", pads: [1, 1, 0, 1], layout: "NCHW" },
  },
];
