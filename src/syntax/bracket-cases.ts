import * as t from "../../grammar/tokens.ts";
import { closers, openers } from "./brackets.ts";
import { endOf } from "./cst.ts";
import { foundAt, isName, isOneOf, placeOf, type Case, type Stop } from "./stop.ts";

/** The index of the opener that is open before an index; -1 where none is. */
function openedBefore(tokens: Stop["tokens"], place: number): number {
  let depth = 0;
  return tokens.findLastIndex((it, at) => {
    if (at >= place) return false;
    if (isOneOf(it, closers)) depth++;
    return isOneOf(it, openers) && depth-- === 0;
  });
}

/** `Dense[8, activation=relu]`, `Dense{8}` */
const bracketsOfArguments: Case = (stop) => {
  const { token, tokens, place, rules, reporter } = stop;
  const at = isOneOf(token, [t.LeftBrace]) ? place : openedBefore(tokens, place);
  const [name, opener] = [tokens[at - 1], tokens[at]];
  if (!rules.includes("body") || !isName(name) || opener === undefined) return false;
  if (endOf(name) !== opener.startOffset) return false;
  const isBrace = at === place;
  if (!isBrace && !(isOneOf(token, [t.Equals]) && opener.tokenType === t.LeftBracket)) return false;
  const help = `Arguments stand in \`( )\`: \`${name.image}(...)\`.`;
  const span = reporter.spanOf(opener);
  reporter.report("MC1001", span, { expected: "`(`", found: `\`${opener.image}\`` }, { help });
  return true;
};

/** `repeat 3 ( Dense(8) )`, `when deep [ x ]` */
const bracketsOfBody: Case = (stop) => {
  const { tokens, place, before, expected, rules, reporter } = stop;
  if (
    expected !== "LeftBrace" ||
    !rules.slice(0, -1).includes("body") ||
    !isOneOf(before, [t.RightParen, t.RightBracket])
  )
    return false;
  const at = openedBefore(tokens, place - 1);
  const [value, opener] = [tokens[at - 1], tokens[at]];
  if (value === undefined || opener === undefined || endOf(value) === opener.startOffset) return false;
  const help = "The body of `repeat`, `for`, `scan` and `when` stands in `{ }`.";
  const span = opener.startLine === before.startLine ? reporter.spanOf(opener) : placeOf(stop);
  const found = span.start === opener.startOffset ? `\`${opener.image}\`` : foundAt(stop);
  reporter.report("MC1001", span, { expected: "`{`", found }, { help });
  return true;
};

/** `f32(B, 4)` */
const parenthesizedDims: Case = (stop) => {
  const { token, tokens, place, reporter } = stop;
  const [element, open] = [tokens[place - 3], tokens[place - 2]];
  if (!isOneOf(token, [t.Comma]) || !isOneOf(open, [t.LeftParen]) || element === undefined) return false;
  if (!t.elementWords.includes(element.image)) return false;
  const help = `Dims stand in brackets: \`${element.image}[B, 10]\`.`;
  reporter.report("MC1001", reporter.spanOf(open), { expected: "`[`", found: "`(`" }, { help });
  return true;
};

/** `x(:, 0:4)`: what is more telling comes before it. */
export const parenthesizedIndex: Case = (stop) => {
  const { token, before, expected, rules, reporter } = stop;
  const isClosed = expected === "RightParen" || expected === "RightBracket";
  if (!isClosed || rules.at(-1) !== "call" || !isOneOf(token, [t.Colon]) || before === undefined || isName(before))
    return false;
  const help = "An index stands in `[ ]`: `x[:, 0:4]`.";
  reporter.report("MC1001", reporter.spanOf(token), { expected: "an argument", found: "`:`" }, { help });
  return true;
};

/** Brackets of another kind than what they hold stands in; {@link parenthesizedIndex} is one more. */
export const bracketCases: readonly Case[] = [parenthesizedDims, bracketsOfArguments, bracketsOfBody];
