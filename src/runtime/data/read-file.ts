import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { createGunzip, gunzipSync, type Gunzip } from "node:zlib";
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

/** How many bytes a file has, unpacked where it is gzipped; undefined where it is none that can be read bit by bit. */
export function sizeOfFile(path: string): number | undefined {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return undefined;
    const { isPacked, last } = endsOf(path, stats.size);
    // The last bytes say what it unpacks to, but for what is beyond 4 GB.
    return isPacked ? Math.max(stats.size, last.getUint32(0, true)) : stats.size;
  } catch {
    // Whoever reads it says why it cannot be read.
    return undefined;
  }
}

/** So many bytes are read at a time. */
const chunk = 2 ** 20;

/** The bytes of a file bit by bit, unpacked where they are gzipped; throws {@link DataFault} where they cannot be read. */
export async function* streamBytes(path: string): AsyncGenerator<Uint8Array, void> {
  const file = createReadStream(path, { highWaterMark: chunk });
  let unpacker: Gunzip | undefined;
  let packed = 0;
  let read = 0;
  try {
    packed = statSync(path).size;
    if (endsOf(path, packed).isPacked) unpacker = createGunzip({ chunkSize: chunk });
    if (unpacker !== undefined) file.on("error", (error) => unpacker?.destroy(error));
    const source: AsyncIterable<Uint8Array> = unpacker === undefined ? file : file.pipe(unpacker);
    for await (const bytes of source) {
      read += bytes.length;
      if (unpacker !== undefined && read > unpackedLimit(packed)) throw new DataFault(unpacksToTooMuch(path, packed));
      yield bytes;
    }
  } catch (error) {
    if (error instanceof DataFault) throw error;
    const isSystem = error instanceof Error && "syscall" in error;
    throw new DataFault(
      unpacker === undefined || isSystem
        ? problem("MC6001", { path, reason: reasonOf(error).reason })
        : badGzip(path, packed),
    );
  } finally {
    file.destroy();
    unpacker?.destroy();
  }
}

/** Whether a file of so many bytes is gzipped, by the first of them, and the last four. */
function endsOf(path: string, size: number): { readonly isPacked: boolean; readonly last: DataView } {
  const [start, end] = [new Uint8Array(2), new Uint8Array(4)];
  const descriptor = openSync(path, "r");
  try {
    readSync(descriptor, start, 0, 2, 0);
    readSync(descriptor, end, 0, 4, Math.max(0, size - 4));
  } finally {
    closeSync(descriptor);
  }
  return { isPacked: start[0] === 0x1f && start[1] === 0x8b, last: new DataView(end.buffer) };
}
