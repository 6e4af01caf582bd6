import { resolve } from "node:path";
import type { ProgramHost } from "../analyze/program.ts";
import { checkSource } from "../compiler.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../support/source.ts";

/** What a check of several files found. */
export interface CheckedSpecs {
  /** The files that were checked to their end. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly troubles: readonly SpecTrouble[];
}

/** A file with what kept it from being checked. */
export interface SpecTrouble {
  readonly path: string;
  readonly error: unknown;
}

/** Checks one file: {@link checkSource}, or a checker that remembers what it found before. */
export type CheckOne = typeof checkSource;

/** Checks files one by one: a failure of one costs no other its findings. */
export function checkSpecs(
  sources: readonly SourceFile[],
  host: ProgramHost,
  check: CheckOne = checkSource,
): CheckedSpecs {
  const files: string[] = [];
  const found: Diagnostic[] = [];
  const troubles: SpecTrouble[] = [];
  for (const source of sources) {
    try {
      found.push(...check(source, host));
      files.push(source.path);
    } catch (error) {
      troubles.push({ path: source.path, error });
    }
  }
  return { files, diagnostics: withoutRepeated(found), troubles };
}

/** Findings each once: what is wrong with an imported file is found with each file that imports it. */
function withoutRepeated(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return found.filter(({ code, span, message }) => {
    const key = [code, resolve(span.file.path), span.start, span.end, message].join("\n");
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
