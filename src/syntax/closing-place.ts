import type { IToken, TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { elementAt } from "../support/element-at.ts";
import { closers, openers } from "./brackets.ts";
import { endOf } from "./cst.ts";
import { lineIndent } from "./line-indent.ts";
import { isName, isOneOf } from "./stop.ts";

/** Words that have a body behind them. */
const bodied: readonly TokenType[] = [t.When, t.For, t.Scan, t.Repeat];
/** What joins the stages or the clauses behind a bracket with it, and stands in none. */
const joining: readonly TokenType[] = [t.Over, t.Until, t.Reverse, t.With, t.Where, t.On, t.From];

/** What brackets hold, by what stands before their opener and right behind it. */
type Held = "names" | "dims" | "index" | "list" | "header" | "arguments" | "values";

/**
 * The index of the first token behind an opener that cannot stand in its brackets, so that a closer is missing before it;
 * -1 where there is none before `end`.
 */
export function closingPlace(tokens: readonly IToken[], opener: number, end: number): number {
  const held = heldBy(tokens, opener);
  const indent = lineIndent(tokens, elementAt(tokens, opener));
  let depth = 0;
  /** Words that a body is wanted behind. */
  let wanted = 0;
  let part = opener + 1;
  for (let at = opener + 1; at < end; at++) {
    const token = tokens[at];
    if (isOneOf(token, closers)) depth--;
    if (depth < 0) return -1;
    // A line that stands no further in than that of the opener begins something new.
    if (
      isOneOf(tokens[at - 1], [t.Newline]) &&
      token !== undefined &&
      ![t.Arrow, t.Newline].includes(token.tokenType) &&
      (token.startColumn ?? 1) <= indent
    )
      return -1;
    if (depth === 0 && token !== undefined) {
      if (isOneOf(token, bodied) && !isOneOf(tokens[at + 1], [t.Equals, t.Colon])) wanted++;
      if (token.tokenType === t.LeftBrace) {
        const follows = isOneOf(tokens[at - 1], [t.Else]) || wanted-- > 0;
        if (!follows) return at;
      } else if (wanted === 0 && isForeign(tokens, at, part, held)) {
        // A name that is bound or typed ends the part before it.
        const isNamed =
          at === part + 1 &&
          part > opener + 1 &&
          token.tokenType === (held === "list" ? t.Equals : held === "dims" ? t.Colon : undefined);
        return isNamed ? part - 1 : at;
      }
      if (isOneOf(token, [t.Comma])) part = at + 1;
    }
    if (isOneOf(token, openers)) depth++;
  }
  return -1;
}

function heldBy(tokens: readonly IToken[], opener: number): Held {
  const [before, token, next] = [tokens[opener - 1], tokens[opener], tokens[opener + 1]];
  if (token === undefined || token.tokenType === t.LeftBrace) return "names";
  const touches = before !== undefined && endOf(before) === token.startOffset;
  if (token.tokenType === t.LeftBracket) {
    if (!touches || openers.includes(before.tokenType)) return "list";
    return t.elementWords.includes(before.image) || before.tokenType === t.RightParen ? "dims" : "index";
  }
  const isTyped = isName(next) && isOneOf(tokens[opener + 2], [t.Colon]);
  if (
    isTyped &&
    (isOneOf(before, [t.Colon, t.Arrow]) || t.declarationTokens.some((it) => it === tokens[opener - 2]?.tokenType))
  )
    return "header";
  return touches && (isName(before) || isOneOf(before, closers)) ? "arguments" : "values";
}

/** Whether a token cannot stand where it does, in the part of brackets that begins at an index. */
function isForeign(tokens: readonly IToken[], at: number, part: number, held: Held): boolean {
  const [before, token, next] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  const isWord =
    isOneOf(token, joining) && !isOneOf(before, [t.Comma, ...openers]) && !isOneOf(next, [t.Equals, t.Colon, t.Comma]);
  if (isWord) return true;
  // A stage on a line of its own goes on from the line above, and not from what is given there.
  if (isOneOf(token, [t.Arrow]) && held === "arguments" && isOneOf(before, [t.Newline])) return true;
  const isSecond = tokens.slice(part, at).some((it) => it.tokenType === token?.tokenType);
  switch (held) {
    case "names":
      return isOneOf(token, [t.From]);
    case "dims":
      return isOneOf(token, [t.Equals, t.Colon, t.Arrow, t.Question]);
    case "index":
      return isOneOf(token, [t.Equals, t.Arrow]);
    case "list":
      return isOneOf(token, [t.Equals, t.As]);
    case "header":
      return isOneOf(token, [t.Arrow]) || (isOneOf(token, [t.Colon]) && isSecond);
    case "arguments": {
      const isGiven = isName(tokens[part]) && isOneOf(tokens[part + 1], [t.Equals]);
      if (isOneOf(token, [t.Arrow])) return isGiven;
      return isOneOf(token, [t.Equals]) && at !== part + 1;
    }
    case "values":
      return isOneOf(token, [t.Equals]);
  }
}
