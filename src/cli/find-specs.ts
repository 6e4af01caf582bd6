import { existsSync, readdirSync, type Dirent } from "node:fs";
import { join, normalize, resolve } from "node:path";
import { reasonOf } from "../runtime/read-regular-file.ts";
import { UsageError } from "./exit-code.ts";
import { ignoreRulesAbove, ignoreRulesIn, isIgnored, isNamed, slashed, type IgnoreRule } from "./files/gitignore.ts";
import { globSource, isGlob } from "../support/glob.ts";
import { isFolder } from "./is-folder.ts";

/** The specs that arguments name, and what could not be looked through. */
export interface FoundSpecs {
  readonly paths: readonly string[];
  readonly troubles: readonly { readonly path: string; readonly error: UsageError }[];
}

/** What a search in folders leaves out besides what git ignores. */
export interface SearchRules {
  readonly exclude?: readonly IgnoreRule[];
  /** Those of what is looked at, where it is not all. */
  readonly include?: readonly IgnoreRule[];
  readonly gitignore?: boolean;
}

/** Folders that a search for specs leaves out. */
const skipped = new Set(["node_modules", "dist"]);

/**
 * The spec files that arguments name: files as they are, of folders all `.model` files below them, of patterns
 * (`specs/*.model`) those that match. In folders, what is hidden, ignored by git, no file, or behind a link to a folder
 * is left out: links may lead in circles.
 */
export function findSpecs(paths: readonly string[], rules: SearchRules = {}): FoundSpecs {
  const found: string[] = [];
  const troubles: { readonly path: string; readonly error: UsageError }[] = [];
  for (const path of paths.length === 0 ? ["."] : paths) {
    const pattern = isGlob(path) && !existsSync(path) ? path : undefined;
    const folder = pattern === undefined ? path : fixedPart(pattern);
    if (pattern === undefined && !isFolder(path)) {
      found.push(path);
      continue;
    }
    const matches = pattern === undefined ? undefined : matcherOf(pattern);
    const own: string[] = [];
    const search = { own, troubles, matches, include: rules.include, gitignore: rules.gitignore ?? true };
    // In a folder that is left out, all is.
    if (isFolder(folder) && !isNamed(resolve(folder), rules.exclude ?? [], "folder")) {
      const above = search.gitignore ? ignoreRulesAbove(resolve(folder)) : [];
      specsIn(folder, [...above, ...(rules.exclude ?? [])], search);
    }
    if (pattern !== undefined && own.length === 0)
      troubles.push({ path: pattern, error: new UsageError(`There are no .model files that match ${pattern}.`) });
    found.push(...own);
  }
  if (found.length === 0 && troubles.length === 0) {
    const where = paths.join(", ") || "this folder";
    throw new UsageError(
      `There are no .model files in ${where === "." ? "this folder" : where}.`,
      "What git ignores, or a modelc.config.json excludes, is left out.",
    );
  }
  // One file may be named in several ways.
  const seen = new Set<string>();
  const isFirst = (path: string): boolean => !seen.has(path) && seen.add(path).has(path);
  return { paths: found.filter((it) => isFirst(resolve(it))), troubles };
}

interface Search {
  readonly own: string[];
  readonly troubles: { readonly path: string; readonly error: UsageError }[];
  readonly matches: ((path: string) => boolean) | undefined;
  readonly include: readonly IgnoreRule[] | undefined;
  readonly gitignore: boolean;
}

function specsIn(folder: string, rules: readonly IgnoreRule[], search: Search): void {
  let entries: readonly Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const message = `I cannot open the folder ${folder}: ${reasonOf(error).reason}.`;
    search.troubles.push({ path: folder, error: new UsageError(message) });
    return;
  }
  for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) {
      if (skipped.has(entry.name) || isIgnored(resolve(path), true, rules)) continue;
      specsIn(path, search.gitignore ? [...rules, ...ignoreRulesIn(resolve(path))] : rules, search);
      continue;
    }
    const wanted = entry.name.endsWith(".model") && (entry.isFile() || (entry.isSymbolicLink() && !isFolder(path)));
    if (!wanted || isIgnored(resolve(path), false, rules) || search.matches?.(path) === false) continue;
    if (search.include !== undefined && !isNamed(resolve(path), search.include)) continue;
    search.own.push(path);
  }
}

/** The folder above all that a pattern matches: its names before the first sign of a pattern. */
function fixedPart(pattern: string): string {
  const names = slashed(pattern).split("/");
  const fixed = names.slice(
    0,
    names.findIndex((it) => isGlob(it)),
  );
  if (fixed.length === 1 && fixed[0] === "") return "/";
  return fixed.length === 0 ? "." : fixed.join("/");
}

function matcherOf(pattern: string): (path: string) => boolean {
  // As `join` writes paths.
  const normal = slashed(normalize(pattern));
  let matches: RegExp;
  try {
    matches = new RegExp(`^${globSource(normal, { braces: true, dots: false })}$`, "su");
  } catch {
    throw new UsageError(`${pattern} is no pattern of paths.`);
  }
  return (path) => matches.test(slashed(path));
}
