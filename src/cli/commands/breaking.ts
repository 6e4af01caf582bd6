import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { renderText } from "../../diagnostics/render.ts";
import { findConfig } from "../config/find-config.ts";
import { searchRules } from "../config/search-rules.ts";
import { compareAll } from "../diff/compare-files.ts";
import { breaksAny, diffFormats, type DiffFormatName, type FileComparison } from "../diff/formats.ts";
import { openGit, type GitFiles } from "../diff/git-host.ts";
import { loadFaces, type LoadedFaces } from "../diff/load-faces.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import { findSpecs } from "../find-specs.ts";
import type { ModelFace } from "../diff/model-face.ts";
import { isFolder } from "../is-folder.ts";
import { diskHost, readSpec } from "../read-specs.ts";
import type { Terminal } from "../terminal.ts";
import { diff } from "./diff.ts";

export interface BreakingOptions {
  readonly against: string;
  readonly format: DiffFormatName;
}

/** `modelc breaking`: whether models let down who relies on them as they were at a commit, or in another file. */
export function breaking(paths: readonly string[], options: BreakingOptions, terminal: Terminal): ExitCode {
  const { against } = options;
  if (existsSync(against) && !isFolder(against)) {
    const [path, ...others] = paths;
    if (path === undefined || others.length > 0)
      throw new UsageError(`--against names the file ${against}: give the one file that is compared with it.`);
    return diff(against, path, options, terminal);
  }
  const folders = (paths.length === 0 ? ["."] : paths).map((it) => (isFolder(it) ? resolve(it) : dirname(resolve(it))));
  const git = openGit(against, folders[0] ?? process.cwd());
  const { paths: specs, troubles } = existing(paths, git);
  for (const { error } of troubles) throw error;

  const errors: LoadedFaces["errors"][number][] = [];
  const pairs = specs.map((path): Pair => {
    const source = git.read(path);
    const old =
      source === undefined || "unreadable" in source ? undefined : loadFaces(source, git.host, { leaveOpen: true });
    const now =
      old === undefined || existsSync(path) ? loadFaces(readSpec(path), diskHost, { leaveOpen: true }) : undefined;
    errors.push(...(now?.errors ?? []));
    return { path, old, now };
  });
  if (errors.length > 0) terminal.error(`${renderText(errors, { color: terminal.color })}\n`);
  const files = comparePairs(pairs, against, goneElsewhere(pairs, git));
  terminal.out(diffFormats[options.format](files));
  return breaksAny(files) || errors.length > 0 ? exitCode.findings : exitCode.clean;
}

/** A file as it was and as it is. */
interface Pair {
  readonly path: string;
  readonly old: LoadedFaces | undefined;
  readonly now: LoadedFaces | undefined;
}

/** The models of files that are gone and were not named: one that is new here may have been there. */
function goneElsewhere(pairs: readonly Pair[], git: GitFiles): readonly ModelFace[] {
  if (pairs.every(({ old }) => old !== undefined)) return [];
  const named = new Set(pairs.map(({ path }) => resolve(path)));
  return git
    .specsBelow(git.root)
    .filter((it) => !existsSync(it) && !named.has(it))
    .flatMap((it) => {
      const source = git.read(it);
      if (source === undefined || "unreadable" in source) return [];
      return loadFaces(source, git.host, { leaveOpen: true }).faces;
    });
}

function comparePairs(
  pairs: readonly Pair[],
  against: string,
  elsewhere: readonly ModelFace[],
): readonly FileComparison[] {
  // A model that moved to another file is the same model.
  const moved = [...pairs.filter((it) => it.now === undefined).flatMap((it) => it.old?.faces ?? []), ...elsewhere];
  const arrived = new Set(
    pairs.filter((it) => it.old === undefined).flatMap((it) => it.now?.faces.map(({ name }) => name) ?? []),
  );
  return pairs.map(({ path, old, now }): FileComparison => {
    const names = { file: path, against };
    if (old !== undefined && old.errors.length > 0)
      return { ...names, models: [], skipped: `it has errors at ${against}` };
    if (now !== undefined && now.errors.length > 0) return { ...names, models: [], skipped: "it has errors" };
    const isNew = old === undefined;
    const before = isNew ? moved.filter((it) => now?.faces.some(({ name }) => name === it.name)) : old.faces;
    const left = now === undefined ? before.filter((it) => !arrived.has(it.name)) : before;
    // What is open on one side alone has no other to be compared with.
    const open = new Map(
      [...(old?.open ?? []), ...(now?.open ?? [])].map((it) => [it.name, `${it.name} needs ${it.needs}`]),
    );
    const closed = (faces: readonly ModelFace[]): readonly ModelFace[] => faces.filter((it) => !open.has(it.name));
    const skipped = open.size === 0 ? null : [...open.values()].join(", ");
    return { ...names, models: compareAll(closed(left), closed(now?.faces ?? [])), skipped };
  });
}

/** The specs that there are, and those that there were and that are gone from where is searched. */
function existing(paths: readonly string[], git: GitFiles): ReturnType<typeof findSpecs> {
  const folders = (paths.length === 0 ? ["."] : paths).filter(isFolder);
  const gone = folders
    .flatMap((it) => git.specsBelow(resolve(it)))
    .filter((it) => !existsSync(it))
    .map((it) => relative(process.cwd(), it));
  const named = paths.filter((it) => !existsSync(it) && git.read(it) !== undefined);
  const rest = paths.filter((it) => !named.includes(it));
  const all = [...new Set([...gone, ...named])];
  try {
    if (rest.length === 0 && paths.length > 0) return { paths: all, troubles: [] };
    const found = findSpecs(rest, searchRules(findConfig()));
    return { paths: [...found.paths, ...all], troubles: found.troubles };
  } catch (error) {
    // There may be none any more.
    if (all.length === 0 || !(error instanceof UsageError)) throw error;
    return { paths: all, troubles: [] };
  }
}
