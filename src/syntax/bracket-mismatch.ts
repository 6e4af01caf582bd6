import type { IToken } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { closerOf, closers, openers } from "./brackets.ts";
import type { Reporter } from "./reporter.ts";

/** Where brackets of tokens stop matching, with the indices of those that are open there. */
export interface Mismatch {
  /** The closer that does not fit; the number of tokens where none is and some are open at the end. */
  readonly at: number;
  readonly open: readonly number[];
}

/** The tokens without the slip, which is reported; undefined where it is another one. */
export type Slip = (tokens: readonly IToken[], found: Mismatch, reporter: Reporter) => readonly IToken[] | undefined;

/** Where brackets stop matching from a token on, with some open; undefined where all match. */
export function bracketMismatch(
  tokens: readonly IToken[],
  from = 0,
  before: readonly number[] = [],
): Mismatch | undefined {
  const open = [...before];
  for (let at = from; at < tokens.length; at++) {
    const type = tokens[at]?.tokenType ?? t.Newline;
    if (openers.includes(type)) open.push(at);
    else if (closers.includes(type)) {
      const top = tokens[open.at(-1) ?? -1];
      if (top === undefined || closerOf(top.tokenType) !== type) return { at, open };
      open.pop();
    }
  }
  return open.length === 0 ? undefined : { at: tokens.length, open };
}
