import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, statSync, type Stats } from "node:fs";
import { failure, success, type Result } from "../support/result.ts";

/** Why a file could not be read: the rest of a sentence such as "I cannot read x: it is a folder". */
export interface ReadProblem {
  readonly missing: boolean;
  readonly reason: string;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "I may not open it",
  EPERM: "I may not open it",
  EISDIR: "it is a folder",
  EROFS: "its disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
  ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GiB",
  ERR_INVALID_ARG_VALUE: "its name has a zero byte",
};

/** What is wrong with a file by the error of a call on it, in plain words where these are known. */
export function reasonOf(error: unknown): ReadProblem {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const known = reasons[code];
  return { missing: known === reasons["ENOENT"], reason: known ?? (code === "" ? "it cannot be read" : code) };
}

function kindOf(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return reasons["EISDIR"];
  return `it is a ${stats.isFIFO() ? "pipe" : stats.isSocket() ? "socket" : "device"}, no file`;
}

/**
 * The bytes of a regular file, at most `limit` of them. Pipes, sockets and devices are not opened: to wait for them, or
 * to read what never ends, would hang.
 */
export function readRegularFile(path: string, limit = Infinity): Result<Buffer, ReadProblem> {
  const other = (reason: string): Result<Buffer, ReadProblem> => failure({ missing: false, reason });
  try {
    const kind = kindOf(statSync(path));
    if (kind !== undefined) return other(kind);
    // What lay there may have been replaced since: then it is not waited for either.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const opened = kindOf(fstatSync(file));
      if (opened !== undefined) return other(opened);
      const bytes = limit === Infinity ? readFileSync(file) : readUpTo(file, limit + 1);
      return bytes.length > limit ? other(`it is larger than ${limit / 2 ** 20} MiB`) : success(bytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return failure(reasonOf(error));
  }
}

/** The first bytes of an open file, whatever length it claims to have. */
function readUpTo(file: number, length: number): Buffer {
  const parts: Buffer[] = [];
  let left = length;
  while (left > 0) {
    const part = Buffer.alloc(Math.min(left, 2 ** 16));
    const read = readSync(file, part);
    if (read === 0) break;
    parts.push(part.subarray(0, read));
    left -= read;
  }
  return Buffer.concat(parts);
}
