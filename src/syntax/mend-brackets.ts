import type { IToken, TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { closerOf, closers, openerOf, openers } from "./brackets.ts";
import { closingPlace } from "./closing-place.ts";
import { endOf } from "./cst.ts";
import type { Reporter } from "./reporter.ts";
import { isName, isOneOf, isOperand } from "./stop.ts";
import { tokenAfter } from "./token-after.ts";

/**
 * Mends what one slip at a bracket leaves in a declaration, before the rules of layout look at it: a bracket of another
 * kind, two closers in each other's place, an opener twice, an opener that is missing between two values or at the
 * end of a line, a closer that is missing before what cannot stand in its brackets. A slip is taken for what it is
 * where all brackets of the declaration match without it; what is left is for the layout.
 */
export function mendBrackets(lexed: readonly IToken[], reporter: Reporter): readonly IToken[] {
  return declarationsOf(lexed).flatMap((part) => {
    const found = mismatch(part);
    if (found === undefined) return part;
    for (const slip of slips) {
      const mended = slip(part, found, reporter);
      if (mended !== undefined) return mended;
    }
    return part;
  });
}

/** Where brackets of tokens stop matching, with the indices of those that are open there. */
interface Mismatch {
  /** The closer that does not fit; the number of tokens where none is and some are open at the end. */
  readonly at: number;
  readonly open: readonly number[];
}

/** The tokens without the slip, which is reported; undefined where it is another one. */
type Slip = (tokens: readonly IToken[], found: Mismatch, reporter: Reporter) => readonly IToken[] | undefined;

/** What a body may stand behind, beside a name. */
const bodyFollows: readonly TokenType[] = [t.NumberToken, t.StringToken, t.RightParen, t.RightBracket, t.Else];
const infixes: readonly TokenType[] = [t.As, t.In, t.Over, t.Until, t.Reverse, t.Shared, t.With, t.Where, t.On];

/** Where brackets stop matching from a token on, with some open; undefined where all match. */
function mismatch(tokens: readonly IToken[], from = 0, before: readonly number[] = []): Mismatch | undefined {
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

/** The tokens of each declaration: what begins with its word and a name in column 1. */
function declarationsOf(tokens: readonly IToken[]): readonly (readonly IToken[])[] {
  const starts = tokens.flatMap((it, at) => {
    const next = tokens[at + 1];
    const opens = it.tokenType === t.Import ? isOneOf(next, openers) : isName(next);
    return at > 0 && it.startColumn === 1 && t.declarationTokens.includes(it.tokenType) && opens ? [at] : [];
  });
  return [0, ...starts].map((start, at) => tokens.slice(start, starts[at] ?? tokens.length));
}

/** An opener and a closer of two kinds, as in `f32[B, 4)`. */
const otherKind: Slip = (tokens, { at, open }, reporter) => {
  const [closer, opener] = [tokens[at], tokens[open.at(-1) ?? -1]];
  if (closer === undefined || opener === undefined) return undefined;
  if (mismatch(tokens, at + 1, open.slice(0, -1)) !== undefined) return undefined;
  if (isOpenerMeant(tokens, open.at(-1) ?? -1, at)) reportCloser(opener, closer, reporter);
  else {
    const meant = openerOf(closer.tokenType);
    const span = reporter.spanOf(opener);
    const text = t.imageOf(meant);
    reporter.report(
      "MC1001",
      span,
      { expected: `\`${text}\``, found: `\`${opener.image}\`` },
      {
        labels: [{ span: reporter.spanOf(closer), message: "closed here" }],
        fix: { title: `write \`${text}\``, edits: [{ span, text }] },
      },
    );
    t.retag(opener, meant);
  }
  return tokens;
};

/** Reports a closer that is none of its opener's kind, and makes it one; `partner` is the closer that it stands in the place of. */
function reportCloser(opener: IToken, closer: IToken, reporter: Reporter, partner?: IToken): void {
  const meant = closerOf(opener.tokenType);
  const text = t.imageOf(meant);
  const span = reporter.spanOf(closer);
  const edits = [{ span, text }];
  if (partner !== undefined) edits.push({ span: reporter.spanOf(partner), text: closer.image });
  reporter.report(
    "MC1004",
    span,
    { opener: opener.image, closer: closer.image, meant: text },
    {
      labels: [{ span: reporter.spanOf(opener), message: "opened here" }],
      fix: { title: partner === undefined ? `write \`${text}\`` : "exchange the two", edits },
    },
  );
  t.retag(closer, meant);
}

/** Whether of an opener and a closer that differ the opener is what was meant, by what stands around it. */
function isOpenerMeant(tokens: readonly IToken[], from: number, to: number): boolean {
  const [opener, closer, before] = [tokens[from], tokens[to], tokens[from - 1]];
  if (opener === undefined || closer === undefined) return true;
  const touches = before !== undefined && endOf(before) === opener.startOffset;
  if ([opener.tokenType, openerOf(closer.tokenType)].includes(t.LeftBrace)) {
    // Braces stand apart from the word, the header or the count before them.
    const follows =
      isOneOf(before, closers) || isName(before) || isOneOf(before, [t.NumberToken, t.StringToken, t.Else]);
    const isBody = before?.tokenType === t.Import || (follows && !touches);
    return isBody === (opener.tokenType === t.LeftBrace);
  }
  const isIndex = meansIndex(tokens.slice(from + 1, to), touches ? before : undefined);
  return isIndex === undefined || isIndex === (opener.tokenType === t.LeftBracket);
}

/** Whether what stands in brackets behind a name, or by itself, stands in `[ ]`; undefined where it may be either. */
function meansIndex(inner: readonly IToken[], before: IToken | undefined): boolean | undefined {
  if (before !== undefined && t.elementWords.includes(before.image)) return true;
  if (before?.tokenType === t.RightParen) return true;
  let depth = 0;
  for (const [at, it] of inner.entries()) {
    if (isOneOf(it, openers)) depth++;
    else if (isOneOf(it, closers)) depth--;
    if (depth > 0) continue;
    // `[:, 1]`, `[1:]`, and `(x: f32[4])`, `(units=4)`
    if (it.tokenType === t.Colon) return !isName(inner[at - 1]) || before === undefined ? undefined : false;
    if (it.tokenType === t.Equals) return false;
  }
  return before !== undefined && /^[A-Z]/.test(before.image) ? false : undefined;
}

/** Two closers in each other's place, as in `f([1, 2)]`. */
const exchanged: Slip = (tokens, { at, open }, reporter) => {
  const second = tokens.findIndex((it, place) => place > at && it.tokenType !== t.Newline);
  const [one, other] = [tokens[at], tokens[second]];
  const [outer, inner] = [tokens[open.at(-2) ?? -1], tokens[open.at(-1) ?? -1]];
  if (one === undefined || other === undefined || outer === undefined || inner === undefined) return undefined;
  if (closerOf(inner.tokenType) !== other.tokenType || closerOf(outer.tokenType) !== one.tokenType) return undefined;
  if (mismatch(tokens, second + 1, open.slice(0, -2)) !== undefined) return undefined;
  reportCloser(inner, one, reporter, other);
  t.retag(other, closerOf(outer.tokenType));
  return tokens;
};

/** `{{` with one `}`, `f((8, bias=false)`, `f32[[B, 8]`. */
const doubledOpener: Slip = (tokens, { open }, reporter) => {
  const place = tokens.findIndex(
    (it, index) =>
      isDoubled(tokens, index) && (it.tokenType === t.LeftBrace || open.includes(index) || open.includes(index + 1)),
  );
  const second = tokens[place + 1];
  if (place === -1 || second === undefined) return undefined;
  const rest = tokens.filter((it) => it !== second);
  if (mismatch(rest) !== undefined) return undefined;
  const span = reporter.spanOf(second);
  const fix = { title: `remove \`${second.image}\``, edits: [{ span, text: "" }] };
  reporter.report("MC1001", span, { expected: `one \`${second.image}\``, found: "another" }, { fix });
  return rest;
};

/** `repeat 3 { Dense(8) }} -> Dense(4) }`: a `}` that stands twice, before what goes on. */
const doubledCloser: Slip = (tokens, { at, open }, reporter) => {
  if (open.length > 0 || tokens[at]?.tokenType !== t.RightBrace) return undefined;
  const place = tokens.findIndex((it, index) => {
    const [second, next] = [tokens[index + 1], tokens[index + 2]];
    const isTwice = it.tokenType === t.RightBrace && second?.tokenType === t.RightBrace;
    return isTwice && endOf(it) === second.startOffset && isOneOf(next, [t.Arrow, t.Else]);
  });
  const second = tokens[place + 1];
  if (place === -1 || second === undefined) return undefined;
  const rest = tokens.filter((it) => it !== second);
  if (mismatch(rest) !== undefined) return undefined;
  const span = reporter.spanOf(second);
  const fix = { title: "remove `}`", edits: [{ span, text: "" }] };
  reporter.report("MC1003", span, { closer: "}" }, { fix });
  return rest;
};

/** Whether an opener stands twice where the second opens nothing that may stand in the first. */
function isDoubled(tokens: readonly IToken[], at: number): boolean {
  const [before, first, second] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (first === undefined || second === undefined || first.tokenType !== second.tokenType) return false;
  if (first.tokenType === t.LeftBrace) return true;
  if (first.tokenType === t.LeftBracket)
    return before !== undefined && endOf(before) === first.startOffset && !isOneOf(before, openers);
  let depth = 0;
  for (const it of tokens.slice(at + 2)) {
    if (isOneOf(it, closers)) depth--;
    else if (isOneOf(it, openers)) depth++;
    if (depth < 0) return false;
    if (depth === 0 && isOneOf(it, [t.Comma, t.Equals, t.Colon])) return true;
  }
  return false;
}

/** A closer that is missing before what cannot stand in its brackets: `when (c { x }`, `[a, b, axis=-1)`. */
const missingCloser: Slip = (tokens, { at, open }, reporter) => {
  const from = open.at(-1) ?? -1;
  const opener = tokens[from];
  if (opener === undefined || (isOneOf(opener, [t.LeftBrace]) && !isOneOf(tokens[from - 1], [t.Import])))
    return undefined;
  const place = closingPlace(tokens, from, at);
  const next = tokens[place];
  const before = tokens.slice(0, Math.max(0, place)).findLast((it) => it.tokenType !== t.Newline);
  if (next === undefined || before === undefined || before === opener) return undefined;
  const inserted = tokenAfter(before, closerOf(opener.tokenType));
  const last = tokens.indexOf(before) + 1;
  const rest = [...tokens.slice(0, last), inserted, ...tokens.slice(last)];
  if (mismatch(rest) !== undefined) return undefined;
  const text = t.imageOf(inserted.tokenType);
  const end = endOf(before);
  reporter.report(
    "MC1002",
    reporter.spanOf(opener),
    { opener: opener.image, closer: text },
    {
      labels: [{ span: reporter.spanOf(next), message: `a \`${text}\` is missing before this` }],
      fix: {
        title: `insert \`${text}\``,
        edits: [{ span: reporter.span(end, end), text: isOneOf(opener, [t.LeftBrace]) ? ` ${text}` : text }],
      },
    },
  );
  return rest;
};

/** `when c { a else { b }` */
const beforeElse: Slip = (tokens, { at, open }, reporter) => {
  const outer = tokens[open[0] ?? -1];
  if (at < tokens.length || open.length !== 1 || outer?.tokenType !== t.LeftBrace) return undefined;
  for (const [place, it] of tokens.entries()) {
    const before = tokens[place - 1];
    if (it.tokenType !== t.Else || before === undefined || before.tokenType === t.RightBrace) continue;
    const inserted = tokenAfter(before, t.RightBrace);
    const rest = [...tokens.slice(0, place), inserted, ...tokens.slice(place)];
    if (mismatch(rest) !== undefined) continue;
    const opener = tokens[mismatch(tokens.slice(0, place))?.open.at(-1) ?? -1];
    if (opener === undefined) continue;
    reporter.report(
      "MC1002",
      reporter.spanOf(opener),
      { opener: "{", closer: "}" },
      {
        labels: [{ span: reporter.spanOf(it), message: "a `}` is missing before this" }],
        fix: { title: "insert `}`", edits: [{ span: reporter.span(it.startOffset, it.startOffset), text: "} " }] },
      },
    );
    return rest;
  }
  return undefined;
};

/** `mse y, t)`, and a body whose `{` is missing at the end of a line. */
const missingOpener: Slip = (tokens, { at, open }, reporter) => {
  if (tokens[at] === undefined || mismatch(tokens, at + 1, open) !== undefined) return undefined;
  const isBody = tokens[at].tokenType === t.RightBrace;
  const end = isBody ? closerOfAnother(tokens, at) : at;
  const below = isBody ? lineWithoutBrace(tokens, end) : -1;
  const place = below === -1 ? betweenValues(tokens, end, isBody) : below;
  const closer = tokens[end];
  const before = tokens[place];
  if (before === undefined || closer === undefined) return undefined;
  const opener = openerOf(closer.tokenType);
  const rest = [...tokens.slice(0, place + 1), tokenAfter(before, opener), ...tokens.slice(place + 1)];
  if (mismatch(rest) !== undefined) return undefined;
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

/** The column at which the line of a token begins. */
function indentOf(tokens: readonly IToken[], token: IToken): number {
  return tokens.find((it) => it.startLine === token.startLine && it.tokenType !== t.Newline)?.startColumn ?? 1;
}

/** The first \`}\` that by its place closes nothing that it could, up to one that closes nothing at all. */
function closerOfAnother(tokens: readonly IToken[], at: number): number {
  const open: IToken[] = [];
  for (const [place, it] of tokens.slice(0, at).entries()) {
    if (openers.includes(it.tokenType)) open.push(it);
    else if (closers.includes(it.tokenType)) {
      const opener = open.pop();
      if (opener?.tokenType !== t.LeftBrace || opener.startLine === it.startLine) continue;
      const isFirst = tokens[place - 1]?.tokenType === t.Newline;
      if (!isFirst || indentOf(tokens, opener) !== it.startColumn) return place;
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
    const indent = indentOf(tokens, ended);
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

/** An opener and its neighbour in each other's place, as in `f32[B{ ]` and `f32][`. */
const turnedRound: Slip = (tokens, { at, open }, reporter) => {
  const closer = tokens[at];
  const [from, to] = tokens[at + 1]?.tokenType === (closer && openerOf(closer.tokenType)) ? [at, at + 1] : [at - 1, at];
  const [one, other] = [tokens[from], tokens[to]];
  if (closer === undefined || one === undefined || other === undefined) return undefined;
  const rest = [...tokens.slice(0, from), other, one, ...tokens.slice(to + 1)];
  if (!isOneOf(from === at ? other : one, openers) || mismatch(rest) !== undefined || open.length === 0)
    return undefined;
  const span = reporter.span(one.startOffset, endOf(other));
  const fix = { title: "exchange the two", edits: [{ span, text: `${other.image} ${one.image}` }] };
  reporter.report("MC1001", span, { expected: `\`${other.image}\``, found: `\`${one.image}\`` }, { fix });
  return rest;
};

/** The slips, the surest first. */
const slips: readonly Slip[] = [
  turnedRound,
  otherKind,
  exchanged,
  doubledOpener,
  doubledCloser,
  beforeElse,
  missingCloser,
  missingOpener,
];
