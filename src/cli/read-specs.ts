import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { ProgramHost } from "../analyze/program.ts";
import type { SourceFile } from "../support/source.ts";
import { UsageError } from "./exit-code.ts";

/** Folders that a search for specs leaves out. */
const skipped = new Set(["node_modules", "dist", ".git"]);

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function specsIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory())
        return skipped.has(entry.name) || entry.name.startsWith(".") ? [] : specsIn(join(folder, entry.name));
      return entry.name.endsWith(".model") ? [join(folder, entry.name)] : [];
    });
}

/** The spec files that arguments name: files as they are, folders with all `.model` files below them. */
export function findSpecs(paths: readonly string[]): readonly string[] {
  const found = (paths.length === 0 ? ["."] : paths).flatMap((path) => (isFolder(path) ? specsIn(path) : [path]));
  if (found.length === 0) throw new UsageError(`There are no .model files in ${paths.join(", ") || "this folder"}.`);
  return [...new Set(found)];
}

/** The bytes of a file that an option names. */
export function readFileBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw new UsageError(`There is no file ${path}.`);
    throw new UsageError(`I cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The text of a spec file. Bytes that are no UTF-8 become U+FFFD, which the lexer reports with their place. */
export function readSpec(path: string): SourceFile {
  try {
    return { path, text: readFileSync(path, "utf8").replace(/^\uFEFF/, "") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw new UsageError(`There is no file ${path}.`);
    if (code === "EISDIR") throw new UsageError(`${path} is a folder: name a .model file in it.`);
    throw new UsageError(`I cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Imports are read from disk, relative to the file that imports. */
export const diskHost: ProgramHost = {
  read(path) {
    try {
      return { path, text: readFileSync(path, "utf8") };
    } catch {
      return undefined;
    }
  },
  resolve: (from, to) => {
    const path = resolve(dirname(from), to);
    const near = relative(process.cwd(), path);
    return near.startsWith("..") ? path : near;
  },
};
