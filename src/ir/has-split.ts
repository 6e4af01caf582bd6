import type { Split, SplitSpec } from "./program.ts";

/** Whether a section may give a split examples: by a share, a folder of its own, or a column that says it row by row. */
export function hasSplit({ by, fractions, folders }: SplitSpec, name: Split): boolean {
  return by === "column" || (fractions[name] ?? 0) > 0 || folders?.[name] !== undefined;
}
