import type { Span } from "../support/source.ts";

export type Severity = "error" | "warning";

/** A second place that a diagnostic points to, with what it shows. */
export interface Label {
  readonly span: Span;
  readonly message: string;
}

/** A change of the source that resolves a diagnostic without a person's judgement. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

/** Something to tell the person who wrote a file: a value, never thrown. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly labels: readonly Label[];
  readonly help?: string;
  readonly fix?: Fix;
  /** Sizes of dims at which it shows, where the message names some. */
  readonly counterexample?: Readonly<Record<string, number>>;
  /** Where an error makes this not worth telling: it may be all that is behind it, as of a name that nothing uses. */
  readonly unlessWrong?: Span;
}
