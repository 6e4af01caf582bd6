import type { IRecognitionException, IToken } from "chevrotain";
import { endOf } from "./cst.ts";
import type { Reporter } from "./reporter.ts";

/** Says in the language's words what chevrotain found wrong at a place. */
export function explainError(
  error: IRecognitionException,
  tokens: readonly IToken[],
  place: number,
  reporter: Reporter,
): void {
  const token = tokens[place];
  const before = tokens[place - 1];
  const start = token?.startOffset ?? (before === undefined ? 0 : endOf(before));
  const found = token === undefined ? "the end of the file" : `\`${token.image.trim()}\``;
  reporter.report("MC1001", reporter.span(start, start + (token?.image.length ?? 0)), {
    expected: error.context.ruleStack.at(-1) ?? "something else",
    found,
  });
}
