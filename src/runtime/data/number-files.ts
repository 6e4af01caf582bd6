import { closeSync, openSync, read, rmSync, write } from "node:fs";
import { createHash, randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unreadable } from "../../sources/file-problems.ts";
import { DataFault } from "../../sources/raw-data.ts";
import type { NumberFile, NumberFiles, Room } from "../../sources/number-file.ts";
import { fault } from "../../support/fault.ts";
import { reasonOf } from "../read-regular-file.ts";

/** Files of numbers in the system's folder for what is temporary (`TMPDIR`). */
export function createNumberFiles(folder = tmpdir()): NumberFiles {
  return {
    doubles: () => createNumberFile(folder, 8, (bytes, count): Float64Array => new Float64Array(bytes, 0, count)),
    integers: () => createNumberFile(folder, 4, (bytes, count): Int32Array => new Int32Array(bytes, 0, count)),
    longs: () => createNumberFile(folder, 8, (bytes, count): BigInt64Array => new BigInt64Array(bytes, 0, count)),
  };
}

/** What is open is closed when nothing can read it any more. */
const closing = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

function createNumberFile<T extends ArrayBufferView>(
  folder: string,
  width: number,
  view: (bytes: ArrayBuffer, count: number) => T,
): NumberFile<T> {
  const path = join(folder, `modelc-${randomUUID()}`);
  // Who still reads or writes has the handle, so that it is not closed meanwhile.
  const handle = { descriptor: attempt(folder, () => openSync(path, "wx+", 0o600)) };
  closing.register(handle, handle.descriptor);
  discard(path);
  const hash = createHash("sha256");
  let end = 0;
  return {
    async add(numbers) {
      const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
      for (let done = 0; done < bytes.length;) {
        const written = await called(folder, (then) =>
          write(handle.descriptor, bytes, done, bytes.length - done, end + done, then),
        );
        done += written;
      }
      end += bytes.length;
      hash.update(bytes);
    },
    async read(from, count, room) {
      const bytes = new Uint8Array(roomFor(count * width, room), 0, count * width);
      for (let done = 0; done < bytes.length;) {
        const found = await called(folder, (then) =>
          read(handle.descriptor, bytes, done, bytes.length - done, from * width + done, then),
        );
        if (found === 0) fault(`a file of ${end} bytes ends before ${from * width + bytes.length}`);
        done += found;
      }
      return view(bytes.buffer, count);
    },
    content: () => hash.copy().digest("hex").slice(0, 24),
  };
}

/** The room given, where it is large enough, or room of its own, which is given from then on. */
function roomFor(length: number, room: Room = {}): ArrayBuffer {
  if (room.bytes === undefined || room.bytes.byteLength < length) room.bytes = new ArrayBuffer(length);
  return room.bytes;
}

/** Takes the name of an open file away, so that nothing is left however the process ends; where that cannot be, at its end. */
function discard(path: string): void {
  const remove = (): void => rmSync(path, { force: true });
  try {
    remove();
  } catch {
    process.once("exit", remove);
  }
}

const cannot = (folder: string, error: unknown): never => {
  const help = "Numbers that do not lie in memory are kept there: name a folder with room for them by `TMPDIR`.";
  const { error: problem } = unreadable(folder, reasonOf(error).reason, help);
  throw new DataFault(problem);
};

function attempt<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    return cannot(folder, error);
  }
}

/** How many bytes a call has read or written. */
function called(
  folder: string,
  call: (then: (error: NodeJS.ErrnoException | null, count: number) => void) => void,
): Promise<number> {
  return new Promise<number>((resolve, reject) =>
    call((error, count) => (error === null ? resolve(count) : reject(error))),
  ).catch((error: unknown) => cannot(folder, error));
}
