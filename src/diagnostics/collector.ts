import type { Span } from "../support/source.ts";
import { catalog, type Code, type ParametersOf } from "./catalog.ts";
import type { Diagnostic, Fix, Label, Severity } from "./diagnostic.ts";

interface Extras {
  readonly labels?: readonly Label[];
  readonly help?: string;
  readonly fix?: Fix;
}

/** Gathers the diagnostics of one run, in the order of their report, each once. */
export interface Collector {
  report<C extends Code>(code: C, span: Span, parameters: ParametersOf<C>, extras?: Extras): void;
  readonly diagnostics: readonly Diagnostic[];
  readonly hasErrors: boolean;
}

/** An empty collector. */
export function createCollector(): Collector {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  return {
    report(code, span, parameters, extras = {}) {
      const found: { readonly severity: Severity; readonly message: (parameters: never) => string } = catalog[code];
      const message = found.message(parameters as never);
      const key = `${code} ${span.file.path} ${span.start} ${span.end} ${message}`;
      if (seen.has(key)) return;
      seen.add(key);
      diagnostics.push({
        code,
        severity: found.severity,
        message,
        span,
        labels: extras.labels ?? [],
        ...(extras.help !== undefined && { help: extras.help }),
        ...(extras.fix !== undefined && { fix: extras.fix }),
      });
    },
    diagnostics,
    get hasErrors() {
      return diagnostics.some((it) => it.severity === "error");
    },
  };
}
