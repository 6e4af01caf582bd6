import { catalog } from "../diagnostics/catalog.ts";
import { createCollector, type Collector } from "../diagnostics/collector.ts";
import type { CatalogEntry } from "../diagnostics/entry.ts";
import type { Findings } from "../diagnostics/findings.ts";
import { inFile, type Span } from "../support/source.ts";

/** Of what lints are told. */
export interface Told {
  /** Whether a place is in a file of the person's own. */
  readonly isOwn: (span: Span) => boolean;
  /** Codes that are asked for, of those that are told to who asks. */
  readonly asked: ReadonlySet<string>;
}

/** What rules report to: a place is told once, however many copies of it there are, and nothing of the library. */
export function lintReport({ isOwn, asked }: Told): {
  readonly findings: Findings;
  readonly report: Collector["report"];
} {
  const findings = createCollector();
  const places = new Set<string>();
  return {
    findings,
    report(code, span, ...others) {
      const { file, start } = inFile(span);
      const place = `${code} ${file.path} ${start}`;
      const entry: CatalogEntry<never> = catalog[code];
      if (places.has(place) || !isOwn(span) || (entry.optIn === true && !asked.has(code))) return;
      places.add(place);
      findings.report(code, span, ...others);
    },
  };
}
