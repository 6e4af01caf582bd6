import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { createGunzip, gunzipSync } from "node:zlib";
import { failure, success, type Result } from "../../support/result.ts";
import { readRegularFile, reasonOf } from "../read-regular-file.ts";
import { DataFault, problem, type DataProblem } from "../../sources/raw-data.ts";
import { unpackedLimit, unpacksToTooMuch } from "../../sources/unpacked-limit.ts";

/** The bytes of a file, unpacked where they are gzipped. */
export function readBytes(path: string): Result<Uint8Array, DataProblem> {
  const read = readRegularFile(path);
  if (!read.ok) return failure(problem("MC6001", { path, reason: read.error.reason }));
  const bytes = read.value;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return success(bytes);
  try {
    return success(gunzipSync(bytes, { maxOutputLength: unpackedLimit(bytes.length) }));
  } catch (error) {
    const isTooMuch = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    if (isTooMuch) return failure(unpacksToTooMuch(path, bytes.length));
    return failure(badGzip(path, bytes.length));
  }
}

const badGzip = (path: string, offset: number): DataProblem =>
  problem("MC6002", { path, offset, problem: "the gzip stream ends early or is corrupt" });

/** How many bytes a file has as it lies there; undefined where it is none that can be read bit by bit. */
export function sizeOfFile(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : undefined;
}

/** So many bytes are read at a time. */
const chunk = 2 ** 20;

/** The bytes of a file bit by bit, unpacked where they are gzipped; throws {@link DataFault} where they cannot be read. */
export async function* streamBytes(path: string): AsyncGenerator<Uint8Array, void> {
  const file = createReadStream(path, { highWaterMark: chunk });
  const start = readStart(path);
  const isPacked = start[0] === 0x1f && start[1] === 0x8b;
  const unpacker = isPacked ? createGunzip({ chunkSize: chunk }) : undefined;
  const limit = isPacked ? unpackedLimit(sizeOfFile(path) ?? 0) : Infinity;
  let read = 0;
  try {
    const source: AsyncIterable<Uint8Array> = unpacker === undefined ? file : file.pipe(unpacker);
    if (unpacker !== undefined) file.on("error", (error) => unpacker.destroy(error));
    for await (const bytes of source) {
      read += bytes.length;
      if (read > limit) throw new DataFault(unpacksToTooMuch(path, sizeOfFile(path) ?? 0));
      yield bytes;
    }
  } catch (error) {
    if (error instanceof DataFault) throw error;
    const isSystem = error instanceof Error && "syscall" in error;
    throw new DataFault(
      isPacked && !isSystem
        ? badGzip(path, sizeOfFile(path) ?? 0)
        : problem("MC6001", { path, reason: reasonOf(error).reason }),
    );
  } finally {
    file.destroy();
    unpacker?.destroy();
  }
}

/** The first bytes of a file. */
function readStart(path: string): Uint8Array {
  const start = new Uint8Array(2);
  const descriptor = openSync(path, "r");
  try {
    readSync(descriptor, start);
  } finally {
    closeSync(descriptor);
  }
  return start;
}
