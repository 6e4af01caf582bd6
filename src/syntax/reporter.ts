import type { Code, ParametersOf } from "../diagnostics/catalog.ts";
import type { Collector } from "../diagnostics/collector.ts";
import type { Fix, Label } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../support/source.ts";

interface Extras {
  readonly labels?: readonly Label[];
  readonly help?: string;
  readonly fix?: Fix;
}

/** Reports the syntax errors of one file: at most {@link limit} of them, so that rubbish never floods a terminal. */
export interface Reporter {
  readonly file: SourceFile;
  report<C extends Code>(code: C, span: Span, parameters: ParametersOf<C>, extras?: Extras): void;
  span(start: number, end: number): Span;
  /** Whether something was reported that starts between two offsets, the end included. */
  reportedIn(start: number, end: number): boolean;
  readonly count: number;
  readonly full: boolean;
  /** Hands everything to the collector, in order of place. */
  flush(): void;
}

/** How many syntax errors one file may report. */
export const limit = 20;

/** A reporter for one file that passes on to a collector when it is flushed. */
export function createReporter(file: SourceFile, collector: Collector): Reporter {
  const held: { readonly start: number; readonly send: () => void }[] = [];
  let more: Span | undefined;
  const span = (start: number, end: number): Span => {
    const from = Math.max(0, Math.min(start, file.text.length));
    return { file, start: from, end: Math.max(from, Math.min(end, file.text.length)) };
  };
  return {
    file,
    span,
    report(code, where, parameters, extras) {
      if (held.length >= limit) more ??= where;
      else held.push({ start: where.start, send: () => collector.report(code, where, parameters, extras) });
    },
    reportedIn: (start, end) => held.some((it) => it.start >= start && it.start <= end),
    get count() {
      return held.length;
    },
    get full() {
      return held.length >= limit;
    },
    flush() {
      held.sort((a, b) => a.start - b.start);
      for (const it of held) it.send();
      if (more !== undefined) collector.report("MC1025", more, { limit });
    },
  };
}
