import type { IToken } from "chevrotain";
import type { Code, ParametersOf } from "../diagnostics/catalog.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { makeDiagnostic, type Extras } from "../diagnostics/make-diagnostic.ts";
import type { SourceFile, Span } from "../support/source.ts";
import { endOf } from "./cst.ts";

/** Gathers the syntax errors of one text: at most {@link limit} of them, so that rubbish never floods a terminal. */
export interface Reporter {
  readonly file: SourceFile;
  report<C extends Code>(code: C, span: Span, parameters: ParametersOf<C>, extras?: Extras): void;
  span(start: number, end: number): Span;
  /** Where a token stands. */
  spanOf(token: IToken): Span;
  /** Whether something, or something of these codes, was reported that starts between two offsets, the end included. */
  reportedIn(start: number, end: number, codes?: readonly string[]): boolean;
  readonly full: boolean;
  /** Everything that was reported, in order of place. */
  readonly found: readonly Diagnostic[];
  /** Where the first error lies that is over the limit. */
  readonly more: Span | undefined;
}

/** How many syntax errors one file may report. */
export const limit = 20;

/** A reporter for one text. */
export function createReporter(file: SourceFile): Reporter {
  const held: Diagnostic[] = [];
  let more: Span | undefined;
  const span = (start: number, end: number): Span => {
    const from = Math.max(0, Math.min(start, file.text.length));
    return { file, start: from, end: Math.max(from, Math.min(end, file.text.length)) };
  };
  return {
    file,
    span,
    spanOf: (token) => span(token.startOffset, endOf(token)),
    report(code, where, parameters, extras) {
      if (held.length >= limit) more ??= where;
      else held.push(makeDiagnostic(code, where, parameters, extras));
    },
    reportedIn: (start, end, codes) =>
      held.some((it) => it.span.start >= start && it.span.start <= end && codes?.includes(it.code) !== false),
    get full() {
      return held.length >= limit;
    },
    get found() {
      return [...held].sort((a, b) => a.span.start - b.span.start);
    },
    get more() {
      return more;
    },
  };
}
