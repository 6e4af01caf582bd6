import type { IToken } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import type { Fix } from "../diagnostics/diagnostic.ts";
import { bracketMismatch, type Slip } from "./bracket-mismatch.ts";
import { closerOf, closers, openerOf, openers } from "./brackets.ts";
import { closingPlace } from "./closing-place.ts";
import { endOf } from "./cst.ts";
import { missingOpener } from "./missing-opener.ts";
import type { Reporter } from "./reporter.ts";
import { isName, isOneOf } from "./stop.ts";
import { tokenAfter } from "./token-after.ts";

/**
 * Mends what one slip at a bracket leaves in a declaration, before the rules of layout look at it: a bracket of another
 * kind, two closers in each other's place, an opener twice, an opener that is missing between two values or at the
 * end of a line, a closer that is missing before what cannot stand in its brackets. A slip is taken for what it is
 * where all brackets of the declaration match without it; what is left is for the layout.
 */
export function mendBrackets(lexed: readonly IToken[], reporter: Reporter): readonly IToken[] {
  return declarationsOf(lexed).flatMap((part) => {
    const found = bracketMismatch(part);
    if (found === undefined) return part;
    for (const slip of slips) {
      const mended = slip(part, found, reporter);
      if (mended !== undefined) return mended;
    }
    return part;
  });
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
  if (bracketMismatch(tokens, at + 1, open.slice(0, -1)) !== undefined) return undefined;
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
  if (bracketMismatch(tokens, second + 1, open.slice(0, -2)) !== undefined) return undefined;
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
  if (bracketMismatch(rest) !== undefined) return undefined;
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
  if (bracketMismatch(rest) !== undefined) return undefined;
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
  const rest = tokens.toSpliced(last, 0, inserted);
  if (bracketMismatch(rest) !== undefined) return undefined;
  const text = t.imageOf(inserted.tokenType);
  const end = endOf(before);
  const edit = { span: reporter.span(end, end), text: isOneOf(opener, [t.LeftBrace]) ? ` ${text}` : text };
  reportMissing(opener, next, edit, reporter);
  return rest;
};

/** Reports that the closer of an opener is missing before a token, with the edit that inserts it. */
function reportMissing(opener: IToken, next: IToken, edit: Fix["edits"][number], reporter: Reporter): void {
  const closer = t.imageOf(closerOf(opener.tokenType));
  reporter.report(
    "MC1002",
    reporter.spanOf(opener),
    { opener: opener.image, closer },
    {
      labels: [{ span: reporter.spanOf(next), message: `a \`${closer}\` is missing before this` }],
      fix: { title: `insert \`${closer}\``, edits: [edit] },
    },
  );
}

/** `when c { a else { b }` */
const beforeElse: Slip = (tokens, { at, open }, reporter) => {
  const outer = tokens[open[0] ?? -1];
  if (at < tokens.length || open.length !== 1 || outer?.tokenType !== t.LeftBrace) return undefined;
  for (const [place, it] of tokens.entries()) {
    const before = tokens[place - 1];
    if (it.tokenType !== t.Else || before === undefined || before.tokenType === t.RightBrace) continue;
    const inserted = tokenAfter(before, t.RightBrace);
    const rest = tokens.toSpliced(place, 0, inserted);
    if (bracketMismatch(rest) !== undefined) continue;
    const opener = tokens[bracketMismatch(tokens.slice(0, place))?.open.at(-1) ?? -1];
    if (opener === undefined) continue;
    const edit = { span: reporter.span(it.startOffset, it.startOffset), text: "} " };
    reportMissing(opener, it, edit, reporter);
    return rest;
  }
  return undefined;
};

/** An opener and its neighbour in each other's place, as in `f32[B{ ]` and `f32][`. */
const turnedRound: Slip = (tokens, { at, open }, reporter) => {
  const closer = tokens[at];
  const [from, to] = tokens[at + 1]?.tokenType === (closer && openerOf(closer.tokenType)) ? [at, at + 1] : [at - 1, at];
  const [one, other] = [tokens[from], tokens[to]];
  if (closer === undefined || one === undefined || other === undefined) return undefined;
  const rest = tokens.toSpliced(from, 2, other, one);
  if (!isOneOf(from === at ? other : one, openers) || bracketMismatch(rest) !== undefined || open.length === 0)
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
