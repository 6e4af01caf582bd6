import { tokenMatcher, type IToken, type TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { nearest } from "../support/nearest.ts";
import { bracketCases, parenthesizedIndex } from "./bracket-cases.ts";
import { closers, openers } from "./brackets.ts";
import { endOf } from "./cst.ts";
import { entryCases } from "./entry-cases.ts";
import { foreignCases, foreignWord, topLevelHelp } from "./foreign-cases.ts";
import { headerCases } from "./header-cases.ts";
import { loopCases } from "./loop-cases.ts";
import { foundAt, isName, isOneOf, isOperand, placeOf, reserved, type Case, startOfPart } from "./stop.ts";

const arithmetic: readonly TokenType[] = [t.Plus, t.Minus, t.Star, t.Divide, t.FloorDivide, t.Percent, t.And, t.Or];
const comparing: readonly TokenType[] = [...[t.EqualEqual, t.NotEqual, t.Less, t.LessEqual, t.Greater, t.GreaterEqual]];
const operators: readonly TokenType[] = [...arithmetic, ...comparing];
const ends: readonly TokenType[] = [t.Newline, t.RightBrace, t.RightParen, t.RightBracket, t.Comma];

/** `x -> Dense(4) + x` */
const operatorAfterStage: Case = (stop) => {
  const { token, before, reporter } = stop;
  if (!isOneOf(token, operators) || before === undefined) return false;
  const start = startOfPart(stop, [t.Newline, t.Comma, t.Equals, t.UpdateArrow]);
  let depth = 0;
  let piped = false;
  for (const it of stop.tokens.slice(start, stop.place)) {
    if (openers.includes(it.tokenType)) depth++;
    else if (closers.includes(it.tokenType)) depth--;
    else if (depth === 0 && it.tokenType === t.Arrow) piped = true;
  }
  const first = stop.tokens[start];
  if (!piped || first === undefined) return false;
  const [from, to] = [first.startOffset, endOf(before)];
  reporter.report(
    "MC1014",
    reporter.spanOf(token),
    { operator: token.image },
    {
      labels: [{ span: reporter.span(from, to), message: "the value before it ends with a stage" }],
      help: "Put the stages in parentheses, so that it is clear what the operator joins.",
      fix: {
        title: "put the stages in parentheses",
        edits: [
          { span: reporter.span(from, from), text: "(" },
          { span: reporter.span(to, to), text: ")" },
        ],
      },
    },
  );
  return true;
};

/** `scan = 3`, `(not: f32[4])` */
const reservedName: Case = (stop) => {
  const { token, before, reporter, tokens, place } = stop;
  const next = tokens[place + 1];
  const used = isOneOf(token, [t.Equals, t.Colon]) && isOneOf(before, reserved) ? before : undefined;
  const atName = stop.expected === "Identifier" || isOneOf(next, [t.Equals, t.Colon, t.UpdateArrow]);
  const word = used ?? (isOneOf(token, reserved) && atName ? token : undefined);
  if (word === undefined) return false;
  // Its uses below mean the same, and nothing more is wrong with them.
  const type = word.tokenType;
  tokens.forEach((it, at) => {
    const isUse = at >= place - 1 && it.tokenType === type && it.image === word.image;
    if (isUse && (it === word || !isOperand(tokens[at + 1]))) t.retag(it, t.Identifier);
  });
  reporter.report(
    "MC1017",
    reporter.spanOf(word),
    { word: word.image },
    {
      help: `Choose another name, such as \`${word.image}_\`.`,
    },
  );
  return true;
};

/** A word that is nearly the keyword that fits here. */
const misspeltWord: Case = (stop) => {
  const { token, before, reporter, rules } = stop;
  const report = (word: IToken, meant: string | undefined, what: string): boolean => {
    if (meant === undefined || meant === word.image) return false;
    const span = reporter.spanOf(word);
    reporter.report(
      "MC1012",
      span,
      { what, word: word.image, meant },
      {
        fix: { title: `write \`${meant}\``, edits: [{ span, text: meant }] },
      },
    );
    return true;
  };
  if (isName(token) && t.contextualWords.includes(stop.expected.toLowerCase())) {
    return report(token, nearest(token.image, [stop.expected.toLowerCase()]), "word");
  }
  if (isName(before) && isOneOf(stop.tokens[stop.place - 2], [t.Arrow]) && isOperand(token)) {
    return report(before, nearest(before.image, ["repeat", "for", "when"]), "stage");
  }
  const start = startOfPart(stop, [t.Newline]);
  if (!isName(before) || start !== stop.place - 1 || !isOperand(token)) return false;
  if (rules.includes("section")) {
    if (isName(token) && isOneOf(stop.tokens[stop.place + 1], [t.LeftBrace])) {
      return report(before, nearest(before.image, ["step"]), "entry");
    }
    return report(before, nearest(before.image, ["expect"]), "entry");
  }
  if (!rules.includes("body")) return false;
  return report(
    before,
    nearest(before.image, ["param", "state", "emit", "total", "largest", "smallest", "finish", "when", "scan", "for"]),
    "statement",
  );
};

/** `y = x +` */
const missingValue: Case = (stop) => {
  const { token, before, reporter } = stop;
  if (token !== undefined && !ends.includes(token.tokenType)) return false;
  if (!isOneOf(before, [...operators, t.Not, t.Equals, t.Arrow, t.UpdateArrow, t.Colon, t.Comma, t.Emit, t.Finish]))
    return false;
  const what =
    before.tokenType === t.Arrow
      ? "A stage"
      : stop.rules.at(-1) === "type" && before.image === ":"
        ? "A type"
        : "A value";
  reporter.report("MC1016", reporter.spanOf(before), { what, after: before.image });
  return true;
};

/** `model Foo(x: f32[B, 4])`: inputs where hyperparameters stand. */
const inputsFirst: Case = (stop) => {
  const { token, rules, reporter } = stop;
  if (!rules.includes("callable") || rules.includes("body")) return false;
  const tensor = rules.at(-1) === "hyperparameters" && isOneOf(token, [t.LeftBracket]);
  const noInputs = rules.at(-1) === "callable" && stop.expected === "Colon";
  if (!tensor && !noInputs) return false;
  reporter.report(
    "MC1001",
    placeOf(stop),
    { expected: tensor ? "a hyperparameter's type" : "`:` and the inputs", found: foundAt(stop) },
    {
      help: "Hyperparameters come first, then a colon and the inputs: `model Net(size: int = 4): (x: f32[B, size]) -> y: f32[B, 1] { ... }`. Without hyperparameters, write `model Net: (x: ...)`.",
    },
  );
  return true;
};

/** `test M { loss < 1 }`, `test M { expect loss < 1, accuracy > 0.9 }` */
const missingExpect: Case = (stop) => {
  const { token, tokens, rules, reporter } = stop;
  if (!rules.includes("testDeclaration") || !["section", "entry", "setting"].includes(rules.at(-1) ?? "")) return false;
  const start = startOfPart(stop, [t.Newline, t.Comma]);
  const first = tokens[start];
  const compares = start === stop.place - 1 && isName(first) && isOneOf(token, comparing);
  if (first === undefined || !(compares || (start === stop.place && isOneOf(token, [t.NumberToken])))) return false;
  const parameters = { expected: "`expect`, with which every expectation begins", found: `\`${first.image}\`` };
  const span = reporter.spanOf(first);
  const edits = [{ span: { ...span, end: span.start }, text: "expect " }];
  reporter.report("MC1001", span, parameters, { fix: { title: "write `expect`", edits } });
  return true;
};

/** `follow "a.**" "b.**"`, `follow "a.**" of b` */
const missingOf: Case = ({ token, tokens, place, before, rules, reporter }) => {
  if (!["directive", "section"].includes(rules.at(-1) ?? "") || token === undefined) return false;
  const span = reporter.spanOf(token);
  if (before?.tokenType === t.Of && tokens[place - 2]?.tokenType === t.StringToken) {
    const expected = 'a pattern of paths in double quotes, such as "online.**"';
    reporter.report("MC1001", span, { expected, found: `\`${token.image}\`` });
    return true;
  }
  const isSecond =
    before?.tokenType === t.StringToken && isName(tokens[place - 2]) && tokens[place - 2]?.tokenType !== t.Of;
  if (!isSecond || token.tokenType !== t.StringToken) return false;
  const edits = [{ span: { ...span, end: span.start }, text: "of " }];
  const parameters = { expected: "`of` between two patterns", found: token.image };
  reporter.report("MC1001", span, parameters, { fix: { title: "write `of`", edits } });
  return true;
};

/** The type of a hyperparameter whose default is a literal. */
function typeOfLiteral({ tokenType, image }: IToken): string | undefined {
  if (tokenType === t.True || tokenType === t.False) return "bool";
  if (tokenType === t.StringToken) return "string";
  if (tokenType !== t.NumberToken) return undefined;
  return /[.e]/.test(image) ? "float" : "int";
}

/** `epochs 3`, `epochs = 3`, `param kernel f32[4]` */
const missingColon: Case = (stop) => {
  const { token, tokens, before, reporter, rules } = stop;
  const inEntry = ["entry", "setting", "directive"].includes(rules.at(-1) ?? "");
  const expectsColon = stop.expected === "Colon" || inEntry || rules.at(-1) === "section";
  if (!expectsColon || before === undefined) return false;
  if (before.tokenType !== t.StringToken && !isName(before)) return false;
  const start = startOfPart(stop, [t.Newline, t.Comma]);
  const isOfTwo = before.tokenType === t.StringToken && tokens[stop.place - 2]?.tokenType === t.Of;
  const keyed = isOfTwo ? 4 : before.tokenType === t.StringToken ? 2 : 1;
  if (rules.at(-1) === "section" && start !== stop.place - keyed) return false;
  const at = endOf(before);
  const assigned = isOneOf(token, [t.Equals]);
  const span = assigned ? reporter.spanOf(token) : reporter.span(before.startOffset, at);
  // What is assigned in a data section is a feature without its type.
  const isFeature =
    assigned && rules.includes("dataDeclaration") && !["source", "split", "clean"].includes(before.image);
  const help = `A feature has a type: \`${before.image}: f32[4] = ...\`.`;
  const given = tokens[stop.place + 1];
  if (assigned && rules.at(-1) === "hyperparameter" && given !== undefined) {
    const type = typeOfLiteral(given);
    const edits = [{ span: reporter.span(at, at), text: `: ${type ?? ""}` }];
    reporter.report(
      "MC1013",
      reporter.spanOf(before),
      { name: before.image },
      {
        help: `A hyperparameter has a type before its default: \`${before.image}: ${type ?? "int"} = ${type === undefined ? "..." : given.image}\`.`,
        ...(type !== undefined && { fix: { title: `write \`: ${type}\``, edits } }),
      },
    );
    return true;
  }
  const edit = assigned ? { span, text: ":" } : { span: reporter.span(at, at), text: ":" };
  reporter.report(
    "MC1013",
    span,
    { name: before.image },
    ofPatterns.has(before.image)
      ? { help: `A pattern of paths in quotes stands behind \`${before.image}\`: \`${before.image} "stem.**"\`.` }
      : isFeature
        ? { help }
        : { ...((assigned || isOperand(token)) && { fix: { title: "write `:`", edits: [edit] } }) },
  );
  return true;
};

/** `(f32[B, 4] x)`: a type before its name. */
const typeFirst: Case = (stop) => {
  const { token, before, tokens, rules, reporter } = stop;
  if (!isName(token) || !isOneOf(before, [t.RightBracket]) || rules.includes("body")) return false;
  const first = tokens[startOfPart(stop, [t.Comma])];
  if (!isName(first) || !t.elementWords.includes(first.image)) return false;
  const span = reporter.span(first.startOffset, endOf(token));
  const type = reporter.file.text.slice(first.startOffset, endOf(before));
  const text = `${token.image}: ${type}`;
  const fix = { title: `write \`${text}\``, edits: [{ span, text }] };
  reporter.report("MC1001", span, { expected: "the name before its type", found: `\`${type}\`` }, { fix });
  return true;
};

/** Words of a training behind which patterns stand. */
const ofPatterns: ReadonlySet<string> = new Set(["freeze", "group", "init", "follow"]);

/** `f(a b)`, `f(a: 3)` */
const missingComma: Case = (stop) => {
  const { token, before, reporter, expected } = stop;
  const importing = stop.rules.at(-1) === "importDeclaration" && expected === "RightBrace";
  if (before === undefined || !(importing || expected === "RightParen" || expected === "RightBracket")) return false;
  if (isOneOf(token, [t.Colon]) && stop.rules.at(-1) === "call") {
    const span = reporter.spanOf(token);
    reporter.report(
      "MC1001",
      span,
      { expected: "`=` after an argument's name", found: "`:`" },
      {
        fix: { title: "write `=`", edits: [{ span: reporter.span(endOf(before), span.end), text: "=" }] },
      },
    );
    return true;
  }
  if (token === undefined || !isOperand(token)) return false;
  const at = endOf(before);
  reporter.report(
    "MC1030",
    reporter.spanOf(token),
    { after: before.image },
    {
      fix: { title: "insert `,`", edits: [{ span: reporter.span(at, at), text: "," }] },
    },
  );
  return true;
};

/** Two statements, or two stages, with nothing between them. */
const missingSeparator: Case = (stop) => {
  const { token, before, reporter, rules, expected } = stop;
  if (before === undefined || token === undefined || token.tokenType === t.Newline) return false;
  if (rules.at(-1) === "chain" && isOperand(token)) {
    const at = endOf(before);
    reporter.report(
      "MC1001",
      reporter.spanOf(token),
      { expected: "`->` or `}`", found: foundAt(stop) },
      {
        help: "The braces of `repeat`, `for` and `when` after `->` hold stages, joined by `->`.",
        fix: { title: "insert `->`", edits: [{ span: reporter.span(at, at), text: " ->" }] },
      },
    );
    return true;
  }
  const ended = expected === "Newline" || (expected === "RightBrace" && rules.at(-1) !== "importDeclaration");
  if (!ended || !(isOperand(token) || token.tokenType === t.Param)) return false;
  const what = rules.at(-1) === "body" ? "statement" : expected === "Newline" ? "declaration" : "entry";
  const number = tokenMatcher(before, t.NumberToken) || tokenMatcher(token, t.NumberToken);
  reporter.report(
    "MC1029",
    reporter.spanOf(token),
    { what, found: foundAt(stop) },
    {
      labels: [{ span: reporter.spanOf(before), message: "it could have ended here" }],
      help:
        what === "statement" && !number
          ? "Start a new line for a new statement, or join the two by an operator, `->` or `,`."
          : `Start a new line for a new ${what}.`,
    },
  );
  return true;
};

const notADeclaration: Case = (stop) => {
  const { token, rules, reporter } = stop;
  const isTop = rules.at(-1) === "topLevel" || (rules.length === 0 && stop.place === 0);
  if (token === undefined || !isTop) return false;
  const list = t.declarationWords.map((it) => `\`${it}\``).join(", ");
  reporter.report(
    "MC1001",
    placeOf(stop),
    { expected: "a declaration", found: foundAt(stop) },
    { help: topLevelHelp(token.image) ?? `A file holds declarations; each begins with one of ${list}.` },
  );
  return true;
};

/** What is often meant where parsing stops, the most telling first; each says whether it has reported. */
export const errorCases: readonly Case[] = [
  ...foreignCases,
  ...loopCases,
  ...headerCases,
  ...bracketCases,
  operatorAfterStage,
  foreignWord,
  reservedName,
  misspeltWord,
  missingValue,
  inputsFirst,
  missingExpect,
  missingOf,
  ...entryCases,
  missingColon,
  typeFirst,
  parenthesizedIndex,
  missingComma,
  missingSeparator,
  notADeclaration,
];
