import type { IToken, TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { closers, openers } from "./brackets.ts";
import { endOf } from "./cst.ts";
import { declarationFor, headerFor, isStandIn, statementsFor } from "./stand-in.ts";
import { tokenAfter } from "./token-after.ts";

/**
 * Recovery from a syntax error, on tokens whose brackets are balanced: the smallest statement, entry or declaration
 * around the error is taken out, and the rest parses with the names that it declares.
 */

/** What is left after a cut, with the offsets that the cut covered. */
export interface Cut {
  readonly tokens: IToken[];
  readonly start: number;
  readonly end: number;
}

/** The index of the `{` that holds a place, or -1 at the top level. */
function enclosingBrace(tokens: readonly IToken[], place: number): number {
  const depths: number[] = [];
  for (let i = 0; i < place; i++) {
    const type = tokens[i]?.tokenType;
    if (type !== undefined && openers.includes(type)) depths.push(i);
    else if (type !== undefined && closers.includes(type)) depths.pop();
  }
  return depths.findLast((it) => tokens[it]?.tokenType === t.LeftBrace) ?? -1;
}

/** The first and the last index (exclusive) of the line of tokens around a place, at the depth of that place's brace. */
function segmentAround(tokens: readonly IToken[], place: number, brace: number): readonly [number, number] {
  let start = brace + 1;
  let depth = 0;
  for (let i = brace + 1; i < tokens.length; i++) {
    const type = tokens[i]?.tokenType;
    if (type === undefined) break;
    if (openers.includes(type)) depth++;
    else if (closers.includes(type)) {
      if (depth === 0) return [start, i];
      depth--;
    } else if (type === t.Newline && depth === 0) {
      if (i >= place) return [start, i];
      start = i + 1;
    }
  }
  return [start, tokens.length];
}

/** The tokens with others instead of those of [start, end); where there are none, without a newline that separates nothing. */
function without(tokens: readonly IToken[], start: number, end: number, instead: readonly IToken[]): IToken[] {
  const before = tokens.slice(0, start);
  const after = tokens.slice(end);
  if (instead.length > 0) return [...before, ...instead, ...after];
  if (after[0]?.tokenType === t.Newline) after.shift();
  else if (before.at(-1)?.tokenType === t.Newline) before.pop();
  return [...before, ...after];
}

/** Puts a stand-in for what holds the token at `place`, which did not fit; `textEnd` is where the text ends. */
export function exciseStatement(tokens: readonly IToken[], place: number, textEnd: number): Cut {
  const within = exciseWithin(tokens, place, textEnd);
  if (within !== undefined) return within;
  const [topStart, topEnd] = segmentAround(tokens, blamedAt(tokens, place), -1);
  // Lines below that open no declaration belong to what is broken here.
  let until = Math.max(topEnd, topStart + 1);
  while (until < tokens.length && !opensDeclaration(tokens[until + 1])) {
    until = segmentAround(tokens, until + 1, -1)[1];
  }
  return cutOf(tokens, topStart, until, declarationFor, textEnd);
}

/** The index of what is at fault where a token did not fit. */
function blamedAt(tokens: readonly IToken[], place: number): number {
  // A newline, a closing brace or the end of the text did not fit because of what stands before it.
  const at = tokens[place]?.tokenType;
  const ended = at === undefined || at === t.Newline || at === t.RightBrace;
  return ended ? Math.max(0, place - 1) : place;
}

/** A cut of tokens from an index to another, with what stands in for them. */
function cutOf(
  tokens: readonly IToken[],
  from: number,
  to: number,
  standIn: (broken: readonly IToken[]) => readonly IToken[],
  textEnd: number,
): Cut {
  // What was left out before, as a stray bracket, counts up to the next token.
  const next = tokens[to]?.startOffset;
  const last = tokens[to - 1];
  const end = Math.max(next === undefined ? textEnd : next - 1, last === undefined ? 0 : endOf(last));
  const broken = tokens.slice(from, to);
  // A stand-in that does not fit either, as a binding among stages, goes without another.
  const instead = isStandIn(broken) ? [] : standIn(broken);
  return { tokens: without(tokens, from, to, instead), start: tokens[from]?.startOffset ?? 0, end };
}

/** The same where a statement, an entry or a header with its body holds the token; undefined where the declaration has to go. */
export function exciseWithin(tokens: readonly IToken[], place: number, textEnd: number): Cut | undefined {
  const blamed = blamedAt(tokens, place);
  const opens = tokens[blamed]?.tokenType === t.LeftBrace;
  const brace = enclosingBrace(tokens, opens ? blamed : blamed + 1);
  const [topStart, topEnd] = segmentAround(tokens, blamed, -1);
  const header = tokens[topStart];
  const isCallable = header !== undefined && t.callableTokens.includes(header.tokenType);
  if (brace >= topStart && header?.tokenType !== t.Import) {
    const [start, end] = segmentAround(tokens, blamed, brace);
    // An entry that is missing from a broken section is not missed.
    if (start < end) return cutOf(tokens, start, end, isCallable ? statementsFor : () => [], textEnd);
  }
  // The header is at fault: keep the body for its own errors.
  const [bodyStart, bodyEnd] = lastBraces(tokens, topStart, topEnd);
  const named = headerFor(tokens.slice(topStart, bodyStart));
  if (named === undefined || bodyStart <= blamed || bodyEnd !== topEnd) return undefined;
  return cutOf(tokens, topStart, bodyStart, () => named, textEnd);
}

function opensDeclaration(token: IToken | undefined): boolean {
  return token !== undefined && token.startColumn === 1 && t.declarationTokens.includes(token.tokenType);
}

/** The last pair of braces of a declaration. */
function lastBraces(tokens: readonly IToken[], start: number, end: number): readonly [number, number] {
  if (tokens[end - 1]?.tokenType !== t.RightBrace) return [-1, -1];
  let depth = 0;
  for (let i = end - 1; i >= start; i--) {
    const type = tokens[i]?.tokenType;
    if (type !== undefined && closers.includes(type)) depth++;
    else if (type !== undefined && openers.includes(type)) depth--;
    if (depth === 0) return [i, end];
  }
  return [-1, -1];
}

/** The declarations before the one that holds a place, and one for all that is left out. */
export function keepBefore(tokens: readonly IToken[], place: number): IToken[] {
  const [start] = segmentAround(tokens, Math.max(0, place - 1), -1);
  return endingInLost(tokens.slice(0, Math.max(0, start - 1)));
}

/** Tokens with a declaration after them that stands for what is left out of the text. */
export function endingInLost(tokens: readonly IToken[]): IToken[] {
  const last = tokens.at(-1);
  const token = (type: TokenType): IToken => tokenAfter(last, type);
  const separator = last === undefined ? [] : [token(t.Newline)];
  return [...tokens, ...separator, token(t.Const), token(t.Identifier), token(t.Equals), token(t.Identifier)];
}
