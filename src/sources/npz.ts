import { elementAt } from "../support/element-at.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import { defineSource } from "./define-source.ts";
import { damaged, lacksField, unreadable } from "./file-problems.ts";
import { isNpy, parseNpy } from "./parse-npy.ts";
import type { Column, DataProblem } from "./raw-data.ts";
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
      if (entry === undefined) return lacksField(place, "array", name, namesOf(arrays.value));
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

/**
 * The list of files with which a zip file ends.
 *
 * Source: PKWARE Inc., ".ZIP File Format Specification", 4.3.12 and 4.3.16.
 */
function readDirectory(bytes: Uint8Array, path: string): Result<readonly Entry[], DataProblem> {
  const view = viewOf(bytes);
  if (isNpy(bytes))
    return unreadable(
      path,
      "it is one array, of `numpy.save`",
      'Such files are read by `npy(x="x.npy")`, one for each field.',
    );
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

/** The names of the arrays of a file. */
const namesOf = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((it) => (it.name.endsWith(".npy") ? [it.name.slice(0, -4)] : []));
