import { elementAt } from "../support/element-at.ts";
import { fromHalf } from "../support/element-bytes.ts";
import { success, type Result } from "../support/result.ts";
import { showName, showText } from "../support/show-text.ts";
import { damaged, unreadable } from "./file-problems.ts";
import { sizeOf, type Column, type DataProblem } from "./raw-data.ts";

/** An array of NumPy: integers of 64 bits also as such where they are asked for exactly. */
type NpyArray = Pick<Column, "shape" | "data" | "integers">;

interface ElementType {
  /** What holds every element exactly, or those of 64 bits as nearly as a number does. */
  readonly Holder: Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor;
  readonly read: (view: DataView, at: number, little: boolean) => number;
  readonly readExactly?: (view: DataView, at: number, little: boolean) => bigint;
}

/** Element types by kind and number of bytes, as NumPy writes them. */
const elementTypes: Readonly<Record<string, ElementType>> = {
  b1: { Holder: Int32Array, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  u1: { Holder: Int32Array, read: (view, at) => view.getUint8(at) },
  i1: { Holder: Int32Array, read: (view, at) => view.getInt8(at) },
  u2: { Holder: Int32Array, read: (view, at, little) => view.getUint16(at, little) },
  i2: { Holder: Int32Array, read: (view, at, little) => view.getInt16(at, little) },
  u4: { Holder: Float64Array, read: (view, at, little) => view.getUint32(at, little) },
  i4: { Holder: Int32Array, read: (view, at, little) => view.getInt32(at, little) },
  u8: {
    Holder: Float64Array,
    read: (view, at, little) => Number(view.getBigUint64(at, little)),
    // What is beyond 64 signed bits is told by its number.
    readExactly: (view, at, little) => (view.getBigInt64(at, little) < 0n ? 0n : view.getBigInt64(at, little)),
  },
  i8: {
    Holder: Float64Array,
    read: (view, at, little) => Number(view.getBigInt64(at, little)),
    readExactly: (view, at, little) => view.getBigInt64(at, little),
  },
  f2: { Holder: Float32Array, read: (view, at, little) => fromHalf(view.getUint16(at, little)) },
  f4: { Holder: Float32Array, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { Holder: Float64Array, read: (view, at, little) => view.getFloat64(at, little) },
};

/** Arrays of no numbers by their kind, and what to do about them. */
const otherKinds: Readonly<Record<string, readonly [what: string, help: string]>> = {
  O: ["Python objects", 'Save it as numbers: `x.astype("float32")`.'],
  U: ["texts", "Save numbers in their place: `numpy.unique(x, return_inverse=True)`."],
  S: ["texts", "Save numbers in their place: `numpy.unique(x, return_inverse=True)`."],
  c: ["complex numbers", "Save `x.real` and `x.imag` as arrays of their own."],
  M: ["dates", 'Save them as numbers: `x.astype("int64")`.'],
  m: ["durations", 'Save them as numbers: `x.astype("int64")`.'],
  V: ["records", "Save each of their fields as an array of its own."],
};

/** Whether bytes begin as a .npy file does. */
export const isNpy = (bytes: Uint8Array): boolean =>
  [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((it, at) => bytes[at] === it);

/**
 * Parses a .npy file, the array that one call of `numpy.save` writes; `path` is for messages.
 *
 * Source: NumPy, `numpy.lib.format`, "Format Version 1.0" to "3.0".
 */
export function parseNpy(bytes: Uint8Array, path: string, isExact: boolean): Result<NpyArray, DataProblem> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    return unreadable(
      path,
      "it is a zip file of arrays, of `numpy.savez`",
      'Such files are read by `npz("data.npz")`.',
    );
  if (!isNpy(bytes)) return damaged(path, 0, "an array begins with \\x93NUMPY");
  if (bytes.length < 12) return damaged(path, bytes.length, "it ends within its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [major, minor] = [view.getUint8(6), view.getUint8(7)];
  if (major < 1 || major > 3 || minor !== 0)
    return unreadable(path, `it has version ${major}.${minor} of the format, and I know 1.0 to 3.0`);
  const begin = major === 1 ? 10 : 12;
  const start = begin + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < start) return damaged(path, bytes.length, `it ends within its header, which has ${start} bytes`);
  const header = new TextDecoder().decode(bytes.subarray(begin, start));
  const descr = /["']descr["']\s*:\s*(?:["']([^"']*)["']|[[(])/.exec(header);
  const order = /["']fortran_order["']\s*:\s*(True|False)/.exec(header)?.[1];
  const sizes = /["']shape["']\s*:\s*\(\s*((?:\d+L?\s*,?\s*)*)\)/.exec(header)?.[1];
  if (descr === null || order === undefined || sizes === undefined)
    return damaged(path, begin, `its header describes no array: ${showText(header.trim(), 60)}`);
  const written = descr[1] ?? "|V";
  const [, sign = "", kind = "", width = ""] = /^([<>|=]?)([A-Za-z])(\d*)/.exec(written) ?? [];
  const element = Object.hasOwn(elementTypes, kind + width) ? elementTypes[kind + width] : undefined;
  if (element === undefined || !/^.?[a-z]\d$/.test(written)) {
    const [what, help] = otherKinds[kind] ?? [
      `numbers of the type ${showName(written)}`,
      'Save `x.astype("float64")`.',
    ];
    return unreadable(path, `it holds ${what}, and features are made of numbers`, help);
  }
  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  if (shape.length === 0) return unreadable(path, "it is one number: the first axis of an array counts the examples");
  const count = sizeOf(shape);
  const expected = start + count * Number(width);
  const elements = `${shape.join(" x ")} elements of ${kind}${width}`;
  if (bytes.length < expected)
    return damaged(path, bytes.length, `it ends here, but ${elements} need ${expected} bytes`);
  if (bytes.length > expected)
    return damaged(path, expected, `${bytes.length - expected} bytes follow the ${elements} that it declares`);
  const places = order === "True" ? fortranPlaces(shape, count) : undefined;
  const placeOf = (at: number): number => start + Number(width) * (places === undefined ? at : elementAt(places, at));
  const data = new element.Holder(count);
  const isLittle = sign !== ">";
  for (let at = 0; at < count; at++) data[at] = element.read(view, placeOf(at), isLittle);
  const { readExactly } = element;
  if (!isExact || readExactly === undefined) return success({ shape, data });
  const integers = BigInt64Array.from({ length: count }, (_, at) => readExactly(view, placeOf(at), isLittle));
  return success({ shape, data, integers });
}

/** Where each element, the last axis running first, stands in a file whose first axis runs first. */
function fortranPlaces(shape: readonly number[], count: number): Float64Array {
  const places = new Float64Array(count);
  const step = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  for (let at = 1; at < count; at++) {
    let place = elementAt(places, at - 1);
    let axis = shape.length - 1;
    for (; elementAt(index, axis) + 1 === shape[axis]; axis--) {
      place -= elementAt(index, axis) * elementAt(step, axis);
      index[axis] = 0;
    }
    index[axis] = elementAt(index, axis) + 1;
    places[at] = place + elementAt(step, axis);
  }
  return places;
}
