import type { Collector } from "../diagnostics/collector.ts";
import type { Label } from "../diagnostics/diagnostic.ts";
import { nearest } from "../support/nearest.ts";
import { formerNames } from "./former-names.ts";
import { textOf, type Span } from "../support/source.ts";
import type { Argument } from "../syntax/ast.ts";
import { answerOfWord } from "./arguments-elsewhere.ts";
import { answerOfElement, answerOfName } from "./names-elsewhere.ts";

/** More words than these nobody wants to read in a help. */
export const mostWords = 8;

/** Beside so many findings in one body a name that is near helps nobody, and takes long to find among thousands. */
export const mostHelped = 100;

/** What else is known of a name that stands for nothing. */
export interface MoreOfName {
  /** What is to be said where nothing is near. */
  readonly otherwise?: string | undefined;
  /** What is given to it, where it is called. */
  readonly given?: readonly Argument[];
  readonly labels?: readonly Label[];
}

/**
 * Reports a name that stands for nothing: with what is written for it here where it is another framework's, with the nearest
 * right spelling, or with the `words` that an argument takes, or what else is known of it.
 */
export function reportUnknownName(
  collector: Pick<Collector, "report">,
  name: string,
  span: Span,
  candidates: Iterable<string>,
  what = "name",
  words: ReadonlySet<string> = new Set(),
  { otherwise, given = [], labels = [] }: MoreOfName = {},
): void {
  const former = what === "name" ? formerNames.get(name) : undefined;
  const elsewhere = what === "name" ? (answerOfWord(name, words) ?? answerOfName(name)) : answerOfElement(name);
  const answer = former !== undefined ? { help: former } : elsewhere;
  const near = answer === undefined ? nearest(name, candidates) : answer.instead;
  // A name in a string with escapes is no text that can be replaced.
  const isText = span.end - span.start === name.length;
  const choice =
    words.size === 0 || words.size > mostWords ? otherwise : `It takes the words ${[...words].join(", ")}.`;
  const idle = answer?.sizes === undefined ? undefined : sizeOfInput(given, answer.sizes);
  const help =
    idle !== undefined && answer !== undefined
      ? `${answer.help} It sees the size of its input: leave out \`${textOf(idle.argument.span)}\`.`
      : (answer?.help ?? (near === undefined ? choice : `Did you mean \`${near}\`?`));
  collector.report(
    "MC2001",
    span,
    { name, what },
    {
      labels,
      ...(help !== undefined && { help }),
      ...(near !== undefined &&
        isText && { fix: { title: `change to ${near}`, edits: [{ span, text: near }, ...(idle?.edits ?? [])] } }),
    },
  );
}

/** The size of the input, which PyTorch wants first and nothing here does, and what takes it away. */
function sizeOfInput(
  given: readonly Argument[],
  least: number,
):
  | { readonly argument: Argument; readonly edits: readonly { readonly span: Span; readonly text: string }[] }
  | undefined {
  const [argument, next] = given;
  const positional = given.filter((it) => it.name === undefined).length;
  if (argument?.name !== undefined || argument === undefined || positional < least) return undefined;
  const { file, start, end } = argument.span;
  return { argument, edits: [{ span: { file, start, end: next?.span.start ?? end }, text: "" }] };
}
