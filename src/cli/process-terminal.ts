import { fstatSync, writeSync } from "node:fs";
import { reasonOf } from "../runtime/read-regular-file.ts";
import { UsageError } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The process's own streams: colours and progress bars on a terminal alone, never where NO_COLOR is set. They are written
 * to without Node's streams: to set these up takes longer than to check a small file, and they tell of what they could
 * not write when it is too late to say so. Everything is written when a call returns.
 */
export function processTerminal(): Terminal {
  return {
    out: (text) => writeWhole(1, text),
    error(text) {
      try {
        writeWhole(2, text);
      } catch {
        // There is nowhere left to say so: the exit code alone tells how a command ended.
      }
    },
    // Asked for only where there is something to paint.
    get color() {
      return mayColor(2);
    },
    get outColor() {
      return mayColor(1);
    },
    get interactive() {
      return process.stderr.isTTY && (process.env["CI"] ?? "") === "";
    },
  };
}

/** What FORCE_COLOR and NO_COLOR say, or whether a stream is a terminal that knows colours. */
function mayColor(descriptor: 1 | 2): boolean {
  const { NO_COLOR: noColor = "", FORCE_COLOR: forceColor, TERM: kind } = process.env;
  if (forceColor !== undefined) return forceColor !== "0" && forceColor !== "false";
  return noColor === "" && kind !== "dumb" && isTerminal(descriptor);
}

function isTerminal(descriptor: 1 | 2): boolean {
  try {
    // Node sets a stream up to say so, which takes some milliseconds: of what is no device it is not asked.
    return fstatSync(descriptor).isCharacterDevice() && (descriptor === 1 ? process.stdout : process.stderr).isTTY;
  } catch {
    return false;
  }
}

/**
 * Writes a text, unless its reader has gone: `head` wants no more lines, and what the command does besides printing goes
 * on. Throws where something else keeps it from being written, as a full disk does.
 */
function writeWhole(descriptor: 1 | 2, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (isGone(code, descriptor)) return;
      if (code !== "EAGAIN") throw new UsageError(`I cannot write to standard output: ${reasonOf(error).reason}.`);
      // A reader that is slow is waited for.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

/** Whether an error says that nobody reads any more: a pipe that was closed, or a terminal. */
function isGone(code: unknown, descriptor: number): boolean {
  return code === "EPIPE" || code === "EOF" || (code === "EIO" && !fstatSync(descriptor).isFile());
}
