import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Level } from "./config.ts";

/** Findings at the levels that a configuration gives their codes, those that are off left out. */
export function atLevels(
  diagnostics: readonly Diagnostic[],
  levels: ReadonlyMap<string, Level> = new Map(),
): readonly Diagnostic[] {
  return diagnostics.flatMap((it) => {
    const level = levels.get(it.code) ?? it.severity;
    return level === "off" ? [] : [{ ...it, severity: level }];
  });
}
