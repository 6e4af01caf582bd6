import type { SourceFile } from "../support/source.ts";
import type { Diagnostic, Fix } from "./diagnostic.ts";

/** A text after some of the fixes of its findings, and whose they were. */
export interface FixedText {
  readonly text: string;
  readonly fixed: readonly (Diagnostic & { readonly fix: Fix })[];
}

/**
 * Applies the fixes of findings that are of one text (`isIts` says of what file), in their order, each whole or not at
 * all: one that touches what an earlier one changes is left for the next round, as its places may not be what they were.
 */
export function applyFixes(
  text: string,
  diagnostics: readonly Diagnostic[],
  isIts: (file: SourceFile) => boolean,
): FixedText {
  const fixed: (Diagnostic & { readonly fix: Fix })[] = [];
  const taken: Edit[] = [];
  for (const diagnostic of diagnostics) {
    const { fix } = diagnostic;
    if (fix === undefined || fix.edits.some(({ span }) => !isIts(span.file))) continue;
    const edits = fix.edits.map(({ span, text: replacement }) => ({ start: span.start, end: span.end, replacement }));
    const isFree =
      isOrderly(edits) && edits.every((it) => it.end <= text.length && taken.every((other) => !touches(it, other)));
    if (!isFree || edits.every((it) => text.slice(it.start, it.end) === it.replacement)) continue;
    taken.push(...edits);
    fixed.push({ ...diagnostic, fix });
  }
  let result = text;
  for (const { start, end, replacement } of [...taken].sort((a, b) => b.start - a.start))
    result = `${result.slice(0, start)}${replacement}${result.slice(end)}`;
  return { text: result, fixed };
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** Whether the changes of one fix are apart from one another. */
function isOrderly(edits: readonly Edit[]): boolean {
  const sorted = [...edits].sort((a, b) => a.start - b.start);
  return sorted.every((it, at) => {
    const before = sorted[at - 1];
    return before === undefined || (before.end <= it.start && before.start < it.start);
  });
}

/** Whether two changes overlap or meet: of two at one place nobody knows which comes first. */
function touches(a: Edit, b: Edit): boolean {
  return a.start <= b.end && b.start <= a.end;
}
