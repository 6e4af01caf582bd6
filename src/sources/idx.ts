import { failure, success, type Result } from "../support/result.ts";
import { defineSource, type SourceFiles } from "./define-source.ts";
import { problem, sizeOf, type Column, type DataProblem, type SourceData } from "./raw-data.ts";

/** One IDX file for each field: `images="..."` is read as `raw.image`. */
export const idx = defineSource({
  name: "idx",
  doc:
    "`raw.image`, `raw.label`: the names without a final `s`; an element of the file's first axis each, " +
    "shaped as the feature that reads it (axes of size 1 may differ)",
  arguments: {},
  fieldArguments: {
    schema: { kind: "string" },
    like: ["images", "labels"],
    fieldOf: (argument) => argument.replace(/s$/, ""),
  },
  fields: ({ byField }) => ({
    kind: "listed",
    shapes: Object.fromEntries(Object.keys(byField).map((name) => [name, "declared"])),
  }),
  load: ({ byField, files }) =>
    loadIdxFiles(
      Object.entries(byField).map(([name, file]) => [name, files.placeOf(file)]),
      files,
    ),
});

/** The tensors of IDX files as columns, each by the name of its field. */
export async function loadIdxFiles(
  places: readonly (readonly [field: string, place: string])[],
  files: SourceFiles,
): Promise<Result<SourceData, DataProblem>> {
  const columns: Column[] = [];
  for (const [name, place] of places) {
    const bytes = await files.read(place);
    if (!bytes.ok) return bytes;
    const tensor = parseIdx(bytes.value, place);
    if (!tensor.ok) return tensor;
    columns.push({ name, shape: tensor.value.shape.slice(1), data: tensor.value.data, from: place });
  }
  return success({ kind: "columns", columns });
}

/** An IDX tensor: the first dimension counts the examples. */
export interface IdxTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
}

type Reader = (view: DataView, at: number) => number;

interface ElementType {
  /** Bytes of one element. */
  readonly size: number;
  /** What holds every element exactly. */
  readonly Holder: Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor;
  readonly read: Reader;
}

/** Element types of the format. */
const elementTypes: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [0x08, { size: 1, Holder: Int32Array, read: (view, at) => view.getUint8(at) }],
  [0x09, { size: 1, Holder: Int32Array, read: (view, at) => view.getInt8(at) }],
  [0x0b, { size: 2, Holder: Int32Array, read: (view, at) => view.getInt16(at) }],
  [0x0c, { size: 4, Holder: Int32Array, read: (view, at) => view.getInt32(at) }],
  [0x0d, { size: 4, Holder: Float32Array, read: (view, at) => view.getFloat32(at) }],
  [0x0e, { size: 8, Holder: Float64Array, read: (view, at) => view.getFloat64(at) }],
]);

/**
 * Parses the bytes of an IDX file; `path` is for messages.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "File formats".
 */
export function parseIdx(bytes: Uint8Array, path: string): Result<IdxTensor, DataProblem> {
  const damaged = (offset: number, what: string): Result<IdxTensor, DataProblem> =>
    failure(problem("MC6002", { path, offset, problem: what }));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 0) return damaged(0, "the file is empty");
  if (bytes.length < 4) return damaged(bytes.length, "the file ends within its first four bytes");
  if (view.getUint16(0) !== 0) return damaged(0, "an IDX file begins with two zero bytes");
  const element = elementTypes.get(view.getUint8(2));
  if (element === undefined)
    return damaged(2, `unknown element type 0x${view.getUint8(2).toString(16).padStart(2, "0")}`);
  const rank = view.getUint8(3);
  if (rank === 0) return damaged(3, "an IDX file has at least one dimension");
  const start = 4 + 4 * rank;
  if (bytes.length < start) return damaged(bytes.length, `the file ends within its ${rank} dimensions`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = sizeOf(shape);
  const expected = start + count * element.size;
  if (bytes.length < expected) {
    return damaged(bytes.length, `the file ends here, but ${shape.join(" x ")} elements need ${expected} bytes`);
  }
  if (bytes.length > expected) {
    return damaged(
      expected,
      `${bytes.length - expected} bytes follow the ${shape.join(" x ")} elements that it declares`,
    );
  }
  const data = new element.Holder(count);
  if (view.getUint8(2) === 0x08) data.set(bytes.subarray(start));
  else for (let i = 0; i < count; i++) data[i] = element.read(view, start + i * element.size);
  return success({ shape, data });
}
