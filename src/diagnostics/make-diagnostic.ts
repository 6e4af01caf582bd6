import { showLines, showText } from "../support/show-text.ts";
import type { Span } from "../support/source.ts";
import { catalog, type Code, type ParametersOf } from "./catalog.ts";
import type { Diagnostic, Fix, Label, Severity } from "./diagnostic.ts";

/** What a finding may say besides its message. */
export interface Extras {
  readonly labels?: readonly Label[];
  readonly help?: string;
  readonly fix?: Fix;
  readonly counterexample?: Readonly<Record<string, number>>;
  readonly unlessWrong?: Span;
}

/** The longest text out of a file that one message quotes, in characters. */
const widestParameter = 1000;

/** The catalog as a reporter of any code reads it: how bad each is, and its message of its own parameters. */
const messages: {
  readonly [C in Code]: { readonly severity: Severity; readonly message: (parameters: ParametersOf<C>) => string };
} = catalog;

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

/** The diagnostic of a code with its parameters. */
export function makeDiagnostic<C extends Code>(
  code: C,
  span: Span,
  parameters: ParametersOf<C>,
  { labels, help, fix, counterexample, unlessWrong }: Extras = {},
): Diagnostic {
  return {
    code,
    severity: messages[code].severity,
    message: messages[code].message(shownParameters(parameters)),
    span,
    labels: (labels ?? []).map((it) => ({ ...it, message: showText(it.message, widestParameter) })),
    ...(help !== undefined && { help: showLines(help) }),
    ...(fix !== undefined && { fix: { ...fix, title: showText(fix.title, widestParameter) } }),
    ...(counterexample !== undefined && { counterexample }),
    ...(unlessWrong !== undefined && { unlessWrong }),
  };
}
