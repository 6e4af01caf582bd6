import * as t from "../../grammar/tokens.ts";
import { endOf } from "./cst.ts";
import { foundAt, isName, isOneOf, placeOf, type Case } from "./stop.ts";

/** `model Net: (x: f32[B, 4]) y: f32[B, 2] {` */
const missingArrow: Case = (stop) => {
  const { token, before, tokens, place, reporter } = stop;
  if (stop.expected !== "LeftBrace" || !isName(token) || !isOneOf(before, [t.RightParen])) return false;
  if (!isOneOf(tokens[place + 1], [t.Colon, t.LeftBracket])) return false;
  const at = reporter.span(token.startOffset, token.startOffset);
  const fix = { title: "insert `->`", edits: [{ span: at, text: "-> " }] };
  reporter.report("MC1001", reporter.spanOf(token), { expected: "`->`", found: foundAt(stop) }, { fix });
  return true;
};

/** `model Net: x: f32[B, 4] -> ... {` */
const missingParentheses: Case = (stop) => {
  const { token, before, tokens, place, reporter } = stop;
  if (stop.expected !== "LeftParen" || !isName(token) || !isOneOf(before, [t.Colon])) return false;
  if (!isOneOf(tokens[place + 1], [t.Colon])) return false;
  const help = `Inputs stand in parentheses: \`(${token.image}: f32[B, 10]) -> ...\`.`;
  reporter.report("MC1001", placeOf(stop), { expected: "`(`", found: foundAt(stop) }, { help });
  return true;
};

/** `(x f32[B, 4])`, `-> y f32[B, 4]` */
const missingColonOfType: Case = (stop) => {
  const { token, before, rules, reporter } = stop;
  const inHeader = rules.includes("callable") && (!rules.includes("body") || stop.expected === "LeftBrace");
  if (!inHeader || !isName(token) || !isName(before)) return false;
  if (!t.elementWords.includes(token.image) || t.elementWords.includes(before.image)) return false;
  const at = endOf(before);
  const fix = { title: "write `:`", edits: [{ span: reporter.span(at, at), text: ":" }] };
  reporter.report("MC1013", reporter.spanOf(before), { name: before.image }, { fix });
  return true;
};

/** `where: T >= 2` */
const colonBehindWhere: Case = (stop) => {
  const { token, before, rules, reporter } = stop;
  if (rules.at(-1) !== "facts" || !isOneOf(token, [t.Colon]) || before?.image !== "where") return false;
  const edits = [{ span: reporter.span(endOf(before), endOf(token)), text: "" }];
  const fix = { title: "remove the colon", edits };
  reporter.report("MC1001", reporter.spanOf(token), { expected: "a fact such as `T >= 2`", found: "`:`" }, { fix });
  return true;
};

/** What goes wrong in a header. */
export const headerCases: readonly Case[] = [colonBehindWhere, missingColonOfType, missingArrow, missingParentheses];
