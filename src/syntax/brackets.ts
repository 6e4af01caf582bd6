import type { TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { elementAt } from "../support/element-at.ts";

/** What opens brackets. */
export const openers: readonly TokenType[] = [t.LeftParen, t.LeftBracket, t.LeftBrace];

/** What closes them, in the same order. */
export const closers: readonly TokenType[] = [t.RightParen, t.RightBracket, t.RightBrace];

/** What closes brackets that an opener opens. */
export function closerOf(opener: TokenType): TokenType {
  return elementAt(closers, openers.indexOf(opener));
}

/** What opens brackets that a closer closes. */
export function openerOf(closer: TokenType): TokenType {
  return elementAt(openers, closers.indexOf(closer));
}
