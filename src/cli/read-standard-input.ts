import { readSync } from "node:fs";
import { reasonOf } from "../runtime/read-regular-file.ts";
import { decodeText } from "../support/decode-text.ts";
import { InputError, UsageError } from "./exit-code.ts";

/** The text of standard input, to its end. */
export function readStandardInput(): string {
  const text = decodeText(readWhole());
  if (!text.ok) throw new InputError(`I cannot read standard input: ${text.error}.`);
  return text.value;
}

function readWhole(): Uint8Array {
  const parts: Buffer[] = [];
  for (;;) {
    const part = Buffer.alloc(2 ** 16);
    try {
      const read = readSync(0, part);
      if (read === 0) return Buffer.concat(parts);
      parts.push(part.subarray(0, read));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      // The end of a pipe, as Windows says it.
      if (code === "EOF") return Buffer.concat(parts);
      if (code !== "EAGAIN") throw new UsageError(`I cannot read standard input: ${reasonOf(error).reason}.`);
      // A writer that is slow is waited for.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
