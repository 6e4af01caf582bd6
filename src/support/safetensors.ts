import { elementSize, type ElementType } from "./element-bytes.ts";
import { fault, required } from "./fault.ts";
import { jsonKeys } from "./json-keys.ts";
import { showName, showText } from "./show-text.ts";

/** One tensor as a `.safetensors` file holds it: row-major little-endian bytes. */
export interface SafeTensor {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Where a tensor's bytes lie, counted from the start of the file. */
export interface TensorPlace {
  readonly offset: number;
  readonly length: number;
}

/** A parsed file. The tensors' bytes are views of the bytes read; keep these unchanged. */
export interface SafeTensorsFile {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly places: ReadonlyMap<string, TensorPlace>;
}

/** What is wrong with a file, and the byte at which it shows. */
export interface SafeTensorsError {
  readonly message: string;
  readonly offset: number;
  /** The file is whole, and holds an element type that is not read here. */
  readonly isUnsupported?: true;
}

export type SafeTensorsResult =
  { readonly ok: true; readonly file: SafeTensorsFile } | { readonly ok: false; readonly error: SafeTensorsError };

const toTag: Readonly<Record<ElementType, string>> = {
  f16: "F16",
  bf16: "BF16",
  f32: "F32",
  f64: "F64",
  i8: "I8",
  i32: "I32",
  i64: "I64",
  u8: "U8",
  u32: "U32",
  bool: "BOOL",
};

const fromTag: ReadonlyMap<string, ElementType> = new Map(
  Object.entries(toTag).map(([type, tag]): [string, ElementType] => [tag, type as ElementType]),
);

/** Limit of the reference implementation (huggingface/safetensors) on the header, in bytes. */
const headerLimit = 100_000_000;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How a file is laid out besides. */
export interface SafeTensorsLayout {
  /** The header's bytes, where what is written takes no more. */
  readonly headerBytes?: number;
  /** The tensors that lie behind all others, so that these lie where they would without them. */
  readonly behind?: (name: string) => boolean;
}

/**
 * A `.safetensors` file of tensors: the same bytes for the same tensors in any order. Tensors lie wider elements first
 * and then by name, so that each is aligned to its element; the header is padded to 8 bytes.
 * Format: https://github.com/huggingface/safetensors#format
 */
export function writeSafetensors(
  tensors: Iterable<SafeTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
  { headerBytes = 0, behind = () => false }: SafeTensorsLayout = {},
): { readonly bytes: Uint8Array; readonly places: ReadonlyMap<string, TensorPlace> } {
  const sorted = [...tensors].sort(
    (a, b) =>
      Number(behind(a.name)) - Number(behind(b.name)) ||
      elementSize[b.dtype] - elementSize[a.dtype] ||
      byText(a.name, b.name),
  );
  const header = new Map<string, unknown>();
  if (metadata.size > 0) {
    header.set("__metadata__", Object.fromEntries([...metadata].sort(([a], [b]) => byText(a, b))));
  }
  let end = 0;
  for (const tensor of sorted) {
    const expected = tensor.shape.reduce((a, b) => a * b, elementSize[tensor.dtype]);
    if (tensor.bytes.byteLength !== expected) {
      fault(`tensor ${tensor.name} has ${tensor.bytes.byteLength} bytes where its type takes ${expected}`);
    }
    if (header.has(tensor.name) || tensor.name === "__metadata__") fault(`two tensors named ${tensor.name}`);
    header.set(tensor.name, { dtype: toTag[tensor.dtype], shape: tensor.shape, data_offsets: [end, end + expected] });
    end += expected;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(Math.max(text.byteLength, headerBytes) / 8) * 8;
  const start = 8 + headerLength;
  const bytes = new Uint8Array(start + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, start);
  bytes.set(text, 8);
  const places = new Map<string, TensorPlace>();
  let at = start;
  for (const tensor of sorted) {
    bytes.set(tensor.bytes, at);
    places.set(tensor.name, { offset: at, length: tensor.bytes.byteLength });
    at += tensor.bytes.byteLength;
  }
  return { bytes, places };
}

/** Parses a `.safetensors` file and checks all that its format promises; never throws. */
export function readSafetensors(bytes: Uint8Array): SafeTensorsResult {
  const failed = (message: string, offset: number): SafeTensorsResult => ({ ok: false, error: { message, offset } });
  if (bytes.byteLength < 8) {
    return failed(
      `the file ends after ${bytes.byteLength} bytes; a .safetensors file begins with 8 bytes of length`,
      bytes.byteLength,
    );
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(headerLimit)) return failed(`its header claims ${length} bytes: this is no .safetensors file`, 0);
  const start = 8 + Number(length);
  if (start > bytes.byteLength) {
    return failed(
      `the file is truncated: its header should end at byte ${start}, the file ends at ${bytes.byteLength}`,
      bytes.byteLength,
    );
  }
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, start));
    header = JSON.parse(text);
  } catch (error) {
    return failed(`its header is no JSON: ${showText(error instanceof Error ? error.message : String(error), 200)}`, 8);
  }
  if (!isRecord(header)) return failed("its header is no JSON object", 8);
  const { outer, repeated } = jsonKeys(text);
  const byteAt = (unit: number): number => 8 + new TextEncoder().encode(text.slice(0, unit)).byteLength;
  if (repeated !== undefined) {
    return failed(
      `its header has the key ${showName(JSON.stringify(repeated.key))} twice in one object`,
      byteAt(repeated.at),
    );
  }

  const metadata = new Map<string, string>();
  const found: {
    readonly name: string;
    readonly dtype: ElementType;
    readonly shape: readonly number[];
    readonly range: readonly [number, number];
  }[] = [];
  const placeOf = (name: string): number => byteAt(required(outer.get(name), `the place of ${name}`));
  for (const [name, value] of Object.entries(header)) {
    const failedHere = (message: string): SafeTensorsResult => failed(message, placeOf(name));
    if (name === "__metadata__") {
      if (!isRecord(value)) return failedHere("its metadata is no JSON object");
      for (const [key, entry] of Object.entries(value)) {
        if (typeof entry !== "string") return failedHere(`its metadata has "${showName(key)}" that is no text`);
        metadata.set(key, entry);
      }
      continue;
    }
    const entry = readEntry(value);
    if (typeof entry === "string") return failedHere(`tensor "${showName(name)}" ${entry}`);
    if ("tag" in entry) {
      const type = showName(JSON.stringify(entry.tag));
      const message = `tensor "${showName(name)}" has the element type ${type}, which is not supported`;
      return { ok: false, error: { message, offset: placeOf(name), isUnsupported: true } };
    }
    found.push({ name, ...entry });
  }

  found.sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1]);
  let end = 0;
  for (const { name, range } of found) {
    if (range[0] !== end) {
      return failed(
        `tensor "${showName(name)}" begins at byte ${start + range[0]} where ${start + end} was expected`,
        start + end,
      );
    }
    end = range[1];
    if (start + end > bytes.byteLength) {
      return failed(
        `the file is truncated: tensor "${showName(name)}" ends at byte ${start + end}, the file at ${bytes.byteLength}`,
        bytes.byteLength,
      );
    }
  }
  if (start + end !== bytes.byteLength) {
    return failed(`the file has ${bytes.byteLength - start - end} bytes after its last tensor`, start + end);
  }

  const byName = [...found].sort((a, b) => byText(a.name, b.name));
  return {
    ok: true,
    file: {
      metadata,
      tensors: new Map(
        byName.map(({ name, dtype, shape, range }) => [
          name,
          { name, dtype, shape, bytes: bytes.subarray(start + range[0], start + range[1]) },
        ]),
      ),
      places: new Map(
        byName.map(({ name, range }) => [name, { offset: start + range[0], length: range[1] - range[0] }]),
      ),
    },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((it) => Number.isSafeInteger(it) && it >= 0 && !Object.is(it, -0));
}

/** What a header says of a tensor, the tag of an element type that is not known, or what is wrong. */
function readEntry(
  value: unknown,
):
  | string
  | { readonly tag: unknown }
  | { readonly dtype: ElementType; readonly shape: readonly number[]; readonly range: readonly [number, number] } {
  if (!isRecord(value)) return "is no JSON object";
  const { dtype: tag, shape, data_offsets: offsets } = value;
  if (tag === undefined) return "has no element type";
  const dtype = typeof tag === "string" ? fromTag.get(tag) : undefined;
  if (dtype === undefined) return { tag };
  if (!isSizes(shape)) return "has no valid shape";
  if (!isSizes(offsets)) return "has no valid offsets";
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || end < begin) return "has no valid offsets";
  // Not 0 times infinity: sizes may be as great as they please where one of them is 0.
  const expected = shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, elementSize[dtype]);
  if (end - begin !== expected) return `has ${end - begin} bytes where its type takes ${expected}`;
  return { dtype, shape, range: [begin, end] };
}
