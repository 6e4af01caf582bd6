import { asNumber, constant } from "../../dims/dim.ts";
import { required } from "../../support/fault.ts";
import {
  convolutionWindows,
  imageAxes,
  imageShape,
  kernelAxes,
  type AxisWindow,
  type ConcreteConvolution,
} from "./window-geometry.ts";
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
  attributes: ConcreteConvolution,
  visit: (tap: Tap) => void,
): void {
  const { layout, groups } = attributes;
  const rank = input.length;
  const at = kernelAxes(layout, rank);
  const windows = convolutionWindows(input.map(constant), kernel.map(constant), attributes);
  const sizes = windows.map((it) => extentOf(it.output));
  const batch = elementAt(input, 0);
  const filters = elementAt(kernel, at.output);
  const perGroup = elementAt(input, imageAxes(layout, rank).channels) / groups;
  const output = imageShape(layout, batch, sizes, filters);
  const taps = placesOf(windows.map((it) => it.size));
  for (const place of placesOf(sizes)) {
    for (const tap of taps) {
      const source = sourceOf(windows, place, tap);
      if (source === undefined) continue;
      for (let n = 0; n < batch; n++) {
        for (let o = 0; o < filters; o++) {
          const group = Math.floor(o / (filters / groups));
          for (let c = 0; c < perGroup; c++) {
            const weight = new Array<number>(rank).fill(0);
            at.spatial.forEach((axis, index) => {
              weight[axis] = elementAt(tap, index);
            });
            weight[at.input] = c;
            weight[at.output] = o;
            visit({
              input: flat(input, imageShape(layout, n, source, group * perGroup + c)),
              kernel: flat(kernel, weight),
              output: flat(output, imageShape(layout, n, place, o)),
            });
          }
        }
      }
    }
  }
}

/** The place of the input that a tap reads for a place of the output; undefined where that is padding. */
export function sourceOf(
  windows: readonly AxisWindow[],
  output: readonly number[],
  tap: readonly number[],
): readonly number[] | undefined {
  const source = windows.map(
    (it, axis) => elementAt(output, axis) * it.stride + elementAt(tap, axis) * it.dilation - extentOf(it.before),
  );
  const isInside = source.every((place, axis) => place >= 0 && place < extentOf(elementAt(windows, axis).input));
  return isInside ? source : undefined;
}

/** A dimension that is known when references run. */
export function extentOf(dim: AxisWindow["input"]): number {
  return required(asNumber(dim), "size of a dimension");
}

/** All places of a box, in row-major order. */
export function placesOf(sizes: readonly number[]): readonly (readonly number[])[] {
  return sizes.reduce<readonly (readonly number[])[]>(
    (places, size) => places.flatMap((place) => Array.from({ length: size }, (_, index) => [...place, index])),
    [[]],
  );
}

/** The row-major index of a place in a shape. */
export function flat(shape: readonly number[], place: readonly number[]): number {
  return shape.reduce((index, size, axis) => index * size + elementAt(place, axis), 0);
}
