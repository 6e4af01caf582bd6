import { asNumber, constant } from "../../dims/dim.ts";
import { required } from "../../support/fault.ts";
import {
  convolutionWindows,
  imageAxes,
  kernelAxes,
  type AxisWindow,
  type ConvolutionAttributes,
} from "./conv2d-geometry.ts";
import { elementAt } from "../../support/element-at.ts";

/** The multiply-adds of a convolution, as row-major indices into its input, its kernel and its output. */
export interface Tap {
  readonly input: number;
  readonly kernel: number;
  readonly output: number;
}

/** Calls `visit` for every multiply-add of a convolution; its three gradients run over the same ones. */
export function forEachTap(
  input: readonly number[],
  kernel: readonly number[],
  attributes: ConvolutionAttributes,
  visit: (tap: Tap) => void,
): void {
  const { layout, groups } = attributes;
  const image = imageAxes(layout);
  const at = kernelAxes(layout);
  const [rows, columns] = convolutionWindows(input.map(constant), kernel.map(constant), attributes);
  const channels = elementAt(input, image.channels);
  const filters = elementAt(kernel, at.output);
  const perGroup = channels / groups;
  const output = placed(layout, elementAt(input, 0), extentOf(rows.output), extentOf(columns.output), filters);
  for (let n = 0; n < elementAt(input, 0); n++) {
    for (let y = 0; y < extentOf(rows.output); y++) {
      for (let x = 0; x < extentOf(columns.output); x++) {
        for (let i = 0; i < rows.size; i++) {
          for (let j = 0; j < columns.size; j++) {
            const h = sourceOf(rows, y, i);
            const w = sourceOf(columns, x, j);
            if (h < 0 || h >= extentOf(rows.input) || w < 0 || w >= extentOf(columns.input)) continue;
            for (let o = 0; o < filters; o++) {
              const group = Math.floor(o / (filters / groups));
              for (let c = 0; c < perGroup; c++) {
                const place: number[] = [];
                place[at.height] = i;
                place[at.width] = j;
                place[at.input] = c;
                place[at.output] = o;
                visit({
                  input: flat(input, placed(layout, n, h, w, group * perGroup + c)),
                  kernel: flat(kernel, place),
                  output: flat(output, placed(layout, n, y, x, o)),
                });
              }
            }
          }
        }
      }
    }
  }
}

/** The place in the input that a window's tap reads; outside the input it is padding. */
export function sourceOf(window: AxisWindow, output: number, tap: number): number {
  return output * window.stride + tap * window.dilation - extentOf(window.before);
}

/** A dimension that is known when references run. */
export function extentOf(dim: AxisWindow["input"]): number {
  return required(asNumber(dim), "size of a dimension");
}

/** The four coordinates of an image's element in the order of a layout. */
export function placed(layout: string, n: number, h: number, w: number, c: number): readonly number[] {
  return layout === "NCHW" ? [n, c, h, w] : [n, h, w, c];
}

/** The row-major index of a place in a shape. */
export function flat(shape: readonly number[], place: readonly number[]): number {
  return shape.reduce((index, size, axis) => index * size + elementAt(place, axis), 0);
}
