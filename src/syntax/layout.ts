import { createTokenInstance, tokenMatcher, type IToken, type TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { nearest } from "../support/nearest.ts";
import { closerOf, closers, openers } from "./brackets.ts";
import { endOf } from "./cst.ts";
import { endingInLost } from "./recover.ts";
import type { Reporter } from "./reporter.ts";
import { tokenAfter } from "./token-after.ts";
import type { Span } from "../support/source.ts";

/**
 * What happens between lexer and parser: newlines that end nothing and trailing commas go, brackets are balanced,
 * misspelt declaration words are corrected, `<-` is split where it is no update. Each error is reported where it is
 * made, and the tokens come out as the person meant them, so that one slip never spoils the rest of the file.
 */

/** How deep brackets may nest: the parser recurses once a level. */
export const deepestNesting = 100;

interface Open {
  readonly token: IToken;
  /** The column at which the line of the bracket starts. */
  readonly indent: number;
  /** Whether something follows it on its line. */
  readonly goesOn: boolean;
  /** Whether its line begins with `->`. */
  readonly inStage: boolean;
}

const binary = new Set<TokenType>([
  ...[t.Arrow, t.UpdateArrow, t.Plus, t.Minus, t.Star, t.Divide, t.FloorDivide, t.Percent, t.And, t.Or, t.Bar],
  ...[t.EqualEqual, t.NotEqual, t.Less, t.LessEqual, t.Greater, t.GreaterEqual, t.Equals, t.Dot, t.Colon],
]);
/** A newline after one of these ends nothing. */
const wantsMore = new Set<TokenType>([...binary, t.LeftBrace, t.Comma, t.Not]);
/** A newline before one of these ends nothing. */
const continues = new Set<TokenType>([...binary, ...closers, t.Comma]);

/** Words of other languages, and what stands for them here. */
const foreignWords = new Map([
  ["def", "fn"],
  ["func", "fn"],
  ["function", "fn"],
  ["class", "model"],
  ["network", "model"],
  ["layer", "block"],
  ["module", "block"],
  ["dataset", "data"],
  ["let", "const"],
  ["var", "const"],
]);

/** Words that join what stands before them with what follows. */
const infixTokens: readonly TokenType[] = [
  ...[t.As, t.In, t.Over, t.Of, t.On, t.Where, t.With, t.At, t.Else, t.Until, t.Reverse, t.Shared, t.From],
];
/** Their texts. */
export const infixWords: readonly string[] = infixTokens.map(t.imageOf);

/** Words that open an entry or a statement, and so are no misspelling of a declaration's. */
const innerWords = new Set([
  "step",
  "predict",
  "group",
  "freeze",
  "follow",
  "expect",
  "param",
  "state",
  "emit",
  "total",
  "finish",
  "repeat",
]);

/**
 * The tokens for the parser. Where nesting is too deep, only what stands before that declaration. `next` is what follows
 * the text and closes all that is open in it.
 */
export function applyLayout(lexed: readonly IToken[], reporter: Reporter, next?: Span): IToken[] {
  const out: IToken[] = [];
  const stack: Open[] = [];
  /** Depths at which the header of a scan or a `for` is open. */
  const loops: number[] = [];
  let newline: IToken | undefined;
  let indent = 1;
  let inStage = false;
  let segmentStart = 0;
  /** Brackets that are known to be closed below. */
  const closed = new Set<Open>();

  const dropTrailingComma = (): void => {
    const before = out.at(-2)?.tokenType;
    if (out.at(-1)?.tokenType !== t.Comma || before === undefined) return;
    if (before !== t.Comma && before !== t.Newline && !openers.includes(before)) out.pop();
  };

  /** Closes the innermost bracket, which the text does not. */
  const closeOpen = (before: Span | undefined): void => {
    const open = stack.pop();
    if (open === undefined) return;
    const closer = closerOf(open.token.tokenType);
    dropTrailingComma();
    const at = out.at(-1);
    const end = at === undefined ? 0 : endOf(at);
    const needed = t.imageOf(closer);
    // A string without an end, which was reported, has taken what stands behind it on its line.
    if (!lexed.some((it) => it.tokenType === t.BadString && isBehind(it, open.token))) {
      reporter.report(
        "MC1002",
        reporter.spanOf(open.token),
        { opener: open.token.image, closer: needed },
        {
          ...(before && { labels: [{ span: before, message: "this already belongs to something else" }] }),
          fix: { title: `insert \`${needed}\``, edits: [{ span: reporter.span(end, end), text: needed }] },
        },
      );
    }
    out.push(tokenAfter(at, closer));
  };

  /** Whether the brackets open since the last brace have all their closers below, so that one more has no place. */
  const closedLater = (from: number, top: Open): boolean => {
    const closer = closerOf(top.token.tokenType);
    let missing = 0;
    for (const it of stack) {
      if (it.token.tokenType === t.LeftBrace) missing = 0;
      else if (it.token.tokenType === top.token.tokenType) missing++;
    }
    let fresh = false;
    for (let i = from; i < lexed.length && missing > 0; i++) {
      const it = lexed[i];
      if (it === undefined || it.tokenType === t.LeftBrace || it.tokenType === t.RightBrace) break;
      if (fresh && opensOperand(it, lexed[i + 1]) && (it.startColumn ?? 1) <= top.indent) break;
      fresh = it.tokenType === t.Newline;
      if (it.tokenType === top.token.tokenType) missing++;
      else if (it.tokenType === closer) missing--;
    }
    return missing === 0;
  };

  /** Whether the brackets open since the last brace have too few closers before that brace is closed, counted from a token on. */
  const lacksCloser = (from: number, top: Open): boolean => {
    if (closed.has(top)) return false;
    const opener = top.token.tokenType;
    const braceAt = stack.findLastIndex((it) => it.token.tokenType === t.LeftBrace);
    let missing = stack.slice(braceAt + 1).filter((it) => it.token.tokenType === opener).length;
    let braces = 0;
    for (const it of lexed.slice(from)) {
      if (it.tokenType === t.LeftBrace) braces++;
      else if (it.tokenType === t.RightBrace && braces-- === 0) break;
      else if (it.tokenType === opener) missing++;
      else if (it.tokenType === closerOf(opener)) missing--;
      if (missing > 0) continue;
      closed.add(top);
      return false;
    }
    return true;
  };

  /** Whether braces that are open have no closers before the next declaration, counted from a token on. */
  const lacksBrace = (from: number): boolean => {
    let open = stack.filter((it) => it.token.tokenType === t.LeftBrace).length;
    for (let i = from; i < lexed.length && open > 0; i++) {
      const it = lexed[i];
      if (it?.tokenType === t.LeftBrace) open++;
      else if (it?.tokenType === t.RightBrace) open--;
      else if (it?.startColumn === 1 && t.declarationTokens.includes(it.tokenType)) break;
    }
    return open > 0;
  };

  /** Whether a line begins something new although the brace that an earlier line opened and went on after is open. */
  const leftOpen = (token: IToken, index: number, top: Open): boolean => {
    if (top.token.tokenType !== t.LeftBrace || !top.goesOn || indent > top.indent) return false;
    const before = out.at(-1)?.tokenType ?? t.Comma;
    return opensOperand(token, lexed[index + 1]) && !wantsMore.has(before) && lacksBrace(index);
  };

  /** Matches a closer with its opener; false where the token must be left out. */
  const close = (token: IToken, index: number): boolean => {
    const wanted = token.tokenType;
    const top = stack.at(-1);
    if (top !== undefined && closerOf(top.token.tokenType) === wanted) {
      stack.pop();
      return true;
    }
    const braceAt = stack.findLastIndex((it) => it.token.tokenType === t.LeftBrace);
    const matching = stack.findLastIndex((it) => closerOf(it.token.tokenType) === wanted);
    // `[x, x), 2)`: the one that it could close has its own closer below, and the innermost has none.
    const around = matching === stack.length - 2 && wanted !== t.RightBrace ? stack[matching] : undefined;
    const isMistyped =
      top !== undefined && around !== undefined && closedLater(index + 1, around) && !closedLater(index + 1, top);
    if (matching !== -1 && matching >= braceAt && !isMistyped) {
      while (stack.length > matching + 1) closeOpen(reporter.spanOf(token));
      stack.pop();
      return true;
    }
    const where = reporter.spanOf(token);
    const stray = top === undefined || top.token.tokenType === t.LeftBrace || wanted === t.RightBrace;
    if (stray || closedLater(index + 1, top)) {
      reporter.report(
        "MC1003",
        where,
        { closer: token.image },
        {
          fix: { title: `remove \`${token.image}\``, edits: [{ span: where, text: "" }] },
        },
      );
      return false;
    }
    const meant = closerOf(top.token.tokenType);
    const text = t.imageOf(meant);
    reporter.report(
      "MC1004",
      where,
      { opener: top.token.image, closer: token.image, meant: text },
      {
        labels: [{ span: reporter.spanOf(top.token), message: "opened here" }],
        fix: { title: `write \`${text}\``, edits: [{ span: where, text }] },
      },
    );
    t.retag(token, meant);
    stack.pop();
    return true;
  };

  /** Whether a newline before this token ends a statement, an entry or a declaration. */
  const endsHere = (token: IToken, next: IToken | undefined, declares: boolean): boolean => {
    const before = out.at(-1);
    if (before === undefined || before.tokenType === t.Newline) return false;
    if (declares) return true;
    const type = token.tokenType;
    const top = stack.at(-1)?.token.tokenType;
    if (top === t.LeftParen || top === t.LeftBracket) return false;
    if (continues.has(type)) return false;
    if (wantsMore.has(before.tokenType)) {
      // `y = x +` with a new binding or entry below: the value is missing there, and the next line is sound.
      const named = tokenMatcher(token, t.Identifier) && next !== undefined && top === t.LeftBrace;
      const binds = named && (next.tokenType === t.Equals || next.tokenType === t.UpdateArrow);
      const opens = named && next.tokenType === t.Colon && before.tokenType === t.Colon;
      // Settings of a pattern have names: `group "**.bias":` and `decay=0` below it.
      const sets = before.tokenType === t.Colon && out.at(-2)?.tokenType === t.StringToken;
      return opens || (binds && !sets && binary.has(before.tokenType));
    }
    if (type === t.Where && stack.length === 0) return false;
    if (type === t.With && loops.at(-1) === stack.length) return false;
    if (type === t.Else && before.tokenType === t.RightBrace) return false;
    if (type === t.LeftBrace) {
      const where = reporter.spanOf(token);
      const gap = reporter.span(endOf(before), token.startOffset);
      const fix = { title: "move it up", edits: [{ span: gap, text: " " }] };
      reporter.report("MC1015", where, {}, { fix });
      return false;
    }
    return true;
  };

  for (const [i, original] of lexed.entries()) {
    if (original.tokenType === t.Newline) {
      newline ??= original;
      continue;
    }
    const first = newline !== undefined || i === 0;
    let token = original;
    const following = lexed[i + 1];
    if (first) {
      indent = token.startColumn ?? 1;
      inStage = token.tokenType === t.Arrow;
      const declares = indent === 1 && opensDeclaration(token, following, lexed[i + 2], stack.length > 0, reporter);
      if (declares) while (stack.length > 0) closeOpen(reporter.spanOf(token));
      // Two operands side by side: the line began something new, and the bracket above was left open.
      const top = stack.at(-1);
      if (top !== undefined && top.token.tokenType !== t.LeftBrace && indent <= top.indent) {
        const before = out.at(-1)?.tokenType ?? t.Comma;
        // `-> Conv2D(32, activation=relu` with another stage below it.
        const isNextStage = token.tokenType === t.Arrow && top.inStage && lacksCloser(i, top);
        if (isNextStage || (opensOperand(token, following) && !wantsMore.has(before) && !openers.includes(before))) {
          while (stack.length > 0 && stack.at(-1)?.token.tokenType !== t.LeftBrace) closeOpen(reporter.spanOf(token));
        }
      }
      for (let open = stack.at(-1); open && leftOpen(token, i, open); open = stack.at(-1))
        closeOpen(reporter.spanOf(token));
      if (newline !== undefined && endsHere(token, following, declares)) {
        dropTrailingComma();
        out.push(newline);
        if (loops.at(-1) === stack.length) loops.pop();
        if (stack.length === 0) segmentStart = out.length;
      }
      newline = undefined;
    }
    const before = out.at(-1);
    if (token.tokenType === t.UpdateArrow && !updates(out)) {
      const { startOffset: at, startLine: line = 1, startColumn: column = 1 } = token;
      out.push(createTokenInstance(t.Less, "<", at, at, line, line, column, column));
      token = createTokenInstance(t.Minus, "-", at + 1, at + 1, line, line, column + 1, column + 1);
    }
    if (openers.includes(token.tokenType)) {
      if (token.tokenType === t.LeftBrace) {
        if (before?.tokenType === t.Comma) dropTrailingComma();
        if (loops.at(-1) === stack.length) loops.pop();
      }
      const goesOn = following !== undefined && following.tokenType !== t.Newline;
      stack.push({ token, indent, goesOn, inStage });
      if (stack.length > deepestNesting) {
        reporter.report("MC1005", reporter.spanOf(token), { limit: deepestNesting });
        return endingInLost(trimNewlines(out.slice(0, segmentStart)));
      }
    } else if (closers.includes(token.tokenType)) {
      dropTrailingComma();
      if (!close(token, i)) continue;
    } else if (token.tokenType === t.Scan || token.tokenType === t.For) loops.push(stack.length);
    out.push(token);
  }
  while (stack.length > 0) closeOpen(next);
  if (next !== undefined) dropTrailingComma();
  return trimNewlines(out);
}

function trimNewlines(tokens: IToken[]): IToken[] {
  while (tokens.at(-1)?.tokenType === t.Newline) tokens.pop();
  return tokens;
}

/** Whether `<-` after these tokens updates: it does after a name at the start of a statement. */
function updates(out: readonly IToken[]): boolean {
  const name = out.at(-1);
  const before = out.at(-2)?.tokenType;
  if (name === undefined || !tokenMatcher(name, t.Identifier)) return false;
  return before === undefined || before === t.Newline || before === t.LeftBrace;
}

/** Whether a token begins a value. A word that joins is none, unless it is bound. */
function opensOperand(token: IToken, next: IToken | undefined): boolean {
  const binds = next !== undefined && [t.Equals, t.Colon, t.UpdateArrow].includes(next.tokenType);
  if (infixTokens.includes(token.tokenType) && !binds) return false;
  const opening: readonly TokenType[] = [t.Identifier, t.NumberToken, t.StringToken];
  return opening.some((type) => tokenMatcher(token, type)) || token.tokenType === t.When || token.tokenType === t.Scan;
}

/**
 * Whether a token in column 1 opens a declaration: a declaration's word before a name. A word that is nearly one, or
 * another language's, is reported and corrected.
 */
function opensDeclaration(
  token: IToken,
  next: IToken | undefined,
  after: IToken | undefined,
  inside: boolean,
  reporter: Reporter,
): boolean {
  if (!tokenMatcher(token, t.Identifier) || next === undefined) return false;
  const named = tokenMatcher(next, t.Identifier);
  if (token.tokenType === t.Import) return next.tokenType === t.LeftBrace;
  if (token.tokenType === t.Spec) return !inside && next.tokenType === t.NumberToken;
  // `data as layer { ... }` at the start of an unindented line goes on from a name that happens to be `data`.
  const infix = infixTokens.includes(next.tokenType) && !(after !== undefined && headerContinues(after));
  if (t.declarationTokens.includes(token.tokenType)) return named && !infix;
  if (innerWords.has(token.image)) return false;
  const plausible = named && after !== undefined && headerContinues(after);
  if (!plausible) return false;
  const meant = foreignWords.get(token.image) ?? nearest(token.image, t.declarationWords);
  if (meant === undefined) return false;
  const span = reporter.spanOf(token);
  reporter.report(
    "MC1012",
    span,
    { what: "declaration", word: token.image, meant },
    {
      fix: { title: `write \`${meant}\``, edits: [{ span, text: meant }] },
    },
  );
  const type = t.declarationTokens.find((it) => t.imageOf(it) === meant);
  if (type !== undefined) t.retag(token, type);
  return true;
}

function headerContinues(token: IToken): boolean {
  return [t.LeftParen, t.LeftBrace, t.Colon, t.On, t.Equals].includes(token.tokenType);
}

/** Whether a token stands behind another on its line. */
function isBehind({ startLine, startOffset }: IToken, other: IToken): boolean {
  return startLine === other.startLine && startOffset > other.startOffset;
}
