import type { IToken, TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { bracketMismatch, type Slip } from "./bracket-mismatch.ts";
import { closers, openerOf, openers } from "./brackets.ts";
import { endOf } from "./cst.ts";
import { lineIndent } from "./line-indent.ts";
import { isOneOf, isOperand } from "./stop.ts";
import { tokenAfter } from "./token-after.ts";

/** What a body may stand behind, beside a name. */
const bodyFollows: readonly TokenType[] = [t.NumberToken, t.StringToken, t.RightParen, t.RightBracket, t.Else];
const infixes: readonly TokenType[] = [t.As, t.In, t.Over, t.Until, t.Reverse, t.Shared, t.With, t.Where, t.On];

/** `mse y, t)`, and a body whose `{` is missing at the end of a line. */
export const missingOpener: Slip = (tokens, { at, open }, reporter) => {
  if (tokens[at] === undefined || bracketMismatch(tokens, at + 1, open) !== undefined) return undefined;
  const isBody = tokens[at].tokenType === t.RightBrace;
  const end = isBody ? closerOfAnother(tokens, at) : at;
  const below = isBody ? lineWithoutBrace(tokens, end) : -1;
  const place = below === -1 ? betweenValues(tokens, end, isBody) : below;
  const closer = tokens[end];
  const before = tokens[place];
  if (before === undefined || closer === undefined) return undefined;
  const opener = openerOf(closer.tokenType);
  const rest = tokens.toSpliced(place + 1, 0, tokenAfter(before, opener));
  if (bracketMismatch(rest) !== undefined) return undefined;
  const text = t.imageOf(opener);
  const from = endOf(before);
  const next = tokens[place + 1];
  const endsLine = next === undefined || next.tokenType === t.Newline;
  const found = endsLine ? "the end of the line" : `\`${next.image}\``;
  const span = endsLine ? reporter.span(from, from) : reporter.spanOf(next);
  reporter.report(
    "MC1001",
    span,
    { expected: `\`${text}\``, found },
    {
      labels: [{ span: reporter.spanOf(closer), message: `this \`${closer.image}\` closes it` }],
      fix: {
        title: `insert \`${text}\``,
        edits: [{ span: reporter.span(from, isBody ? from : span.start), text: isBody ? ` ${text}` : text }],
      },
    },
  );
  return rest;
};

/** The first `}` that by its place closes nothing that it could, up to one that closes nothing at all. */
function closerOfAnother(tokens: readonly IToken[], at: number): number {
  const open: IToken[] = [];
  for (const [place, it] of tokens.slice(0, at).entries()) {
    if (openers.includes(it.tokenType)) open.push(it);
    else if (closers.includes(it.tokenType)) {
      const opener = open.pop();
      if (opener?.tokenType !== t.LeftBrace || opener.startLine === it.startLine) continue;
      const isFirst = tokens[place - 1]?.tokenType === t.Newline;
      if (!isFirst || lineIndent(tokens, opener) !== it.startColumn) return place;
    }
  }
  return at;
}

/** The last token of the line above those that are indented as if the brace of a stray `}` had opened there; -1 where there is none. */
function lineWithoutBrace(tokens: readonly IToken[], at: number): number {
  const closer = tokens[at];
  if (closer === undefined || tokens[at - 1]?.tokenType !== t.Newline) return -1;
  const column = closer.startColumn ?? 1;
  let following = closer;
  for (let place = at - 1; place > 0; place--) {
    const ended = tokens[place];
    if (ended === undefined || ended.tokenType === t.Newline) continue;
    const below = following;
    following = ended;
    if (tokens[place + 1]?.tokenType !== t.Newline) continue;
    const indent = lineIndent(tokens, ended);
    if (indent < column) return -1;
    if (indent === column)
      return (below.startColumn ?? 1) > column && !isOneOf(ended, [t.LeftBrace, t.RightBrace]) ? place : -1;
  }
  return -1;
}

/**
 * The first of two values side by side in the line and the brackets of a closer, or what a body stands behind where the
 * closer is its; -1 where there are none.
 */
function betweenValues(tokens: readonly IToken[], at: number, isBody: boolean): number {
  let depth = 0;
  let found = -1;
  for (let place = at - 1; place > 0; place--) {
    const [before, token] = [tokens[place - 1], tokens[place]];
    if (isOneOf(token, closers)) depth++;
    else if (isOneOf(token, openers)) depth--;
    if (depth < 0 || token?.tokenType === t.Newline) break;
    const follows = isOneOf(before, isBody ? [...bodyFollows, t.Identifier] : [t.Identifier]);
    const begins = isOperand(token) && !isOneOf(token, [t.LeftParen, t.LeftBracket, ...infixes]);
    if (depth === 0 && follows && begins) found = place - 1;
  }
  return found;
}
