import type { Severity } from "./diagnostic.ts";

/** What the catalog knows of one diagnostic code. `bad` yields the code when checked; `good` yields nothing. */
export interface CatalogEntry<Parameters extends object> {
  readonly severity: Severity;
  /** A warning that is told to those who ask for it: a matter of taste, or nothing that does harm. */
  readonly optIn?: true;
  /** A few words, for lists and `modelc explain`. */
  readonly title: string;
  /** The message of one report: what is wrong, in the words of the person's own file. */
  readonly message: (parameters: Parameters) => string;
  /** Why it is so and what to do: one or two short paragraphs. */
  readonly explanation: string;
  readonly bad: string;
  readonly good: string;
}

/** Declares a catalog entry with its parameters inferred from the message. */
export function entry<Parameters extends object>(it: CatalogEntry<Parameters>): CatalogEntry<Parameters> {
  return it;
}
