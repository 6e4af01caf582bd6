import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { globSource } from "../../support/glob.ts";

/** A line of a `.gitignore`: what below its folder is left out, or in again. */
export interface IgnoreRule {
  /** The absolute folder whose paths it is about, with `/`. */
  readonly base: string;
  readonly matches: RegExp;
  readonly foldersOnly: boolean;
  readonly negated: boolean;
}

/** The lines of a `.gitignore` in a folder, by the rules of git. */
export function readIgnoreLines(lines: readonly string[], folder: string): readonly IgnoreRule[] {
  const base = slashed(folder);
  return lines.flatMap((line): readonly IgnoreRule[] => {
    const text = line.replace(/\r$/, "").replace(/((?:^|[^\\])(?:\\\\)*)[ \t]+$/, "$1");
    if (text === "" || text.startsWith("#")) return [];
    const negated = text.startsWith("!");
    const said = negated ? text.slice(1) : text;
    const foldersOnly = said.endsWith("/");
    const pattern = foldersOnly ? said.slice(0, -1) : said;
    // A slash at its beginning or within ties a pattern to its folder; without one it is a name, wherever that lies.
    const tied = pattern.includes("/");
    const source = globSource(tied ? pattern.replace(/^\//, "") : pattern, { braces: false, dots: true });
    const matches = compile(`^${tied ? "" : "(?:.*/)?"}${source}$`);
    return pattern === "" || matches === undefined ? [] : [{ base, matches, foldersOnly, negated }];
  });
}

/** The rules for all in a folder: those of the repository that it lies in, from its root down to the folder itself. */
export function ignoreRulesAbove(folder: string): readonly IgnoreRule[] {
  const root = repositoryOf(folder) ?? folder;
  const exclude = readLines(join(root, ".git", "info", "exclude"));
  const folders = [folder];
  for (let at = folder; at !== root; at = dirname(at)) folders.unshift(dirname(at));
  return [...readIgnoreLines(exclude, root), ...folders.flatMap(ignoreRulesIn)];
}

/** The rules of a folder's own `.gitignore`. */
export function ignoreRulesIn(folder: string): readonly IgnoreRule[] {
  return readIgnoreLines(readLines(join(folder, ".gitignore")), folder);
}

/** Whether rules leave an absolute path out: the last one that matches says so. */
export function isIgnored(path: string, isFolder: boolean, rules: readonly IgnoreRule[]): boolean {
  return lastMatch(path, isFolder, rules)?.negated === false;
}

function lastMatch(path: string, isFolder: boolean, rules: readonly IgnoreRule[]): IgnoreRule | undefined {
  const place = slashed(path);
  return rules.findLast(({ base, matches, foldersOnly }) => {
    const prefix = base.endsWith("/") ? base : `${base}/`;
    return (isFolder || !foldersOnly) && place.startsWith(prefix) && matches.test(place.slice(prefix.length));
  });
}

/** Whether rules name a file, or a folder, or else the nearest folder around it that they speak of. */
export function isNamed(path: string, rules: readonly IgnoreRule[], kind: "file" | "folder" = "file"): boolean {
  for (let at = path, isFolder = kind === "folder"; ; at = dirname(at), isFolder = true) {
    const match = lastMatch(at, isFolder, rules);
    if (match !== undefined) return !match.negated;
    if (dirname(at) === at) return false;
  }
}

/** The root of the git repository that a folder lies in. */
export function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** A path as git writes it, with `/`. */
export function slashed(path: string): string {
  return path.replaceAll("\\", process.platform === "win32" ? "/" : "\\");
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}

function compile(source: string): RegExp | undefined {
  try {
    return new RegExp(source, "su");
  } catch {
    return undefined;
  }
}
