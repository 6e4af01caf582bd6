import { readFileSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { readImportPath } from "../analyze/import-path.ts";
import { isFolder } from "./is-folder.ts";
import type { MissingImport, UnreadableFile } from "../analyze/program.ts";

/**
 * Where what an import names is on disk: a file relative to the one that imports, or a file of a package in the nearest
 * `node_modules` above it, as Node finds modules. A package says by `exports` what may be imported, where it has that; no
 * import of a package leads out of it.
 */
export function resolveImport(from: string, to: string): string | MissingImport | UnreadableFile {
  const read = readImportPath(to);
  if (read.kind === "refused") return { unreadable: read.reason };
  const folder = dirname(resolve(from));
  if (read.kind === "package") return inPackage(folder, to, read.name, read.path);
  const path = resolve(folder, to);
  const own = packageAround(folder);
  const real = realPath(path) ?? path;
  if (own !== undefined && !(isWithin(own, path) && isWithin(realpathSync(own), real)))
    return { unreadable: `it leads out of the package in ${shown(own)}` };
  return shown(path);
}

function inPackage(folder: string, to: string, name: string, path: string): string | MissingImport | UnreadableFile {
  const searched = foldersAbove(folder);
  const root = searched.map((it) => join(it, name)).find(isFolder);
  if (root === undefined) {
    const places = searched.filter(isFolder);
    const where = places.length === 0 ? "there is none above this file" : `I looked in ${places.map(shown).join(", ")}`;
    return { missing: `no \`node_modules\` has the package \`${name}\`: ${where}` };
  }
  const file = hasExports(root) ? exported(folder, to) : join(root, path);
  if (file === undefined) return { missing: `the package in ${shown(root)} exports no \`./${path}\`` };
  const real = realPath(file);
  if (real === undefined) return { missing: `I looked for ${shown(file)}` };
  if (!isWithin(realpathSync(root), real)) return { unreadable: `it leads out of the package in ${shown(root)}` };
  return shown(real);
}

/** The `node_modules` of a folder and of all above it, the nearest first. */
function foldersAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  const rest = above === folder ? [] : foldersAbove(above);
  return folder.endsWith(`${sep}node_modules`) ? rest : [join(folder, "node_modules"), ...rest];
}

/** The package that a folder lies in, where it lies in a `node_modules`. */
function packageAround(folder: string): string | undefined {
  const [, root] = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)(?:[\\/]|$)/.exec(folder) ?? [];
  return root;
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function hasExports(root: string): boolean {
  try {
    const described: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return typeof described === "object" && described !== null && "exports" in described;
  } catch {
    return false;
  }
}

/** The file that a package gives for what a file in `folder` imports, by the rules of Node. */
function exported(folder: string, to: string): string | undefined {
  try {
    // Loaded where it is needed: it would take a millisecond of every start.
    const { createRequire } = process.getBuiltinModule("node:module");
    return createRequire(join(folder, "importing.js")).resolve(to);
  } catch {
    return undefined;
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** A path as people are shown it: relative where it lies below the working folder. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") || near === "" ? path : near;
}
