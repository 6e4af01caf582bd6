import { elementAt } from "./element-at.ts";
import { fault } from "./fault.ts";

/** Element types that have a byte form; the same names as the IR's dtypes. */
export type ElementType = "f16" | "bf16" | "f32" | "f64" | "i8" | "i32" | "i64" | "u8" | "u32" | "bool";

/** Bytes of one element. */
export const elementSize: Readonly<Record<ElementType, number>> = {
  f16: 2,
  bf16: 2,
  f32: 4,
  f64: 8,
  i8: 1,
  i32: 4,
  i64: 8,
  u8: 1,
  u32: 4,
  bool: 1,
};

const scratch = new DataView(new ArrayBuffer(8));

/** The bits of the nearest f32, of which bf16 is the upper half. */
function floatBits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

/** A number as the 16 bits of the nearest f16, ties to even; what is too large becomes infinite. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Infinity || size >= 65520) return sign | 0x7c00;
  // Subnormals are multiples of 2^-24; a rounding up to 1024 of them carries into the smallest normal by itself.
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
  const exponent = exponentOf(size);
  const mantissa = roundToEven((size / 2 ** exponent) * 1024);
  return sign | (((exponent + 15) << 10) + (mantissa - 1024));
}

/** The value of 16 bits of f16. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

/** A number as the 16 bits of the nearest bf16 by way of f32, ties to even. */
export function toBrainHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  const bits = floatBits(value);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The value of 16 bits of bf16. */
export function fromBrainHalf(bits: number): number {
  scratch.setUint32(0, (bits << 16) >>> 0);
  return scratch.getFloat32(0);
}

function exponentOf(size: number): number {
  scratch.setFloat64(0, size);
  return ((scratch.getUint16(0) >>> 4) & 0x7ff) - 1023;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

type Write = (view: DataView, at: number, value: number) => void;
type Read = (view: DataView, at: number) => number;

const writers: Readonly<Record<ElementType, Write>> = {
  f16: (view, at, value) => {
    view.setUint16(at, toHalf(value), true);
  },
  bf16: (view, at, value) => {
    view.setUint16(at, toBrainHalf(value), true);
  },
  f32: (view, at, value) => {
    view.setFloat32(at, value, true);
  },
  f64: (view, at, value) => {
    view.setFloat64(at, value, true);
  },
  i8: (view, at, value) => {
    view.setInt8(at, value);
  },
  i32: (view, at, value) => {
    view.setInt32(at, value, true);
  },
  i64: (view, at, value) => {
    view.setBigInt64(at, BigInt(Math.trunc(value)), true);
  },
  u8: (view, at, value) => {
    view.setUint8(at, value);
  },
  u32: (view, at, value) => {
    view.setUint32(at, value, true);
  },
  bool: (view, at, value) => {
    view.setUint8(at, value === 0 ? 0 : 1);
  },
};

const readers: Readonly<Record<ElementType, Read>> = {
  f16: (view, at) => fromHalf(view.getUint16(at, true)),
  bf16: (view, at) => fromBrainHalf(view.getUint16(at, true)),
  f32: (view, at) => view.getFloat32(at, true),
  f64: (view, at) => view.getFloat64(at, true),
  i8: (view, at) => view.getInt8(at),
  i32: (view, at) => view.getInt32(at, true),
  i64: (view, at) => Number(view.getBigInt64(at, true)),
  u8: (view, at) => view.getUint8(at),
  u32: (view, at) => view.getUint32(at, true),
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
};

/**
 * Numbers as little-endian bytes of an element type, rounded to it. One number fills all `count` elements; integers
 * that do not fit wrap around.
 */
export function encodeElements(type: ElementType, data: number | ArrayLike<number>, count: number): Uint8Array {
  const size = elementSize[type];
  const bytes = new Uint8Array(count * size);
  const view = new DataView(bytes.buffer);
  const write = writers[type];
  for (let i = 0; i < count; i++) {
    write(view, i * size, typeof data === "number" ? data : (data[i] ?? fault(`element ${i} of ${count}`)));
  }
  return bytes;
}

/** Little-endian bytes of an element type as numbers; i64 beyond 2^53 loses its low bits. */
export function decodeElements(type: ElementType, bytes: Uint8Array): Float64Array {
  const size = elementSize[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readers[type];
  return Float64Array.from({ length: Math.floor(bytes.byteLength / size) }, (_, i) => read(view, i * size));
}

/** Little-endian bytes of 64-bit integers, exactly. */
export function decodeIntegers(bytes: Uint8Array): BigInt64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return BigInt64Array.from({ length: bytes.byteLength / elementSize.i64 }, (_, i) =>
    view.getBigInt64(i * elementSize.i64, true),
  );
}

/** Bits of the exponent of floats, in their last two bytes: where all are set, a number is infinite or none. */
const exponentBits: Readonly<Partial<Record<ElementType, number>>> = {
  f16: 0x7c00,
  bf16: 0x7f80,
  f32: 0x7f80,
  f64: 0x7ff0,
};

/** The index of the first element that is NaN or infinite, or undefined. */
export function firstNonFinite(type: ElementType, bytes: Uint8Array): number | undefined {
  const exponent = exponentBits[type];
  if (exponent === undefined) return undefined;
  const size = elementSize[type];
  const [high, low] = [exponent >>> 8, exponent & 0xff];
  for (let end = size; end <= bytes.byteLength; end += size) {
    if ((elementAt(bytes, end - 1) & high) === high && (elementAt(bytes, end - 2) & low) === low) return end / size - 1;
  }
  return undefined;
}
