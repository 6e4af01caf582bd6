import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../exit-code.ts";
import { acquireLock, type FolderLock, type LockHolder, type LockResult } from "./folder-lock.ts";

/** The files of one name in a folder, owned by this process alone until it is closed. */
export interface OutputFolder {
  /** The folder, as given. */
  readonly path: string;
  /** The path of a file in it. */
  at(file: string): string;
  /**
   * Writes files whole: all under temporary names first, then renamed in their order. A process that ends in between
   * leaves the old ones or some of the new ones, never half of one. Those that are `retired` are removed before the first
   * is renamed.
   */
  write(files: ReadonlyMap<string, string | Uint8Array>, retired?: readonly string[]): void;
  close(): void;
}

/**
 * Takes a folder for the files of one name, and makes it where there is none; what an earlier process that was killed has
 * left behind is cleared away. That it cannot be written, or is no folder, that another process writes there, or that one
 * of the `files` to come is a folder, is a usage error, known before anything long begins.
 */
export function openOutputFolder(
  path: string,
  name: string,
  command: "train" | "build",
  files: readonly string[] = [],
): OutputFolder {
  const made = makeFolder(path);
  refuseFolders(path, files);
  const lockName = `${name}.lock`;
  let lock: FolderLock;
  try {
    const taken = tryLock(join(path, lockName), command, path);
    if (!taken.ok) throw heldBy(taken.holder, join(path, name), join(path, lockName));
    ({ lock } = taken);
  } catch (error) {
    removeEmpty(path, made);
    throw error;
  }
  // Under the lock nobody else writes files of this name: what is unfinished is left over.
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const unfinished = entry.name.startsWith(`.${name}.`) && entry.name.endsWith(".tmp");
    const claimed = entry.name.startsWith(`${lockName}.`);
    // A folder of such a name is somebody's own.
    if ((unfinished || claimed) && !entry.isDirectory()) rmSync(join(path, entry.name), { force: true });
  }
  return {
    path,
    at: (file) => join(path, file),
    write(files, retired = []) {
      refuseFolders(path, [...files.keys(), ...retired]);
      const written: (readonly [temporary: string, path: string])[] = [];
      let current = path;
      try {
        for (const [file, content] of files) {
          current = join(path, file);
          const temporary = join(path, `.${file}.${process.pid}.tmp`);
          written.push([temporary, current]);
          // What lies there already, as a link that somebody has laid, is not written through.
          writeFileSync(temporary, content, { flag: "wx" });
        }
        for (const file of retired) rmSync(join(path, file), { force: true });
        for (const [temporary, target] of written) {
          current = target;
          renameSync(temporary, target);
        }
      } catch (error) {
        for (const [temporary] of written) rmSync(temporary, { force: true });
        throw new UsageError(`I cannot write ${current}: ${reasonOf(error)}.`);
      }
    },
    close() {
      lock.release();
      removeEmpty(path, made);
    },
  };
}

/** Throws where a folder lies at the place of a file that is to be written or removed. */
function refuseFolders(path: string, files: readonly string[]): void {
  const folder = files.map((file) => join(path, file)).find((it) => kindOf(it) === "folder");
  if (folder !== undefined) {
    throw new UsageError(`I cannot write ${folder}: it is a folder. Move it away, or give another place with --out.`);
  }
}

/** Makes a folder with those above it; the outermost one that was missing. */
function makeFolder(path: string): string | undefined {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const kind = kindOf(at);
    if (kind === "folder") break;
    if (kind === "other") {
      const where = at === path ? `${path} is a file` : `${path} cannot be made, for ${at} is a file`;
      throw new UsageError(`--out takes a folder: ${where}.`);
    }
    missing.push(at);
    if (dirname(at) === at) break;
  }
  try {
    // One by one: mkdirSync's own recursion never ends where a folder exists and takes no others, as /proc.
    for (const folder of missing.reverse()) makeOne(folder);
  } catch (error) {
    throw new UsageError(`I cannot make the folder ${path}: ${reasonOf(error)}.`);
  }
  return missing[0];
}

/** Makes a folder in another, unless a process beside this one was quicker. */
function makeOne(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (kindOf(path) !== "folder") throw error;
  }
}

function kindOf(path: string): "folder" | "other" | undefined {
  try {
    return statSync(path).isDirectory() ? "folder" : "other";
  } catch {
    return undefined;
  }
}

function tryLock(path: string, command: string, folder: string): LockResult {
  try {
    return acquireLock(path, command);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // Where the folder itself takes no files, its lock is of no interest.
    const what = kindOf(path) === undefined ? `to ${folder}` : path;
    throw new UsageError(`I cannot write ${what}: ${reasonOf(error)}.`);
  }
}

function heldBy(holder: LockHolder | undefined, files: string, lock: string): UsageError {
  if (holder === undefined) return new UsageError(`Another process is taking ${files}.* at this moment: try again.`);
  const { pid, host, command, since } = holder;
  const elsewhere = host === hostname() ? "" : ` on ${host}`;
  return new UsageError(
    `${files}.* is being written by \`modelc ${command}\`, process ${pid}${elsewhere}, since ${since}.`,
    `Wait for its end, stop it (Ctrl-C saves first), or give another folder with --out.${
      elsewhere === "" ? "" : ` If it is gone, remove ${lock}.`
    }`,
  );
}

/** Removes the folders that were made in vain. */
function removeEmpty(path: string, made: string | undefined): void {
  if (made === undefined) return;
  for (let at = resolve(path); at.length >= resolve(made).length; at = dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      return;
    }
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "it is on a read-only file system",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOENT: "no folder can be made there",
  EISDIR: "there is a folder of that name",
  ENOTDIR: "a file is in the way",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
