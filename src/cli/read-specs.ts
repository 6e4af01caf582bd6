import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { ProgramHost } from "../analyze/program.ts";
import { readRegularFile, type ReadProblem } from "../runtime/read-regular-file.ts";
import { failure, success, type Result } from "../support/result.ts";
import type { SourceFile } from "../support/source.ts";
import { UsageError } from "./exit-code.ts";
import { isFolder } from "./is-folder.ts";
import { resolveImport } from "./resolve-import.ts";

/** The bytes of a file that an option names. */
export function readFileBytes(path: string): Uint8Array {
  const read = readRegularFile(path);
  if (read.ok) return read.value;
  throw new UsageError(
    read.error.missing ? `There is no file ${path}.` : `I cannot read ${path}: ${read.error.reason}.`,
  );
}

/** The largest spec, in bytes: some hundred thousand lines. */
const largestSpec = 4 * 2 ** 20;

/**
 * Reads a spec: a regular file whose own name, behind all links, ends in `.model`. What findings quote is therefore never
 * another kind of file. Bytes that are no UTF-8 become U+FFFD, which the lexer reports with their place.
 */
function readSpecFile(path: string): Result<SourceFile, ReadProblem> {
  const read = readRegularFile(path, largestSpec);
  if (!read.ok) return read;
  const real = realpathSync(path);
  if (!real.endsWith(".model")) {
    const reason =
      real === resolve(path) ? "its name does not end in .model" : "it is a link to what is no .model file";
    return failure({ missing: false, reason });
  }
  return success({ path, text: read.value.toString("utf8").replace(/^\uFEFF/, "") });
}

/** A spec file that the command line names. */
export function readSpec(path: string): SourceFile {
  const read = readSpecFile(path);
  if (read.ok) return read.value;
  const { missing, reason } = read.error;
  if (missing) throw new UsageError(`There is no file ${path}.`);
  if (isFolder(path)) throw new UsageError(`${path} is a folder: name a .model file in it.`);
  throw new UsageError(`I cannot read ${path}: ${reason}.`);
}

/** Imports are read from disk: relative to the file that imports, and from packages in `node_modules`. */
export const diskHost: ProgramHost = {
  read(path) {
    const read = readSpecFile(path);
    if (read.ok) return read.value;
    return read.error.missing ? undefined : { unreadable: read.error.reason };
  },
  resolve: resolveImport,
};
