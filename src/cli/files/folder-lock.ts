import { createHash, randomUUID } from "node:crypto";
import { linkSync, lstatSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { readRegularFile } from "../../runtime/read-regular-file.ts";
import { UsageError } from "../exit-code.ts";
import { isRunning, processIdentity } from "./process-identity.ts";

/** Who holds a lock: what the file says. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** `train` or `build`. */
  readonly command: string;
  /** When it took the lock, as ISO 8601. */
  readonly since: string;
  /** See {@link processIdentity}. */
  readonly identity?: string;
  /** No two locks are the same. */
  readonly nonce: string;
}

/** A lock that is held until it is released or its process ends, however it ends. */
export interface FolderLock {
  release(): void;
}

export type LockResult =
  { readonly ok: true; readonly lock: FolderLock } | { readonly ok: false; readonly holder: LockHolder | undefined };

/** How often a lock says that it is alive, for those who cannot see its process, and how long they believe it. */
const beat = { every: 15_000, believed: 300_000 } as const;

/**
 * Takes the lock that a file stands for, or says who holds it. The file names the process: one whose process has ended
 * (killed, crashed, the machine restarted) holds nothing and is taken over, by one process alone.
 */
export function acquireLock(path: string, command: string): LockResult {
  const identity = processIdentity(process.pid);
  const record: LockHolder = {
    pid: process.pid,
    host: hostname(),
    command,
    since: new Date().toISOString(),
    ...(identity !== undefined && { identity }),
    nonce: randomUUID(),
  };
  const content = `${JSON.stringify(record)}\n`;
  const rival = take(path, content);
  if (rival !== undefined) return { ok: false, holder: rival.holder };
  const alive = setInterval(() => {
    if (readLock(path)?.content === content) utimesSync(path, new Date(), new Date());
  }, beat.every);
  alive.unref();
  const release = (): void => {
    clearInterval(alive);
    process.off("exit", release);
    if (readLock(path)?.content === content) rmSync(path, { force: true });
  };
  process.once("exit", release);
  return { ok: true, lock: { release } };
}

interface FoundLock {
  readonly content: string;
  readonly holder: LockHolder | undefined;
  readonly touched: number;
}

/** Puts a lock there; undefined where that worked, else the one that is held. */
function take(path: string, content: string): FoundLock | undefined {
  for (;;) {
    if (create(path, content)) return undefined;
    const found = readLock(path);
    if (found === undefined) continue;
    if (isHeld(found)) return found;
    // Whoever holds the claim to this very lock may replace it, and nobody else: two that find it left behind cannot both
    // take it, nor one the other's new one.
    const claim = `${path}.${createHash("sha256").update(found.content).digest("hex").slice(0, 16)}`;
    const rival = take(claim, content);
    if (rival !== undefined) return rival;
    try {
      if (readLock(path)?.content !== found.content) continue;
      const temporary = `${path}.${randomUUID()}`;
      writeFileSync(temporary, content);
      renameSync(temporary, path);
      return undefined;
    } finally {
      rmSync(claim, { force: true });
    }
  }
}

/** Creates a file with its content at once; false where there is one. */
function create(path: string, content: string): boolean {
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, content, { flag: "wx" });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    // Some file systems know no links.
    return createPlainly(path, content);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function createPlainly(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function readLock(path: string): FoundLock | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const touched = stats.mtimeMs;
  // No lock of modelc's is a link, which may lead nowhere: it is replaced, and not followed.
  if (stats.isSymbolicLink()) return { content: "a link", holder: undefined, touched: 0 };
  const read = readRegularFile(path);
  if (read.ok) {
    const content = read.value.toString("utf8");
    return { content, holder: parseHolder(content), touched };
  }
  if (read.error.missing) return undefined;
  throw new UsageError(`I cannot read ${path}: ${read.error.reason}.`);
}

function isHeld({ holder, touched }: FoundLock): boolean {
  const age = Date.now() - touched;
  // Not all there: it is being written, or whoever wrote it was killed.
  if (holder === undefined) return age < 10_000;
  if (holder.host !== hostname()) return age < beat.believed;
  if (!isRunning(holder.pid)) return false;
  return holder.identity === undefined || holder.identity === processIdentity(holder.pid);
}

function parseHolder(content: string): LockHolder | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { pid, host, command, since, identity, nonce } = parsed as Readonly<Record<string, unknown>>;
  if (typeof pid !== "number" || typeof host !== "string" || typeof nonce !== "string") return undefined;
  if (typeof command !== "string" || typeof since !== "string") return undefined;
  return { pid, host, command, since, nonce, ...(typeof identity === "string" && { identity }) };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
