import { writeSync } from "node:fs";
import { processTerminal, type Terminal } from "./terminal.ts";

/**
 * The process's terminal, written to without Node's streams: to set these up takes longer than to check a small file.
 * Everything is written when a call returns.
 */
export function directTerminal(): Terminal {
  return {
    out: (text) => writeWhole(1, text),
    error: (text) => writeWhole(2, text),
    // Asked for only where there is something to paint.
    get color() {
      return processTerminal().color;
    },
    get interactive() {
      return processTerminal().interactive;
    },
  };
}

function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      // A reader that has gone wants no more, as `head` does; one that is slow is waited for.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
