import type { Collector } from "../diagnostics/collector.ts";
import { nearest } from "../support/nearest.ts";
import type { Span } from "../support/source.ts";

/** What a person may mean who writes Python's `None` where it is no word. */
const noneElsewhere =
  "`None` adds an axis inside index brackets: `x[:, None]`. Elsewhere it is no value: what is not wanted is left out.";

/** More words than these nobody wants to read in a help. */
const mostWords = 8;

/**
 * Reports a name that stands for nothing, with the nearest right spelling of those that do, or with the `words` that an
 * argument takes.
 */
export function reportUnknownName(
  collector: Pick<Collector, "report">,
  name: string,
  span: Span,
  candidates: Iterable<string>,
  what = "name",
  words: ReadonlySet<string> = new Set(),
): void {
  const near = nearest(name, candidates);
  // A name in a string with escapes is no text that can be replaced.
  const isText = span.end - span.start === name.length;
  collector.report(
    "MC2001",
    span,
    { name, what },
    name === "None"
      ? { help: noneElsewhere }
      : near === undefined
        ? words.size === 0 || words.size > mostWords
          ? {}
          : { help: `It takes the words ${[...words].join(", ")}.` }
        : {
            help: `Did you mean \`${near}\`?`,
            ...(isText && { fix: { title: `change to ${near}`, edits: [{ span, text: near }] } }),
          },
  );
}
