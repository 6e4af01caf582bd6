import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { failure, success, type Result } from "../../support/result.ts";
import { problem, type DataProblem } from "./raw-data.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "I may not open it",
  EISDIR: "it is a folder",
};

/** The bytes of a file, unpacked where they are gzipped. */
export function readBytes(path: string): Result<Uint8Array, DataProblem> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
    return failure(problem("MC6001", { path, reason: reasons[code] ?? (code || "it cannot be read") }));
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return success(bytes);
  try {
    return success(gunzipSync(bytes));
  } catch {
    return failure(
      problem("MC6002", { path, offset: bytes.length, problem: "the gzip stream ends early or is corrupt" }),
    );
  }
}
