import { elementAt } from "../../support/element-at.ts";
import { fault } from "../../support/fault.ts";
import type { DType } from "../../ir/types.ts";
import type { NdArray } from "./operator.ts";

/** A type whose dimensions are known. */
export interface ConcreteType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Distances between neighbours along each axis, row-major, in elements. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis -= 1) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}

/** An array whose elements are `element(flat index)`. */
export function fillArray(type: ConcreteType, element: (index: number) => number): NdArray {
  const data = new Float64Array(sizeOf(type.shape));
  for (let index = 0; index < data.length; index += 1) data[index] = element(index);
  return { dtype: type.dtype, shape: type.shape, data };
}

/** An array of given elements; a fault where their number is wrong. */
export function arrayOf(dtype: DType, shape: readonly number[], data: ArrayLike<number>): NdArray {
  if (data.length !== sizeOf(shape)) fault(`${data.length} elements for the shape [${shape.join(", ")}]`);
  return { dtype, shape, data: Float64Array.from(data) };
}

/** The element at a flat index; a fault beyond the end. */
export function at(array: NdArray, index: number): number {
  return array.data[index] ?? fault(`element ${index} of an array of ${array.data.length}`);
}

/**
 * A number as an element type holds it: integers wrap, booleans are 0 or 1. Floats stay f64, whatever their width: the
 * reference computes without rounding to f32.
 */
export function held(dtype: DType, value: number): number {
  switch (dtype) {
    case "bool":
      return value === 0 ? 0 : 1;
    case "i32":
      return value | 0;
    case "u32":
      return value >>> 0;
    case "i8":
      return (value << 24) >> 24;
    case "u8":
      return value & 255;
    case "i64":
      return Math.abs(value) < 2 ** 63 ? Math.trunc(value) : wrapped(value);
    default:
      return value;
  }
}

/** A whole number beyond 64 bits, of which a double has the upper digits, as they wrap around. */
function wrapped(value: number): number {
  return Number.isFinite(value) ? Number(BigInt.asIntN(64, BigInt(Math.trunc(value)))) : 0;
}

/** Applies a function to every element; the result is held as `dtype`. */
export function mapArray(x: NdArray, f: (element: number) => number, dtype: DType = x.dtype): NdArray {
  return fillArray({ dtype, shape: x.shape }, (index) => held(dtype, f(at(x, index))));
}

/** For each element of `shape` in order, the flat index of the element of `from` that broadcasts to it. */
export function broadcastIndices(from: readonly number[], shape: readonly number[]): Int32Array {
  const strides = stridesOf(from);
  const extra = shape.length - from.length;
  return stridedIndices(
    shape,
    shape.map((_, axis) => (axis < extra || from[axis - extra] === 1 ? 0 : elementAt(strides, axis - extra))),
  );
}

/** For each element of `shape` in order: `offset` plus its coordinates times `strides`. */
export function stridedIndices(shape: readonly number[], strides: readonly number[], offset = 0): Int32Array {
  const indices = new Int32Array(sizeOf(shape));
  const last = shape.length - 1;
  if (last < 0) return indices.fill(offset);
  const [width, step] = [elementAt(shape, last), elementAt(strides, last)];
  const position = new Array<number>(last).fill(0);
  let start = offset;
  // Row by row: what runs along the last axis is a plain loop.
  for (let row = 0; row < indices.length; row += width) {
    for (let place = 0, current = start; place < width; place += 1, current += step) indices[row + place] = current;
    for (let axis = last - 1; axis >= 0; axis -= 1) {
      const size = elementAt(shape, axis);
      const stride = elementAt(strides, axis);
      const next = elementAt(position, axis) + 1;
      if (next < size) {
        position[axis] = next;
        start += stride;
        break;
      }
      position[axis] = 0;
      start -= stride * (size - 1);
    }
  }
  return indices;
}

/** Picks elements by flat index into an array of a type. */
export function pick(x: NdArray, indices: ArrayLike<number>, type: ConcreteType): NdArray {
  return fillArray(type, (index) => at(x, elementAt(indices, index)));
}

/** Broadcasts to a shape. */
export function broadcastArray(x: NdArray, shape: readonly number[]): NdArray {
  return pick(x, broadcastIndices(x.shape, shape), { dtype: x.dtype, shape });
}

/** Applies a function to two arrays that broadcast to the result's shape. */
export function zipArrays(
  a: NdArray,
  b: NdArray,
  type: ConcreteType,
  f: (left: number, right: number) => number,
): NdArray {
  const count = sizeOf(type.shape);
  if (a.data.length === count && b.data.length === count) {
    return fillArray(type, (index) => held(type.dtype, f(at(a, index), at(b, index))));
  }
  const left = broadcastIndices(a.shape, type.shape);
  const right = broadcastIndices(b.shape, type.shape);
  return fillArray(type, (index) => held(type.dtype, f(at(a, elementAt(left, index)), at(b, elementAt(right, index)))));
}

/** Folds over axes, which become 1; elements are visited in row-major order. */
export function foldArray(
  x: NdArray,
  axes: readonly number[],
  start: number,
  f: (accumulated: number, element: number, index: number) => number,
): NdArray {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const target = broadcastIndices(shape, x.shape);
  const data = new Float64Array(sizeOf(shape)).fill(start);
  target.forEach((to, index) => {
    data[to] = held(x.dtype, f(elementAt(data, to), at(x, index), index));
  });
  return { dtype: x.dtype, shape, data };
}

/** The same elements in another shape. */
export function reshapeArray(x: NdArray, shape: readonly number[]): NdArray {
  return arrayOf(x.dtype, shape, x.data);
}

/** Permutes axes: result axis i is axis `perm[i]` of the operand. */
export function transposeArray(x: NdArray, perm: readonly number[]): NdArray {
  const strides = stridesOf(x.shape);
  const shape = perm.map((axis) => elementAt(x.shape, axis));
  const indices = stridedIndices(
    shape,
    perm.map((axis) => elementAt(strides, axis)),
  );
  return pick(x, indices, { dtype: x.dtype, shape });
}

/** The element of an array of indices, which must lie in 0..size-1. */
export function placeAt(indices: NdArray, index: number, size: number): number {
  const found = at(indices, index);
  return found >= 0 && found < size ? found : fault(`index ${found} into an axis of ${size}`);
}
