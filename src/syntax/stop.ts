import { tokenMatcher, type IToken, type TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { closers, openers } from "./brackets.ts";
import { endOf } from "./cst.ts";
import type { Reporter } from "./reporter.ts";

/** Where parsing stopped, for the cases of errors. */
export interface Stop {
  readonly tokens: readonly IToken[];
  readonly place: number;
  /** The token that did not fit; undefined at the end of the text. */
  readonly token: IToken | undefined;
  readonly before: IToken | undefined;
  /** The name of the expected token's type, where just one would have done. */
  readonly expected: string;
  readonly rules: readonly string[];
  readonly reporter: Reporter;
}

/** Looks for one kind of mistake; true where it found and reported it. */
export type Case = (stop: Stop) => boolean;

/** Words that no name can be. */
export const reserved: readonly TokenType[] = [t.True, t.False, t.And, t.Or, t.Not, t.For, t.When, t.Scan];

/** Whether there is a token, of one of these types. */
export const isOneOf = (token: IToken | undefined, types: readonly TokenType[]): token is IToken =>
  token !== undefined && types.includes(token.tokenType);

/** Whether there is a token that may be a name. */
export const isName = (token: IToken | undefined): token is IToken =>
  token !== undefined && tokenMatcher(token, t.Identifier);

/** Whether a token may begin a value. */
export const isOperand = (token: IToken | undefined): boolean =>
  token !== undefined &&
  ([t.Identifier, t.NumberToken, t.StringToken].some((type) => tokenMatcher(token, type)) ||
    isOneOf(token, [t.True, t.False, t.When, t.Scan, t.For, t.Not, t.LeftParen, t.LeftBracket]));

/** What stands at the place, in words. */
export function foundAt({ token }: Stop): string {
  if (token === undefined) return "the end of the file";
  if (token.tokenType === t.Newline || token.image === "") return "the end of the line";
  const text = token.image.length > 30 ? `${token.image.slice(0, 30)}...` : token.image;
  return isOneOf(token, reserved) ? `the word \`${text}\`` : `\`${text}\``;
}

/** The place itself: empty, after the token before, where a line or the text ended too early. */
export function placeOf({ token, before, reporter }: Stop): ReturnType<Reporter["span"]> {
  if (token !== undefined && token.tokenType !== t.Newline && token.image !== "") {
    return reporter.spanOf(token);
  }
  const end = before === undefined ? 0 : endOf(before);
  return reporter.span(end, end);
}

/** The index after the separator or bracket before a place, at the depth of that place. */
export function startOfPart(stop: Stop, boundaries: readonly TokenType[]): number {
  let depth = 0;
  for (let i = stop.place - 1; i >= 0; i--) {
    const type = stop.tokens[i]?.tokenType;
    if (type === undefined) break;
    if (closers.includes(type)) depth++;
    else if (openers.includes(type)) {
      if (depth === 0) return i + 1;
      depth--;
    } else if (depth === 0 && boundaries.includes(type)) return i + 1;
  }
  return 0;
}
