import * as t from "../../grammar/tokens.ts";
import { nearest } from "../support/nearest.ts";
import { isName, isOneOf, startOfPart, type Case, type Stop } from "./stop.ts";

const shares = "Shares stand beside their names: `split: train 0.8, validate 0.1, test 0.1`.";
const inParentheses =
  "What belongs to a word stands behind it in parentheses, as in `optimizer: adam(lr=0.001)`; several values are separated by commas.";

/** Whether a place is within an entry of a section, behind its key. */
function isInEntry({ rules }: Stop): boolean {
  return rules.includes("section") && !rules.includes("feature");
}

/** `split: train: 0.8, validate: 0.2` */
const colonOfShare: Case = ({ token, tokens, place, before, reporter }) => {
  if (!isOneOf(token, [t.Colon]) || !isName(before) || tokens[place - 3]?.image !== "split") return false;
  if (!isOneOf(tokens[place - 2], [t.Colon]) || !isOneOf(tokens[place + 1], [t.NumberToken])) return false;
  const end = tokens.findIndex((it, at) => at > place && isOneOf(it, [t.Newline, t.RightBrace]));
  const edits = tokens.slice(0, end < 0 ? tokens.length : end).flatMap((it, at) => {
    const isOne = at >= place && isOneOf(it, [t.Colon]) && isOneOf(tokens[at + 1], [t.NumberToken]);
    return isOne ? [{ span: reporter.spanOf(it), text: "" }] : [];
  });
  reporter.report(
    "MC1001",
    reporter.spanOf(token),
    { expected: `the share of \`${before.image}\``, found: "`:`" },
    {
      help: shares,
      fix: { title: edits.length > 1 ? "remove these colons" : "remove the colon", edits },
    },
  );
  return true;
};

/** `clip: norm: 1` */
const secondColon: Case = (stop) => {
  const { token, tokens, place, before, reporter } = stop;
  const key = tokens[place - 3];
  if (!isInEntry(stop) || !isOneOf(token, [t.Colon]) || !isName(before) || key === undefined) return false;
  if (!isOneOf(tokens[place - 2], [t.Colon])) return false;
  const parameters = { expected: `one colon, behind \`${key.image}\``, found: "another" };
  reporter.report("MC1001", reporter.spanOf(token), parameters, { help: inParentheses });
  return true;
};

/** `clip: { norm: 1 }` */
const bracesOfValue: Case = (stop) => {
  const { token, tokens, place, before, reporter } = stop;
  if (!isInEntry(stop) || !isOneOf(token, [t.LeftBrace]) || !isOneOf(before, [t.Colon])) return false;
  const parameters = { expected: "a value", found: "`{`" };
  const help = tokens[place - 2]?.image === "split" ? shares : inParentheses;
  reporter.report("MC1001", reporter.spanOf(token), parameters, { help });
  return true;
};

/** `epochs: 3 batch: 4` */
const entryBehindAnother: Case = (stop) => {
  const { token, tokens, place, before, reporter } = stop;
  const last = tokens[place - 2];
  if (!isInEntry(stop) || !isOneOf(token, [t.Colon]) || !isName(before) || last === undefined) return false;
  if (last.startLine !== before.startLine || stop.expected !== "RightBrace") return false;
  reporter.report(
    "MC1029",
    reporter.spanOf(before),
    { what: "entry", found: `\`${before.image}\`` },
    {
      labels: [{ span: reporter.spanOf(last), message: "it could have ended here" }],
      help: "Start a new line for a new entry.",
    },
  );
  return true;
};

/** `predict Price { ... }`, `predit { ... }` */
const headOfPredict: Case = (stop) => {
  const { token, tokens, place, before, rules, reporter } = stop;
  if (!rules.includes("section") || !isName(before) || startOfPart(stop, [t.Newline]) !== place - 1) return false;
  const span = reporter.spanOf(before);
  if (token?.tokenType === t.LeftBrace) {
    if (nearest(before.image, ["predict"]) === undefined) return false;
    const fix = { title: "write `predict`", edits: [{ span, text: "predict" }] };
    reporter.report("MC1012", span, { what: "entry", word: before.image, meant: "predict" }, { fix });
    return true;
  }
  const brace = tokens.findIndex((it, at) => at >= place && isOneOf(it, [t.LeftBrace, t.Newline]));
  if (before.image !== "predict" || !isName(token) || !isOneOf(tokens[brace], [t.LeftBrace])) return false;
  const help = "It is of the training that it stands in: `predict { price: invert(y) }`.";
  reporter.report("MC1001", reporter.spanOf(token), { expected: "`{`", found: `\`${token.image}\`` }, { help });
  return true;
};

/** What goes wrong in an entry of a section. */
export const entryCases: readonly Case[] = [
  headOfPredict,
  colonOfShare,
  secondColon,
  bracesOfValue,
  entryBehindAnother,
];
