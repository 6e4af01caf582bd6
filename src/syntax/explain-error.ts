import { type IRecognitionException, type IToken } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import type { Reporter } from "./reporter.ts";

import { errorCases } from "./error-cases.ts";
import { foundAt, placeOf, type Stop } from "./stop.ts";

/** What a rule that offers several ways on is about. */
const wanted: Readonly<Record<string, string>> = {
  primary: "a value",
  parenthesized: "a value",
  statement: "a statement",
  entry: "an entry such as `epochs: 10`",
  stage: "a stage",
  suffix: "an argument list, an index or a name",
  type: "a type",
  results: "a type",
  hyperparameterType: "a hyperparameter's type such as `int`",
  hyperparameterAlternative: "a hyperparameter's type such as `int`",
  facts: "a fact such as `T >= 2`",
  dim: "a dim",
  index: "an index",
  indexItem: "a place, a slice such as `1:3`, or `None`",
  loop: "a name, as in `for part in parts with sum = 0`",
  loopNames: "a name, as in `for (part, weight) in zip(parts, weights)`",
  loopHead: "a name, as in `for part in parts`",
  scan: "a name, as in `scan x_t in x over T with h: f32[B, 4] = zeros`",
  phrase: "a value",
  callable: "`model`, `block` or `fn`",
  separator: "a comma or a new line",
};

const wantedTokens: Readonly<Record<string, string>> = {
  Identifier: "a name",
  Number: "a number",
  String: 'a text in double quotes, such as "./file.model"',
  Newline: "a new line",
  On: "`on` and the name of the data",
  Over: "`over` and an axis",
  In: "`in` and a sequence",
  From: '`from` and a file, such as "./file.model"',
};

/** Says in the language's words what chevrotain found wrong at a place. */
export function explainError(
  error: IRecognitionException,
  tokens: readonly IToken[],
  place: number,
  reporter: Reporter,
): void {
  const stop: Stop = {
    tokens,
    place,
    token: tokens[place],
    before: tokens[place - 1],
    expected: error.message,
    rules: error.context.ruleStack,
    reporter,
  };
  if (errorCases.some((it) => it(stop))) return;
  const type = t.allTokens.find((it) => it.name === stop.expected);
  const symbol = (type?.LABEL ?? "").replaceAll('"', "`");
  const expected = wantedTokens[stop.expected] ?? (symbol || wanted[stop.rules.at(-1) ?? ""]) ?? "something else";
  reporter.report("MC1001", placeOf(stop), { expected, found: foundAt(stop) });
}
