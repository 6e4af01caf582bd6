import { UsageError } from "./exit-code.ts";

/** How many bytes of one field of the data lie in memory, by `MODELC_HELD_MB`; undefined where nothing is said. */
export function heldLimit(): number | undefined {
  const { MODELC_HELD_MB: said = "" } = process.env;
  if (said === "") return undefined;
  if (!/^\d+(?:\.\d+)?$/.test(said)) throw new UsageError(`MODELC_HELD_MB is a number of megabytes, not ${said}.`);
  return Number(said) * 2 ** 20;
}
