import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, type Stats } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { getHeapCodeStatistics } from "node:v8";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";
import { hashText } from "../support/hash-text.ts";

/** A CommonJS bundle with what to call once its work is done. */
export interface CachedModule<Exports> {
  readonly exports: Exports;
  /**
   * Keeps the compiled code for the next start, where nothing is kept. Where the bundle was the only code to run (`alone`),
   * one run in eight looks whether it compiled much that is not kept: a first run on a small file compiles a part only.
   */
  save(alone: boolean): void;
}

/**
 * Loads a CommonJS bundle, with V8's compiled code from the last start where it was kept: half the time of a start. The
 * code lies beside the bundle, or in the user's cache folder where that cannot be written; its name tells the bundle's
 * size and time, Node's version and V8's flags, so that stale code is never found. Every failure means: no cache. V8 runs
 * what it is given without a look: only files with their checksum, and that nobody but this user, root or the bundle's
 * owner can have written, are taken. Bundles must not use `import()`, which code from a cache cannot. `load` is the
 * `require` for what they ask for.
 */
export function loadCached<Exports>(path: string, load: NodeJS.Require): CachedModule<Exports> {
  // Bundles are ASCII (the build sees to it): read as such, they need neither decoding nor two bytes for a character.
  const source = readFileSync(path, "latin1");
  const { size, mtimeMs, uid: owner } = statSync(path);
  const name = `${basename(path)}.${hashText([path, size, mtimeMs, process.version, process.arch, process.execArgv].join("\n"))}.cache`;
  const folders = cacheFolders(dirname(path));
  const cachedData = folders.map((folder) => readIfSound(folder, name, owner)).find((it) => it !== undefined);
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
  const script = new Script(wrapped, { filename: path, ...(cachedData !== undefined && { cachedData }) });
  // V8 walks its whole heap for this number, a millisecond each time.
  const loaded = Math.random() < 1 / 8 ? compiledBytes() : undefined;
  const module = { exports: {} };
  type Wrapper = (exports: object, require: NodeJS.Require, module: object, filename: string, dirname: string) => void;
  const run = script.runInThisContext() as Wrapper;
  run(module.exports, load, module, path, dirname(path));
  return {
    exports: module.exports as Exports,
    save(alone) {
      const known = cachedData !== undefined && script.cachedDataRejected !== true;
      const hasGrown = (): boolean => loaded !== undefined && compiledBytes() > loaded * 1.125;
      if (known && !(alone && hasGrown())) return;
      const code = script.createCachedData();
      folders.some((folder) => writeIfPossible(folder, name, code, owner));
    },
  };
}

/** The bytes of all functions that V8 has compiled or read from a cache. */
const compiledBytes = (): number => getHeapCodeStatistics().bytecode_and_metadata_size;

/** Where compiled code may be kept: beside the bundle, where all users find it, then in a folder of the user's own. */
function cacheFolders(beside: string): readonly string[] {
  const { XDG_CACHE_HOME: cache, LOCALAPPDATA: local, HOME: home = "" } = process.env;
  // A relative path would mean the working folder, whose files are not the user's to run.
  const own = [cache, local, join(home, ".cache")].find((it) => it !== undefined && isAbsolute(it));
  return [join(beside, ".cache"), ...(own === undefined ? [] : [join(own, "modelc")])];
}

/** Whether nobody but this user, root and the owner of the bundle can have written something. */
function isTrusted({ uid, mode }: Stats, owner: number): boolean {
  // Windows has neither; there a user's folders are the user's own.
  if (process.geteuid === undefined) return true;
  return [0, owner, process.geteuid()].includes(uid) && (mode & 0o022) === 0;
}

function readIfSound(folder: string, name: string, owner: number): Buffer | undefined {
  try {
    const path = join(folder, name);
    const file = statSync(path);
    // A pipe would keep the command waiting.
    if (!file.isFile() || !isTrusted(statSync(folder), owner) || !isTrusted(file, owner)) return undefined;
    const bytes = readFileSync(path);
    const code = bytes.subarray(0, -4);
    return crc32(code) === bytes.readUInt32LE(code.length) ? code : undefined;
  } catch {
    return undefined;
  }
}

function makeIfMissing(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o755 });
}

/** Writes a file whole or not at all, its checksum behind it, and says whether it did. */
function writeIfPossible(folder: string, name: string, code: Buffer, owner: number): boolean {
  const temporary = join(folder, `.${name}.${String(process.pid)}`);
  try {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(crc32(code));
    // Step by step: to make folders recursively below /proc never ends on some versions of Node.
    for (const it of [dirname(folder), folder]) makeIfMissing(it);
    if (!isTrusted(statSync(folder), owner)) return false;
    writeFileSync(temporary, Buffer.concat([code, checksum]), { mode: 0o644, flag: "wx" });
    renameSync(temporary, join(folder, name));
    return true;
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // It lies in a folder that is closed to this user: nothing was written there.
    }
    return false;
  }
}
