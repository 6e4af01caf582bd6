import { sizeOf } from "./initializers.ts";

/** Numbers in double precision, row by row. Any array of numbers serves: a Float64Array, or the Uint8Array of an image. */
export interface Doubles {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Doubles of one axis as a list of numbers. */
export function rowOf({ data }: Doubles): number[] {
  return Array.from(data);
}

/** Doubles of two axes as a list of rows. */
export function tableOf({ shape, data }: Doubles): number[][] {
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, row) => Array.from(data).slice(row * columns, (row + 1) * columns));
}

/** Doubles of a shape; `element` gives each, by its place in the row of all. */
export function doublesOf(shape: readonly number[], element: (at: number) => number | boolean): Doubles {
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, at) => Number(element(at))) };
}

/** A function of each element. */
export function mapDoubles({ shape, data }: Doubles, f: (element: number) => number | boolean): Doubles {
  return doublesOf(shape, (at) => f(data[at] ?? NaN));
}

/** A function of the elements at each place of several, which broadcast. */
export function combineDoubles(operands: readonly Doubles[], f: (...elements: number[]) => number | boolean): Doubles {
  const rank = Math.max(...operands.map(({ shape }) => shape.length));
  const shape = Array.from({ length: rank }, (_, axis) => {
    const lengths = operands.map((it) => it.shape[it.shape.length - rank + axis] ?? 1);
    return lengths.find((length) => length !== 1) ?? 1;
  });
  const spread = operands.map((it) => broadcastDoubles(it, shape).data);
  return doublesOf(shape, (at) => f(...spread.map((data) => data[at] ?? NaN)));
}

/** The number that a scalar holds. */
export function scalarOf({ data }: Doubles): number {
  return data[0] ?? NaN;
}

/** The same elements in another shape. */
export function reshapeDoubles({ data }: Doubles, shape: readonly number[]): Doubles {
  return { shape, data };
}

/** Repeated along new axes, and along those of one element. */
export function broadcastDoubles(x: Doubles, shape: readonly number[]): Doubles {
  if (x.shape.join() === shape.join()) return x;
  const added = shape.length - x.shape.length;
  const own = stridesOf(x.shape);
  const strides = shape.map((_, axis) => ((x.shape[axis - added] ?? 1) === 1 ? 0 : (own[axis - added] ?? 0)));
  return viewDoubles(x, shape, strides);
}

/** The axes in another order: axis i is what was axis `order[i]`. */
export function transposeDoubles(x: Doubles, order: readonly number[]): Doubles {
  const strides = stridesOf(x.shape);
  return viewDoubles(x, pickEach(x.shape, order), pickEach(strides, order));
}

/** A part along an axis: `size` elements from `start` on, each `step` from the one before. */
export function sliceDoubles(x: Doubles, axis: number, start: number, size: number, step = 1): Doubles {
  const strides = stridesOf(x.shape);
  const shape = x.shape.map((length, at) => (at === axis ? size : length));
  const steps = strides.map((stride, at) => (at === axis ? stride * step : stride));
  return viewDoubles(x, shape, steps, start * (strides[axis] ?? 1));
}

/** The other way round along an axis. */
export function flipDoubles(x: Doubles, axis: number): Doubles {
  const length = x.shape[axis] ?? 1;
  return sliceDoubles(x, axis, length - 1, length, -1);
}

/** `value` around: `before` and `after` say how many elements of it along each axis. */
export function padDoubles(x: Doubles, before: readonly number[], after: readonly number[], value: number): Doubles {
  const shape = x.shape.map((length, axis) => length + (before[axis] ?? 0) + (after[axis] ?? 0));
  const data = new Float64Array(sizeOf(shape)).fill(value);
  const strides = stridesOf(shape);
  const start = strides.reduce((sum, stride, axis) => sum + stride * (before[axis] ?? 0), 0);
  placesOf(x.shape, strides, start).forEach((to, from) => (data[to] = x.data[from] ?? NaN));
  return { shape, data };
}

/** One after the other along an axis. */
export function concatDoubles(parts: readonly Doubles[], axis: number): Doubles {
  const lengths = parts.map((part) => part.shape[axis] ?? 0);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const shape = (parts[0]?.shape ?? []).map((length, at) => (at === axis ? total : length));
  const data = new Float64Array(sizeOf(shape));
  const strides = stridesOf(shape);
  let start = 0;
  for (const part of parts) {
    placesOf(part.shape, strides, start).forEach((to, from) => (data[to] = part.data[from] ?? NaN));
    start += (part.shape[axis] ?? 0) * (strides[axis] ?? 1);
  }
  return { shape, data };
}

/** 0, 1, 2, ... */
export function countDoubles(size: number): Doubles {
  return doublesOf([size], (at) => at);
}

/** Elements by their places: from `start` on, and `strides` apart along each axis. */
export function viewDoubles(x: Doubles, shape: readonly number[], strides: readonly number[], start = 0): Doubles {
  const places = placesOf(shape, strides, start);
  return doublesOf(shape, (at) => x.data[places[at] ?? -1] ?? NaN);
}

/** The places of the elements of a shape, in order: from `start` on, and `strides` apart along each axis. */
export function placesOf(shape: readonly number[], strides: readonly number[], start: number): number[] {
  return shape.reduce(
    (places, length, axis) =>
      places.flatMap((place) => Array.from({ length }, (_, i) => place + i * (strides[axis] ?? 0))),
    [start],
  );
}

/** How far neighbours along each axis lie apart. */
export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** The elements of a list at some places. */
export function pickEach(list: readonly number[], places: readonly number[]): number[] {
  return places.map((place) => list[place] ?? 1);
}
