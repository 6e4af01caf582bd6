import { spawnSync } from "node:child_process";
import { relative, resolve, sep } from "node:path";
import type { ProgramHost, UnreadableFile } from "../../analyze/program.ts";
import type { SourceFile } from "../../support/source.ts";
import { UsageError } from "../exit-code.ts";
import { repositoryOf, slashed } from "../files/gitignore.ts";
import { diskHost } from "../read-specs.ts";

/** The files of a git repository as they were at a commit. */
export interface GitFiles {
  readonly host: ProgramHost;
  /** The file at a path, or nothing where there was none. */
  read(path: string): SourceFile | UnreadableFile | undefined;
  /** The folder of the repository. */
  readonly root: string;
  /** Absolute paths of the specs below a folder. */
  specsBelow(folder: string): readonly string[];
}

/** Opens the repository around a folder at what a person calls a commit: a branch, a tag, `HEAD~2`. */
export function openGit(reference: string, folder: string): GitFiles {
  const root = repositoryOf(folder);
  if (root === undefined)
    throw new UsageError(`${folder} lies in no git repository, so that there is no ${reference}.`);
  const found = run(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${reference}^{commit}`]);
  const commit = found.stdout.trim();
  if (found.status !== 0 || commit === "")
    throw new UsageError(
      `git knows no commit ${reference} in ${root}.`,
      // As that the repository is another user's.
      found.stderr.trim() ||
        "A checkout of CI often has one commit alone: fetch the branch first (`git fetch --depth=1 origin main`).",
    );
  const placeOf = (path: string): string | undefined => {
    const way = relative(root, resolve(path));
    return way === ".." || way.startsWith(`..${sep}`) || resolve(way) === way ? undefined : slashed(way);
  };
  const read = (path: string): SourceFile | UnreadableFile | undefined => {
    const place = placeOf(path);
    // Packages are installed, not committed.
    if (place === undefined || place.split("/").includes("node_modules")) return diskHost.read(path);
    const text = git(root, ["show", `${commit}:${place}`]);
    return text === undefined ? undefined : { path, text: text.replace(/^\uFEFF/, "") };
  };
  return {
    host: { ...diskHost, read },
    read,
    root,
    specsBelow(below) {
      const place = placeOf(below) ?? "";
      const listed =
        git(root, ["ls-tree", "-r", "-z", "--name-only", commit, "--", place === "" ? "." : `${place}/`]) ?? "";
      return listed
        .split("\0")
        .filter((it) => it.endsWith(".model"))
        .map((it) => resolve(root, it));
    },
  };
}

/** What git prints; nothing where it fails. */
function git(root: string, argv: readonly string[]): string | undefined {
  const { status, stdout } = run(root, argv);
  return status === 0 ? stdout : undefined;
}

function run(
  root: string,
  argv: readonly string[],
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const ran = spawnSync("git", ["-C", root, ...argv], { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (ran.error !== undefined) {
    const isMissing = "code" in ran.error && ran.error.code === "ENOENT";
    throw new UsageError(`I cannot run git: ${isMissing ? "there is none" : ran.error.message}.`);
  }
  return ran;
}

/** A reference to a file at a commit, as `HEAD~1:specs/a.model`. */
export function readGitPath(text: string): { readonly reference: string; readonly path: string } | undefined {
  const [, reference, path] = /^([^:]{2,}):(.+)$/s.exec(text) ?? [];
  return reference === undefined || path === undefined ? undefined : { reference, path };
}
