import { problem, type DataProblem } from "./raw-data.ts";

/** What a compressed file may unpack to, in bytes: a hundred times its size, and 256 MB whatever its size. */
export function unpackedLimit(packed: number): number {
  return Math.max(256e6, 100 * packed);
}

/** A compressed file that unpacks to more. */
export function unpacksToTooMuch(path: string, packed: number): DataProblem {
  return problem("MC6030", { path, packed: megabytes(packed), limit: megabytes(unpackedLimit(packed)) });
}

const megabytes = (bytes: number): string =>
  bytes < 1e5 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1).replace(/\.0$/, "")} MB`;
