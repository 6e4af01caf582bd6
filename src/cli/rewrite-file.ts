import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { reasonOf } from "../runtime/read-regular-file.ts";
import { UsageError } from "./exit-code.ts";
import { isRunning } from "./files/process-identity.ts";

/**
 * Gives a file that exists another text and leaves all else of it as it is: links to it, its mode, its owner. It is
 * written whole or not at all, under another name that is then renamed; but in place where a new file would not be the
 * same: where it has several names (hard links), is another user's, of a group that this user is not in, or lies in a
 * folder that is closed to writing.
 */
export function rewriteFile(path: string, text: string): void {
  try {
    const real = realpathSync(path);
    const { mode, uid, gid, nlink } = statSync(real);
    // To rename asks nothing of the file that is replaced, and root may write everything: read-only is meant, all the same.
    if ((mode & 0o222) === 0 || !mayWrite(real)) throw new UsageError(`I cannot write ${path}: it is read-only.`);
    if (nlink > 1 || !mayGive(uid, gid) || !mayWrite(dirname(real))) writeFileSync(real, text);
    else replaceFile(real, text, mode & 0o7777, [uid, gid]);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`I cannot write ${path}: ${reasonOf(error).reason}.`);
  }
}

/** Whether a file of this user's may be given to an owner and a group. */
function mayGive(uid: number, gid: number): boolean {
  // Windows has neither.
  const user = process.geteuid?.() ?? 0;
  return user === 0 || (user === uid && [process.getegid?.(), ...(process.getgroups?.() ?? [])].includes(gid));
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Replaces a file by a new one; what processes that were killed have left of the same file is cleared away. */
function replaceFile(path: string, text: string, mode: number, [uid, gid]: readonly [uid: number, gid: number]): void {
  const prefix = `.${basename(path)}.`;
  const temporary = join(dirname(path), `${prefix}${process.pid}.tmp`);
  try {
    for (const file of readdirSync(dirname(path))) {
      const pid = file.startsWith(prefix) ? /^(\d+)\.tmp$/.exec(file.slice(prefix.length))?.[1] : undefined;
      if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(dirname(path), file), { force: true });
    }
    rmSync(temporary, { force: true });
    // A link that somebody lays there is not written through.
    writeFileSync(temporary, text, { mode: 0o600, flag: "wx" });
    const made = statSync(temporary);
    if (made.uid !== uid || made.gid !== gid) chownSync(temporary, uid, gid);
    chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
