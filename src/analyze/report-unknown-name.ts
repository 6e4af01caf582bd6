import type { Collector } from "../diagnostics/collector.ts";
import { nearest } from "../support/nearest.ts";
import { formerNames } from "./former-names.ts";
import type { Span } from "../support/source.ts";
import { answerOfElement, answerOfName } from "./names-elsewhere.ts";

/** More words than these nobody wants to read in a help. */
export const mostWords = 8;

/** Beside so many findings in one body a name that is near helps nobody, and takes long to find among thousands. */
export const mostHelped = 100;

/**
 * Reports a name that stands for nothing: with what is written for it here where it is another framework's, with the nearest
 * right spelling, or with the `words` that an argument takes, or what is to be said `otherwise`.
 */
export function reportUnknownName(
  collector: Pick<Collector, "report">,
  name: string,
  span: Span,
  candidates: Iterable<string>,
  what = "name",
  words: ReadonlySet<string> = new Set(),
  otherwise?: string,
): void {
  const former = what === "name" ? formerNames.get(name) : undefined;
  const answer = former !== undefined ? { help: former } : what === "name" ? answerOfName(name) : answerOfElement(name);
  const near = answer === undefined ? nearest(name, candidates) : answer.instead;
  // A name in a string with escapes is no text that can be replaced.
  const isText = span.end - span.start === name.length;
  const choice =
    words.size === 0 || words.size > mostWords ? otherwise : `It takes the words ${[...words].join(", ")}.`;
  const help = answer?.help ?? (near === undefined ? choice : `Did you mean \`${near}\`?`);
  collector.report(
    "MC2001",
    span,
    { name, what },
    {
      ...(help !== undefined && { help }),
      ...(near !== undefined && isText && { fix: { title: `change to ${near}`, edits: [{ span, text: near }] } }),
    },
  );
}
