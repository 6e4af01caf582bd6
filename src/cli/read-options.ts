import { availableParallelism } from "node:os";
import { InvalidArgumentError } from "commander";

/** Gathers an option that may be repeated. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Gathers an option that takes several words by commas, and may be repeated. */
export function collectList(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...value.split(",").map((it) => it.trim())];
}

/** A whole number of at least 0, as `4` or `10_000`. */
export function readCount(text: string): number {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === "")
    throw new InvalidArgumentError("It is no whole number.");
  return value;
}

/** A number of threads. Those beyond the machine's own wait for one another; some thousands never get anything done. */
export function readThreads(text: string): number {
  const value = readCount(text);
  const most = Math.max(256, availableParallelism());
  if (value < 1 || value > most) throw new InvalidArgumentError(`It must be from 1 to ${most}.`);
  return value;
}
