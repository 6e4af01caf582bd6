import * as t from "../../grammar/tokens.ts";
import { openers } from "./brackets.ts";
import { endOf } from "./cst.ts";
import { foundAt, isName, isOneOf, type Case } from "./stop.ts";

/** `for i, u in enumerate(units)` */
const severalTargets: Case = (stop) => {
  const { token, before, reporter, rules } = stop;
  if (rules.at(-1) !== "loopHead" || !isOneOf(token, [t.Comma]) || before === undefined) return false;
  const start = before.startOffset;
  let at = stop.place;
  while (isOneOf(stop.tokens[at], [t.Comma]) && isName(stop.tokens[at + 1])) at += 2;
  const last = stop.tokens[at - 1];
  const end = last === undefined ? start : endOf(last);
  const edits = [
    { span: reporter.span(start, start), text: "(" },
    { span: reporter.span(end, end), text: ")" },
  ];
  reporter.report(
    "MC1001",
    reporter.spanOf(token),
    { expected: "`in` after one name", found: "`,`" },
    {
      help: "Several names are put in parentheses: `for (i, u) in enumerate(units)`.",
      ...(isOneOf(stop.tokens[at], [t.In]) && { fix: { title: "put the names in parentheses", edits } }),
    },
  );
  return true;
};

/** `[x * i for i in range(3)]` */
const comprehension: Case = (stop) => {
  const { token, before, rules, reporter } = stop;
  const inBrackets = ["list", "call", "parenthesized", "argument"].includes(rules.at(-1) ?? "");
  if (!inBrackets || !isOneOf(token, [t.For]) || isOneOf(before, [t.Comma, ...openers])) return false;
  reporter.report(
    "MC1001",
    reporter.spanOf(token),
    { expected: "`,` or the end of these brackets", found: "the word `for`" },
    { help: "A `for` is a list by itself: `for i in range(3) { x * i }`." },
  );
  return true;
};

/** `x -> for u in units { h = Dense(u) }` */
const statementInChain: Case = (stop) => {
  const { token, rules, reporter } = stop;
  if (rules.at(-1) !== "chain" || !isOneOf(token, [t.Equals, t.UpdateArrow])) return false;
  reporter.report(
    "MC1001",
    reporter.spanOf(token),
    { expected: "`->` or `}`", found: foundAt(stop) },
    {
      help: "After `->` the braces of `repeat`, `for` and `when` hold stages. A `for` with statements is a value of its own, with no `->` before it.",
    },
  );
  return true;
};

/** `scan e in x over T reverse until lengths` */
const untilAfterReverse: Case = (stop) => {
  const { token, before, reporter } = stop;
  if (!isOneOf(token, [t.Until]) || !isOneOf(before, [t.Reverse])) return false;
  reporter.report(
    "MC1001",
    reporter.spanOf(token),
    { expected: "`with` or `{`", found: foundAt(stop) },
    { help: "`until` follows the axis that it ends: `over T until lengths reverse`." },
  );
  return true;
};

/** `scan e in x over T until lengths - 1 with ...` */
const computedEnd: Case = (stop) => {
  const { token, before, reporter, rules } = stop;
  // A body is expected, or what may stand before it.
  if (
    !rules.slice(-2).includes("scan") ||
    !isOneOf(token, [t.Plus, t.Minus, t.Star, t.Divide, t.FloorDivide, t.Percent])
  )
    return false;
  const help = `What is computed stands in parentheses: \`(${before?.image ?? ""} ${token.image} ...)\`.`;
  reporter.report("MC1001", reporter.spanOf(token), { expected: "`with` or `{`", found: foundAt(stop) }, { help });
  return true;
};

/** What is often meant where parsing stops at a loop. */
export const loopCases: readonly Case[] = [
  severalTargets,
  comprehension,
  statementInChain,
  untilAfterReverse,
  computedEnd,
];
