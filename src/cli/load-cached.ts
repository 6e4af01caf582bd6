import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { getHeapCodeStatistics } from "node:v8";
import { Script } from "node:vm";

/** A CommonJS bundle with what to call once its work is done. */
export interface CachedModule<Exports> {
  readonly exports: Exports;
  /**
   * Keeps the compiled code for the next start, where nothing is kept. Where the bundle was the only code to run (`alone`),
   * also where it compiled much that is not kept: a first run on a small file compiles a part only.
   */
  save(alone: boolean): void;
}

/**
 * Loads a CommonJS bundle, with V8's compiled code from the last start where it was kept: half the time of a start. The
 * code lies beside the bundle, or in the user's cache folder where that cannot be written; its name tells the bundle's
 * size and time, Node's version and V8's flags, so that stale code is never found. Every failure means: no cache. Bundles
 * must not use `import()`, which code from a cache cannot. `load` is the `require` for what they ask for.
 */
export function loadCached<Exports>(path: string, load: NodeJS.Require): CachedModule<Exports> {
  const source = readFileSync(path, "utf8");
  const { size, mtimeMs } = statSync(path);
  const name = `${basename(path)}.${hash([path, size, mtimeMs, process.version, process.arch, process.execArgv].join("\n"))}.cache`;
  const { XDG_CACHE_HOME: cache, HOME: home, LOCALAPPDATA: local } = process.env;
  const own = cache ?? local ?? (home === undefined ? undefined : join(home, ".cache"));
  const folders = [join(dirname(path), ".cache"), ...(own === undefined ? [] : [join(own, "modelc")])];
  const cachedData = folders.map((folder) => readIfAny(join(folder, name))).find((it) => it !== undefined);
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
  const script = new Script(wrapped, { filename: path, ...(cachedData !== undefined && { cachedData }) });
  const loaded = compiledBytes();
  const module = { exports: {} };
  type Wrapper = (exports: object, require: NodeJS.Require, module: object, filename: string, dirname: string) => void;
  const run = script.runInThisContext() as Wrapper;
  run(module.exports, load, module, path, dirname(path));
  return {
    exports: module.exports as Exports,
    save(alone) {
      const known = cachedData !== undefined && script.cachedDataRejected !== true;
      if (known && !(alone && compiledBytes() > loaded * 1.125)) return;
      const code = script.createCachedData();
      folders.some((folder) => writeIfPossible(folder, name, code));
    },
  };
}

/** The bytes of all functions that V8 has compiled or read from a cache. */
const compiledBytes = (): number => getHeapCodeStatistics().bytecode_and_metadata_size;

/** Two words like FNV-1a's: they tell builds apart, and node:crypto takes longer to load than all else here. */
function hash(text: string): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let at = 0; at < text.length; at++) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x01000193);
    high = Math.imul(high ^ low, 0x85ebca6b);
  }
  return (low >>> 0).toString(16).padStart(8, "0") + (high >>> 0).toString(16).padStart(8, "0");
}

function readIfAny(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Writes a file whole or not at all, and says whether it did. */
function writeIfPossible(folder: string, name: string, bytes: Buffer): boolean {
  const temporary = join(folder, `.${name}.${String(process.pid)}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, bytes, { mode: 0o600 });
    renameSync(temporary, join(folder, name));
    return true;
  } catch {
    rmSync(temporary, { force: true });
    return false;
  }
}
