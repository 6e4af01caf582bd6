import type { Span } from "../support/source.ts";
import { catalog, type Code, type ParametersOf } from "./catalog.ts";
import type { Diagnostic, Fix, Label, Severity } from "./diagnostic.ts";
import { showLines, showText } from "../support/show-text.ts";

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

/** The catalog as a reporter of any code reads it: how bad each is, and its message of its own parameters. */
const messages: {
  readonly [C in Code]: { readonly severity: Severity; readonly message: (parameters: ParametersOf<C>) => string };
} = catalog;

/** The longest text out of a file that one message quotes, in characters. */
const widestParameter = 1000;

/** Parameters of a message, all their texts as {@link showText} shows them. */
function shownParameters<P extends object>(parameters: P): P {
  return Object.assign({ ...parameters }, shown(parameters));
}

function shown(value: unknown): unknown {
  if (typeof value === "string") return showText(value, widestParameter);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, shown(it)]));
}

/** An empty collector. */
export function createCollector(): Collector {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  return {
    report(code, span, parameters, extras = {}) {
      const { severity } = messages[code];
      const message = messages[code].message(shownParameters(parameters));
      const key = `${code} ${span.file.path} ${span.start} ${span.end} ${message}`;
      if (seen.has(key)) return;
      seen.add(key);
      diagnostics.push({
        code,
        severity,
        message,
        span,
        labels: (extras.labels ?? []).map((it) => ({ ...it, message: showText(it.message, widestParameter) })),
        ...(extras.help !== undefined && { help: showLines(extras.help) }),
        ...(extras.fix !== undefined && { fix: { ...extras.fix, title: showText(extras.fix.title, widestParameter) } }),
      });
    },
    diagnostics,
    get hasErrors() {
      return diagnostics.some((it) => it.severity === "error");
    },
  };
}
