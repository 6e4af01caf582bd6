import { globSource, isGlob } from "../support/glob.ts";
import type { SourceFiles } from "./define-source.ts";
import { listFiles } from "./list-files.ts";

/** Files that a source names: their folder, and their paths from there, in the order of code points. */
export interface FoundFiles {
  readonly folder: string;
  readonly paths: readonly string[];
}

/**
 * The files that a path names: a pattern (`clips/*.wav`, `clips/**`), a folder with all below it whose names end in
 * `ending`, or a file whose name ends so. Undefined where the folder is not there.
 */
export function findFiles(files: SourceFiles, path: string, ending: RegExp): FoundFiles | undefined {
  const names = path.split("/");
  const fixed = names.findIndex((it) => isGlob(it));
  if (fixed === -1) {
    const folder = folderOf(path, files);
    const paths = listFiles(files, folder);
    if (paths !== undefined) return { folder, paths: paths.filter((it) => ending.test(it)) };
    if (!ending.test(path)) return undefined;
    const place = files.placeOf(path);
    const end = place.lastIndexOf("/");
    return { folder: end === -1 ? "." : place.slice(0, end), paths: [place.slice(end + 1)] };
  }
  const folder = folderOf(names.slice(0, fixed).join("/") || (path.startsWith("/") ? "/" : "."), files);
  const matches = new RegExp(`^${globSource(names.slice(fixed).join("/"), { braces: true, dots: false })}$`, "su");
  const paths = listFiles(files, folder);
  return paths && { folder, paths: paths.filter((it) => matches.test(it)) };
}

/** The place of a folder; that of `--data`, where it holds none of this name, is the folder itself. */
export function folderOf(name: string, files: SourceFiles): string {
  const place = files.placeOf(name);
  const { override } = files;
  return override !== undefined && files.list(place) === undefined && files.list(override) !== undefined
    ? override
    : place;
}
