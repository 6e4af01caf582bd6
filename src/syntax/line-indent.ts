import type { IToken } from "chevrotain";
import * as t from "../../grammar/tokens.ts";

/** The column at which the line of a token begins. */
export function lineIndent(tokens: readonly IToken[], { startLine }: IToken): number {
  return tokens.find((it) => it.startLine === startLine && it.tokenType !== t.Newline)?.startColumn ?? 1;
}
