import { inFile, positionAt, type Span } from "../support/source.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** A comment `# modelc-ignore MC2004: reason`: the warnings of some codes that begin on one line are not told. */
export interface Ignore {
  readonly span: Span;
  /** The line, from 1, of whose warnings it speaks; undefined where no code follows. */
  readonly line: number | undefined;
  /** The codes that it names, each where it stands. */
  readonly codes: readonly { readonly code: string; readonly span: Span }[];
}

/** Whether an ignore comment silences a diagnostic by one of its codes. Errors are never silenced. */
export function silences({ span, line }: Ignore, code: string, found: Diagnostic): boolean {
  if (found.severity === "error" || found.code !== code) return false;
  const { file, start } = inFile(found.span);
  return file.path === inFile(span).file.path && positionAt(file, start).line === line;
}

/** The diagnostics that no ignore comment silences. */
export function withoutIgnored(found: readonly Diagnostic[], ignores: readonly Ignore[]): readonly Diagnostic[] {
  if (ignores.length === 0) return found;
  return found.filter((it) => !ignores.some((ignore) => ignore.codes.some(({ code }) => silences(ignore, code, it))));
}
