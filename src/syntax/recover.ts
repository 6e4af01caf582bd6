import { createTokenInstance, tokenMatcher, type IToken, type TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { endOf } from "./cst.ts";

/**
 * Recovery from a syntax error, on tokens whose brackets are balanced: the smallest statement, entry or declaration
 * around the error is taken out, and the rest parses as if it had never been there.
 */

/** What is left after a cut, with the offsets that the cut covered and the name of the declaration around it. */
export interface Cut {
  readonly tokens: IToken[];
  readonly start: number;
  readonly end: number;
  readonly name: string | undefined;
}

const openers: readonly TokenType[] = [t.LeftParen, t.LeftBracket, t.LeftBrace];
const closers: readonly TokenType[] = [t.RightParen, t.RightBracket, t.RightBrace];

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

/** The tokens without those of [start, end), and without a newline that separates nothing any more. */
function without(tokens: readonly IToken[], start: number, end: number, instead: readonly IToken[] = []): IToken[] {
  const before = tokens.slice(0, start);
  const after = tokens.slice(end);
  if (instead.length > 0) return [...before, ...instead, ...after];
  if (after[0]?.tokenType === t.Newline) after.shift();
  else if (before.at(-1)?.tokenType === t.Newline) before.pop();
  return [...before, ...after];
}

/** Takes out what holds the token at `place`, which did not fit. */
export function exciseStatement(tokens: readonly IToken[], place: number): Cut {
  // A newline, a closing brace or the end of the text did not fit because of what stands before it.
  const at = tokens[place]?.tokenType;
  const ended = at === undefined || at === t.Newline || at === t.RightBrace;
  const blamed = ended ? Math.max(0, place - 1) : place;
  const outer = tokens[blamed]?.tokenType;
  const brace = enclosingBrace(tokens, outer === t.LeftBrace && ended ? blamed + 1 : blamed);
  const [, topEnd] = segmentAround(tokens, blamed, -1);
  const [topStart] = segmentAround(tokens, blamed, -1);
  const name = declaredName(tokens, topStart);
  const [start, end] = brace < topStart ? [topStart, topEnd] : segmentAround(tokens, blamed, brace);
  const covered = (from: number, to: number): Pick<Cut, "start" | "end"> => {
    const last = tokens[to - 1];
    return { start: tokens[from]?.startOffset ?? 0, end: last === undefined ? 0 : endOf(last) };
  };
  if (start < end && brace >= topStart) {
    return { tokens: without(tokens, start, end), ...covered(start, end), name };
  }
  // The header is at fault: keep the body for its own errors, under a header that parses.
  const [bodyStart, bodyEnd] = lastBraces(tokens, topStart, topEnd);
  const header = tokens[topStart];
  const headed = header && [t.Model, t.Block, t.Fn].includes(header.tokenType);
  if (headed && bodyStart > blamed && bodyEnd === topEnd && !isPlain(tokens, topStart, bodyStart)) {
    return {
      tokens: without(tokens, topStart, bodyStart, plainHeader(header)),
      ...covered(topStart, bodyStart),
      name,
    };
  }
  let until = topEnd;
  // Indented lines below a broken header belong to it.
  while (until < tokens.length && (tokens[until + 1]?.startColumn ?? 1) > 1) {
    until = segmentAround(tokens, until + 1, -1)[1];
  }
  return { tokens: without(tokens, topStart, Math.max(until, topStart + 1)), ...covered(topStart, until), name };
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

/** The name of a header that stands in for one that did not parse: no name that a text can contain. */
export const droppedName = "";

function plainHeader(header: IToken): readonly IToken[] {
  const at = header.startOffset;
  const { startLine: line = 1, startColumn: column = 1 } = header;
  const token = (type: TokenType, image: string): IToken =>
    createTokenInstance(type, image, at, at - 1, line, line, column, column);
  const type = [token(t.Identifier, ""), token(t.LeftBracket, ""), token(t.RightBracket, "")];
  const inputs = [token(t.LeftParen, ""), ...type, token(t.RightParen, "")];
  return [token(t.Block, ""), token(t.Identifier, droppedName), token(t.Colon, ""), ...inputs];
}

function isPlain(tokens: readonly IToken[], start: number, bodyStart: number): boolean {
  return bodyStart - start === 8 && tokens[start]?.image === "";
}

/** The name after a declaration's word. */
function declaredName(tokens: readonly IToken[], start: number): string | undefined {
  const name = tokens[start + 1];
  return name !== undefined && tokenMatcher(name, t.Identifier) && name.image !== "" ? name.image : undefined;
}

/** The declarations before the one that holds a place. */
export function keepBefore(tokens: readonly IToken[], place: number): IToken[] {
  const [start] = segmentAround(tokens, Math.max(0, place - 1), -1);
  return tokens.slice(0, Math.max(0, start - 1));
}
