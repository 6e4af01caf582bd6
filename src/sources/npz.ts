import { elementAt } from "../support/element-at.ts";
import { fromHalf } from "../support/element-bytes.ts";
import { nearest } from "../support/nearest.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName, showText } from "../support/show-text.ts";
import { defineSource } from "./define-source.ts";
import { problem, type Column, type DataProblem } from "./raw-data.ts";
import { showRawField } from "./show-raw-field.ts";
import { unpackedLimit, unpacksToTooMuch } from "./unpacked-limit.ts";

/** NumPy's zip files of arrays, as `numpy.savez` and `savez_compressed` write them. */
export const npz = defineSource({
  name: "npz",
  doc:
    "`raw.NAME` for each array of a file of `numpy.savez` or `savez_compressed`: an element of its first axis, " +
    "shaped as the feature that reads it (axes of size 1 may differ). Arrays of truth values, integers and f2 to " +
    "f8 are read, in either order of bytes and of axes, integers of 64 bits exactly; others may lie in the file " +
    "where no feature reads them",
  arguments: { path: { kind: "string" } },
  fields: () => ({ kind: "any", shape: "declared" }),
  load: async ({ arguments: { path }, wanted, files }) => {
    const place = files.placeOf(path);
    const bytes = await files.read(place);
    if (!bytes.ok) return bytes;
    const arrays = readDirectory(bytes.value, place);
    if (!arrays.ok) return arrays;
    let size = 0;
    const columns: Column[] = [];
    for (const { name, type } of wanted) {
      const [entry, another] = arrays.value.filter((it) => it.name === `${name}.npy`);
      const from = `${showName(name)} of ${place}`;
      if (entry === undefined) return failure(noArray(place, name, arrays.value));
      if (another !== undefined) return unreadable(from, "two arrays of the file have this name");
      size += entry.size;
      if (size > unpackedLimit(bytes.value.length)) return failure(unpacksToTooMuch(place, bytes.value.length));
      const content = await unpack(bytes.value, entry, from, place);
      const array = content.ok ? parseNpy(content.value, from, type.dtype === "i64") : content;
      if (!array.ok) return array;
      const { shape, ...data } = array.value;
      columns.push({ name, shape: shape.slice(1), ...data, from });
    }
    return success({ kind: "columns", columns });
  },
});

/** A file within a zip file. */
interface Entry {
  readonly name: string;
  readonly flags: number;
  /** How it is compressed: 0 not at all, 8 deflated. */
  readonly method: number;
  readonly checksum: number;
  /** Bytes in the zip file, and once it is unpacked. */
  readonly packed: number;
  readonly size: number;
  /** Where its own header stands. */
  readonly offset: number;
}

/** What stands for numbers that 32 bits do not hold. */
const beyond = 0xffffffff;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const damaged = (path: string, offset: number, what: string): Failure =>
  failure(problem("MC6002", { path, offset, problem: what }));

const unreadable = (path: string, reason: string, help?: string): Failure =>
  failure(problem("MC6001", { path, reason }, help));

type Failure = Extract<Result<never, DataProblem>, { readonly ok: false }>;

/**
 * The list of files with which a zip file ends.
 *
 * Source: PKWARE Inc., ".ZIP File Format Specification", 4.3.12 and 4.3.16.
 */
function readDirectory(bytes: Uint8Array, path: string): Result<readonly Entry[], DataProblem> {
  const view = viewOf(bytes);
  if (isNpy(bytes))
    return unreadable(path, "it is one array, of `numpy.save`", 'Write it as `numpy.savez("data.npz", x=x)`.');
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return damaged(path, 0, "a .npz file begins with the letters PK");
  let end = bytes.length - 22;
  const isEnd = (at: number): boolean =>
    view.getUint32(at, true) === 0x06054b50 && at + 22 + view.getUint16(at + 20, true) === bytes.length;
  while (end >= 0 && !isEnd(end)) end -= 1;
  const cut = "it was most likely not copied or downloaded whole";
  if (end < 0) return damaged(path, bytes.length, `the file ends before the list of its arrays: ${cut}`);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (count === 0xffff || start === beyond) return unreadable(path, "it is larger than 4 GiB");
  const stop = start + view.getUint32(end + 12, true);
  if (stop !== end)
    return damaged(path, end, `the list of its arrays ends here, and should end at byte ${stop}: ${cut}`);
  const entries: Entry[] = [];
  let at = start;
  while (entries.length < count) {
    const isEntry = at + 46 <= end && view.getUint32(at, true) === 0x02014b50;
    const lengthAt = (offset: number): number => (isEntry ? view.getUint16(at + offset, true) : 0);
    const name = lengthAt(28);
    const next = at + 46 + name + lengthAt(30) + lengthAt(32);
    if (!isEntry || next > end)
      return damaged(path, at, `${count} arrays are listed, and number ${entries.length + 1} should be here`);
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at = next;
  }
  return success(entries);
}

/** The bytes of a file within a zip file; `from` names it in messages. */
async function unpack(
  bytes: Uint8Array,
  entry: Entry,
  from: string,
  path: string,
): Promise<Result<Uint8Array, DataProblem>> {
  const { flags, method, checksum, packed, size, offset } = entry;
  if ((flags & 1) === 1) return unreadable(from, "it is encrypted");
  if (method !== 0 && method !== 8)
    return unreadable(from, `it is compressed by method ${method}`, "`numpy.savez_compressed` writes what I unpack.");
  if ([packed, size, offset].includes(beyond)) return unreadable(from, "it is larger than 4 GiB");
  const view = viewOf(bytes);
  const isHeader = offset + 30 <= bytes.length && view.getUint32(offset, true) === 0x04034b50;
  if (!isHeader) return damaged(path, offset, `${entry.name} should begin here`);
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > bytes.length)
    return damaged(path, bytes.length, `the file ends here, but ${entry.name} needs ${start + packed} bytes`);
  const content = bytes.subarray(start, start + packed);
  const unpacked = method === 8 ? await inflate(content, checksum, size) : content;
  if (unpacked?.length === size && (method === 8 || checksumOf(unpacked) === checksum)) return success(unpacked);
  return damaged(path, start, `${entry.name} is not what its checksum and its size of ${size} bytes say`);
}

/**
 * Unpacks deflated bytes of which checksum and size are known; undefined where they are others. The platform unpacks
 * gzip everywhere, and checks it: the same bytes between ten before and eight behind.
 */
async function inflate(packed: Uint8Array, checksum: number, size: number): Promise<Uint8Array | undefined> {
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, checksum, true);
  trailer.setUint32(4, size, true);
  const parts = [Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255), Uint8Array.from(packed), trailer];
  const reader = new Blob(parts).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const unpacked = new Uint8Array(size);
  let at = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const chunk: Uint8Array = read.value;
      if (at + chunk.length > size) {
        await reader.cancel();
        return undefined;
      }
      unpacked.set(chunk, at);
      at += chunk.length;
    }
  } catch {
    return undefined;
  }
  return at === size ? unpacked : undefined;
}

/** The CRC-32 of bytes (ISO 3309). */
function checksumOf(bytes: Uint8Array): number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    return rest;
  });
  let sum = beyond;
  for (const byte of bytes) sum = (sum >>> 8) ^ elementAt(table, (sum ^ byte) & 0xff);
  return (sum ^ beyond) >>> 0;
}

function noArray(path: string, name: string, entries: readonly Entry[]): DataProblem {
  const names = entries.flatMap((it) => (it.name.endsWith(".npy") ? [it.name.slice(0, -4)] : []));
  const near = nearest(name, names);
  const listed = names.slice(0, 12).map((it) => `\`${showRawField(showName(it))}\``);
  const more = names.length > 12 ? ` and ${names.length - 12} more` : "";
  const help =
    near !== undefined
      ? `Did you mean \`${showRawField(near)}\`?`
      : `It has ${names.length === 0 ? "no arrays" : `${listed.join(", ")}${more}`}.`;
  return problem("MC6007", { path, kind: "array", name: showName(name) }, help);
}

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

const isNpy = (bytes: Uint8Array): boolean => [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((it, at) => bytes[at] === it);

/**
 * Parses a .npy file, the array that one call of `numpy.save` writes; `path` is for messages.
 *
 * Source: NumPy, `numpy.lib.format`, "Format Version 1.0" to "3.0".
 */
export function parseNpy(bytes: Uint8Array, path: string, isExact: boolean): Result<NpyArray, DataProblem> {
  if (!isNpy(bytes)) return damaged(path, 0, "an array begins with \\x93NUMPY");
  if (bytes.length < 12) return damaged(path, bytes.length, "it ends within its header");
  const view = viewOf(bytes);
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
  const count = shape.reduce((product, it) => product * it, 1);
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
  const step = shape.map((_, axis) => shape.slice(0, axis).reduce((product, it) => product * it, 1));
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
