import type { Split, SplitSpec } from "./program.ts";

/** Whether a section gives a split examples: a share, or a folder of its own. */
export function hasSplit({ fractions, folders }: SplitSpec, name: Split): boolean {
  return (fractions[name] ?? 0) > 0 || folders?.[name] !== undefined;
}
