import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "./exit-code.ts";
import { isRunning } from "./files/process-identity.ts";

/**
 * Writes a file whole or not at all: under a temporary name beside it, then renamed. Folders are made; what processes that
 * were killed have left of the same file is cleared away.
 */
export function writeOutput(path: string, content: string | Uint8Array): void {
  const prefix = `.${basename(path)}.`;
  const temporary = join(dirname(path), `${prefix}${process.pid}.tmp`);
  try {
    mkdirSync(dirname(path), { recursive: true });
    for (const file of readdirSync(dirname(path))) {
      const pid = file.startsWith(prefix) ? /^(\d+)\.tmp$/.exec(file.slice(prefix.length))?.[1] : undefined;
      if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(dirname(path), file), { force: true });
    }
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UsageError(`I cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
