import { gunzipSync } from "node:zlib";
import { failure, success, type Result } from "../../support/result.ts";
import { readRegularFile } from "../read-regular-file.ts";
import { problem, type DataProblem } from "../../sources/raw-data.ts";
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
    return failure(
      problem("MC6002", { path, offset: bytes.length, problem: "the gzip stream ends early or is corrupt" }),
    );
  }
}
