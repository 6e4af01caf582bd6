import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { reasonOf } from "../../runtime/read-regular-file.ts";
import { UsageError } from "../exit-code.ts";
import { rewriteFile } from "../rewrite-file.ts";

/**
 * Writes a file that need not be there, whole or not at all: under another name that is then renamed. One that exists is
 * rewritten ({@link rewriteFile}); a pipe or a device, as /dev/null, is written to as it is.
 */
export function writeFile(path: string, text: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === true) {
    rewriteFile(path, text);
    return;
  }
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    if (stats !== undefined) {
      writeFileSync(path, text);
      return;
    }
    // A link that somebody lays there is not written through.
    writeFileSync(temporary, text, { flag: "wx" });
    renameSync(temporary, path);
  } catch (error) {
    if (stats === undefined) removeIfThere(temporary);
    const { missing, reason } = reasonOf(error);
    throw new UsageError(`I cannot write ${path}: ${missing ? `there is no folder ${dirname(path)}` : reason}.`);
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It could not be made either.
  }
}
