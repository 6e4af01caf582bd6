import { createTokenInstance, tokenMatcher, type IToken, type TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { closers, openers } from "./brackets.ts";
import { lostName } from "./lost-name.ts";
import { isName, isOneOf, reserved } from "./stop.ts";
import { tokenAfter } from "./token-after.ts";

/**
 * What stands in for a part of a text that does not parse: the least that does, with the names that the part declares,
 * so that their uses are known. Its own tokens have no text, and what is not known is {@link lostName}.
 */

const owners: readonly TokenType[] = [t.Param, t.State, t.Total, t.Largest, t.Smallest];
const operandEnds: readonly TokenType[] = [...closers, t.NumberToken, t.StringToken, t.Identifier];
const loops: readonly TokenType[] = [t.For, t.When, t.Scan];

/** A token without text at the beginning of another. */
function ahead(of: IToken, type: TokenType): IToken {
  const { startOffset: start, startLine: line = 1, startColumn: column = 1 } = of;
  return createTokenInstance(type, "", start, start - 1, line, line, column, column);
}

/** A word that is no name as one. */
function named({ image, startOffset, startLine = 1, startColumn = 1 }: IToken): IToken {
  const [end, endColumn] = [startOffset + image.length - 1, startColumn + image.length - 1];
  return createTokenInstance(t.Identifier, image, startOffset, end, startLine, startLine, startColumn, endColumn);
}

/** The name that was lost, or the value, at the end of a token. */
const lostAfter = (before: IToken): IToken => tokenAfter(before, t.Identifier);

/** Whether tokens are a stand-in. */
export function isStandIn(tokens: readonly IToken[]): boolean {
  const lost = tokens.some((it) => it.tokenType === t.Identifier && it.image === lostName);
  return lost && tokens.every((it) => it.image === "" || isName(it));
}

/** What stands in for statements: a binding of what they bind, or a value. */
export function statementsFor(broken: readonly IToken[]): readonly IToken[] {
  const made: IToken[] = [];
  for (const [index, line] of linesOf(broken).entries()) {
    const statement = statementFor(line, index === 0);
    const before = made.at(-1);
    if (before !== undefined && statement.length > 0) made.push(tokenAfter(before, t.Newline));
    made.push(...statement);
  }
  return made;
}

/** The statements of tokens, by their lines outside of brackets; what stands in brackets belongs to the line of the first. */
function linesOf(tokens: readonly IToken[]): readonly (readonly IToken[])[] {
  const lines: IToken[][] = [];
  let depth = 0;
  let before: IToken | undefined;
  for (const [at, it] of tokens.entries()) {
    const line = lines.at(-1);
    // `u = f(a) v = f(b)`
    const binds = isName(it) && isOneOf(tokens[at + 1], [t.Equals]) && isOneOf(line?.[1], [t.Equals]);
    const another = it.startLine !== before?.endLine || (binds && isOneOf(before, operandEnds));
    if (line === undefined || (depth === 0 && another)) lines.push([it]);
    else line.push(it);
    if (isOneOf(it, openers)) depth++;
    else if (isOneOf(it, closers)) depth--;
    before = it;
  }
  return lines;
}

function statementFor(line: readonly IToken[], first: boolean): readonly IToken[] {
  const [head, second] = line;
  const last = line.at(-1);
  if (head === undefined || last === undefined) return [];
  const lost = lostAfter(last);
  const bind = (names: readonly IToken[]): readonly IToken[] => {
    const equals = tokenAfter(names.at(-1) ?? head, t.Equals);
    if (names.length < 2) return [names[0] ?? lostAfter(head), equals, lost];
    const listed = names.flatMap((it) => [it, tokenAfter(it, t.Comma)]).slice(0, -1);
    return [
      ahead(names[0] ?? head, t.LeftParen),
      ...listed,
      tokenAfter(names.at(-1) ?? head, t.RightParen),
      equals,
      lost,
    ];
  };
  if (isOneOf(head, owners) && isName(second)) return bind([second]);
  if (isName(head) && isOneOf(second, [t.UpdateArrow])) return [head, tokenAfter(head, t.UpdateArrow), lost];
  const names = boundNames(line, first);
  // `h image = -> Dense(4)`: which of the names it was to bind is not known.
  const isOpen = isName(second) && line.slice(2).some((it) => it.tokenType === t.Equals);
  if (names !== undefined) return bind(isOpen && names.length === 1 ? [...names, lost] : names);
  if (!first) return [];
  return isOneOf(head, [t.Emit]) ? [head, lost] : [lost];
}

/** The names that a line binds, or would if it parsed; undefined where it binds none. */
function boundNames(line: readonly IToken[], first: boolean): readonly IToken[] | undefined {
  const [head, second] = line;
  // `scan = x`, where the word is told to be none for a name.
  if (isOneOf(head, reserved) && isOneOf(second, [t.Equals])) return [named(head)];
  // ` = x -> Dense(4)`, which goes on from the line above
  if (isOneOf(head, [t.Equals])) return [lostAfter(head)];
  if (head === undefined || isOneOf(head, [...loops, t.Else])) return undefined;
  if (isName(head) && isOneOf(second, [t.Equals, t.Colon])) return [head];
  const equals = line.findIndex((it) => it.tokenType === t.Equals);
  // `a, b = pair`
  const listed = line.slice(0, Math.max(0, equals));
  if (listed.length > 1 && listed.every((it, at) => (at % 2 === 0 ? isName(it) : isOneOf(it, [t.Comma]))))
    return listed.filter(isName);
  // `let extra = hidden`
  if (isName(head) && isName(second) && isOneOf(line[2], [t.Equals])) return [second];
  if (isOneOf(head, [t.LeftParen])) return equals === -1 ? undefined : line.slice(0, equals).filter(isName);
  if (!first) return undefined;
  // `extra hidden * 2`, `extra -= hidden`, `3 = x`
  const operand =
    isOneOf(second, loops) ||
    [t.Identifier, t.NumberToken, t.StringToken].some((it) => second && tokenMatcher(second, it));
  if (isName(head) && operand && !isOneOf(head, [t.Emit, t.Finish])) return [head];
  let depth = 0;
  for (const it of line) {
    if (isOneOf(it, openers)) depth++;
    else if (isOneOf(it, closers)) depth--;
    if (it.tokenType === t.Arrow) return undefined;
    if (it.tokenType === t.Equals && depth === 0) return isName(head) ? [head] : [lostAfter(head)];
  }
  return undefined;
}

/** Whether what follows a declaration's name goes on as it should: what is wrong is not the name. */
function isSound([word, , third, fourth, fifth]: readonly IToken[]): boolean {
  if (isName(third)) return false;
  if (!isOneOf(word, t.callableTokens)) return true;
  if (isOneOf(third, [t.LeftParen])) return !isOneOf(fourth, [t.Colon]);
  // `block Layerheads: int): (x: f32[B, D])`
  return isOneOf(fourth, [t.LeftParen]) || !isOneOf(fifth, [t.Colon, t.Comma, t.Equals]);
}

/** What stands in for the header of a declaration whose body is kept; undefined where it opens with no declaration's word. */
export function headerFor(broken: readonly IToken[]): readonly IToken[] | undefined {
  const [word, second] = broken;
  if (word === undefined) return undefined;
  const name = isName(second) && isSound(broken) ? second : lostAfter(word);
  const at = (type: TokenType): IToken => tokenAfter(name, type);
  const lost = lostAfter(name);
  switch (word.tokenType) {
    case t.Model:
    case t.Block:
    case t.Fn:
    case t.Metric: {
      const type = [lost, at(t.LeftBracket), at(t.RightBracket)];
      return [word, name, at(t.Colon), at(t.LeftParen), lost, at(t.Colon), ...type, at(t.RightParen)];
    }
    case t.Data:
      return [word, name];
    case t.Train:
    case t.Tune:
      return [word, lost, at(t.On), lost];
    case t.Test:
    case t.Budget:
      return [word, lost];
    default:
      return undefined;
  }
}

/** What stands in for a declaration. */
export function declarationFor(broken: readonly IToken[]): readonly IToken[] {
  const [word, second] = broken;
  const last = broken.at(-1);
  if (word === undefined || last === undefined) return [];
  const at = (type: TokenType): IToken => tokenAfter(last, type);
  if (word.tokenType === t.Import) {
    const end = broken.findIndex((it) => isOneOf(it, [t.RightBrace, t.From, t.StringToken]));
    const words = broken.slice(1, end === -1 ? broken.length : end).filter(isName);
    // `import numpy as np` names one module.
    const names = words.filter((it, index) => words.findIndex(({ image }) => image === it.image) === index);
    const listed = (names.length === 0 ? [lostAfter(word)] : names).flatMap((it) => [it, tokenAfter(it, t.Comma)]);
    return [
      word,
      tokenAfter(word, t.LeftBrace),
      ...listed.slice(0, -1),
      at(t.RightBrace),
      at(t.From),
      at(t.StringToken),
    ];
  }
  const header = headerFor(broken);
  if (header !== undefined) {
    const body = isOneOf(word, t.callableTokens) ? [lostAfter(last)] : [];
    return [...header, at(t.LeftBrace), ...body, at(t.RightBrace)];
  }
  const isConst = word.tokenType === t.Const;
  // Several lines outside of all declarations are what is left of one: nobody knows its name.
  const isRest = (last.endLine ?? 1) > (word.startLine ?? 1);
  // ` width = 3`
  const name = isConst ? second : isOneOf(second, [t.Equals]) && !isRest ? word : undefined;
  if (!isName(second) && name === undefined && !isConst && !isRest) return [];
  return [ahead(word, t.Const), isName(name) ? name : lostAfter(word), at(t.Equals), lostAfter(last)];
}
