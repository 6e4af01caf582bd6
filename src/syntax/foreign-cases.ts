import * as t from "../../grammar/tokens.ts";
import { endOf } from "./cst.ts";
import { foundAt, isName, isOneOf, isOperand, type Case, type Stop } from "./stop.ts";

const importing =
  'An import names what it takes from a file: `import { Head } from "./heads.model"`. The library needs none.';

/** What is said of a word that another language has where a declaration is to begin. */
export function topLevelHelp(word: string): string | undefined {
  if (word === "from") return importing;
  if (word === "predict")
    return "What a training predicts stands in its `train` section: `predict { price: invert(y) }`.";
  return word === "lambda" ? words[word] : undefined;
}

/** Words of other languages, and what is written here. */
const words: Readonly<Record<string, string>> = {
  return: "The last line of a body is its result: no word is needed.",
  if: "A choice is written `when condition { ... } else { ... }`.",
  elif: "Write `else when condition { ... }`.",
  else: "An `else` follows the brace that closes its `when`: `when condition { ... } else { ... }`.",
  let: "A binding is written `name = value`.",
  var: "A binding is written `name = value`.",
  const: "Within a body, a binding is written `name = value`.",
  while: "There are no open loops: `repeat` copies stages, `for` runs through a list, `scan` over an axis.",
  self: "What a block owns is named alone, without `self`.",
  yield: "A `scan` and a `for` give their values with `emit`.",
  def: "Functions stand at the top of the file: `fn twice: (x: f32[...S]) -> f32[...S] { 2 * x }`.",
  class: "Networks and their parts stand at the top of the file, as `model` and `block`.",
  lambda: "Functions stand at the top of the file: `fn twice: (x: f32[...S]) -> f32[...S] { 2 * x }`.",
  import: `Imports stand at the top of the file. ${importing}`,
  from: `Imports stand at the top of the file. ${importing}`,
  is: "Values are compared by `==`; whether an input is there, `given(input)` says.",
};

/** Words that may be left out where they stand. */
const dropped: ReadonlySet<string> = new Set(["return", "let", "var", "const"]);

/** `return x`, `if c { ... }`, `let x = 3`, `x is None` */
export const foreignWord: Case = (stop) => {
  const { before, token, tokens, place, reporter } = stop;
  const first = tokens[tokens.findLastIndex((it, at) => at < place && it.tokenType === t.Newline) + 1];
  // `else:` is read on as a binding of that name, to the end of what stands behind the colon.
  const opening = isOneOf(first, [t.Else]) ? first : undefined;
  for (const word of [before, token, opening]) {
    const help = word && Object.hasOwn(words, word.image) ? words[word.image] : undefined;
    if (!word || help === undefined || !stop.rules.includes("body")) continue;
    const span = reporter.spanOf(word);
    const drop = dropped.has(word.image) && token !== word && token !== undefined;
    const edits = drop ? [{ span: reporter.span(span.start, token.startOffset), text: "" }] : [];
    const replace = word.image === "if" ? [{ span, text: "when" }] : edits;
    reporter.report(
      "MC1026",
      span,
      { word: word.image },
      {
        help,
        ...(replace.length > 0 && {
          fix: { title: word.image === "if" ? "write `when`" : `remove \`${word.image}\``, edits: replace },
        }),
      },
    );
    return true;
  }
  return false;
};

/** Signs of other languages that are made of two of ours. */
const signs: Readonly<Record<string, string>> = {
  "**": "There is no operator for powers: write `pow(x, 2)`.",
  "=>": "Stages are joined by `->`.",
  ":=": "A binding is written `name = value`.",
  "||": "Write `or`.",
  "+=": "A name is bound once: give the sum a new name.",
  "-=": "A name is bound once: give the difference a new name.",
  "*=": "A name is bound once: give the product a new name.",
  "/=": "A name is bound once: give the quotient a new name.",
  "++": "A name is bound once: give the sum a new name.",
  "===": "Equality is written `==`.",
  "<>": "Inequality is written `!=`.",
  "=<": "Write `<=`.",
  "/*": "A comment begins with `#` and goes to the end of the line.",
};

/** `x ** 2`, `x => y` */
const foreignSign: Case = (stop) => {
  const { token, before, reporter } = stop;
  if (token === undefined) return false;
  for (const [first, second] of [
    [before, token],
    [token, stop.tokens[stop.place + 1]],
  ]) {
    if (first === undefined || second === undefined || endOf(first) !== second.startOffset) continue;
    const sign = first.image + second.image;
    const isBound = sign === "=>" && isInFacts(stop);
    const help = isBound ? "Write `>=`." : Object.hasOwn(signs, sign) ? signs[sign] : undefined;
    if (help === undefined) continue;
    reporter.report("MC1009", reporter.span(first.startOffset, endOf(second)), { text: sign }, { help });
    return true;
  }
  return false;
};

/** The tokens of a place's line, before it. */
function lineBefore({ tokens, token, place }: Stop): Stop["tokens"] {
  return tokens.slice(0, place).filter((it) => it.startLine === token?.startLine);
}

/** `x // the input`, `// a comment` */
const foreignComment: Case = (stop) => {
  const { token, before } = stop;
  const opener = isOneOf(token, [t.FloorDivide])
    ? token
    : lineBefore(stop).find((it) => it.tokenType === t.FloorDivide);
  if (opener === undefined || (opener !== token && !(isName(before) && isOperand(token)))) return false;
  const help = "A comment begins with `#`; `//` is floor division.";
  stop.reporter.report("MC1009", stop.reporter.spanOf(opener), { text: "//" }, { help });
  return true;
};

/** `f"..."`, `r"..."` */
const prefixedString: Case = (stop) => {
  const { token, before } = stop;
  if (!isName(before) || !isOneOf(token, [t.StringToken]) || endOf(before) !== token.startOffset) return false;
  const help = "A string stands in double quotes alone, and nothing is put into it but in the message of a `where`.";
  stop.reporter.report("MC1009", stop.reporter.spanOf(before), { text: before.image }, { help });
  return true;
};

/** `.5` */
const pointBeforeNumber: Case = (stop) => {
  const { token, tokens, place, reporter } = stop;
  const at = isOneOf(token, [t.Dot]) ? place : place - 1;
  const [value, point, number] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (!isOneOf(point, [t.Dot]) || !isOneOf(number, [t.NumberToken]) || endOf(point) !== number.startOffset)
    return false;
  // What stands right before a point is what a name is wanted of.
  const isMember = isName(value) || isOneOf(value, [t.RightParen, t.RightBracket, t.NumberToken]);
  if (isMember && endOf(value) === point.startOffset) return false;
  const span = reporter.span(point.startOffset, endOf(number));
  const text = `0.${number.image}`;
  const help = `A number begins with a digit: \`${text}\`.`;
  const fix = { title: `write ${text}`, edits: [{ span, text }] };
  reporter.report("MC1007", span, { text: `.${number.image}` }, { help, fix });
  return true;
};

/** `x ? y : z` */
const questionMark: Case = (stop) => {
  const { token } = stop;
  if (token?.image !== "?" || !stop.rules.includes("body")) return false;
  const help = "A choice is written `when condition { ... } else { ... }`, by elements `where(mask, a, b)`.";
  stop.reporter.report("MC1009", stop.reporter.spanOf(token), { text: "?" }, { help });
  return true;
};

/** `y, z = ...` */
const severalNames: Case = (stop) => {
  const { token, before, tokens, place, reporter } = stop;
  if (!isOneOf(token, [t.Comma]) || !isName(before) || !stop.rules.includes("body")) return false;
  const line = lineBefore(stop);
  let end = place;
  while (isOneOf(tokens[end], [t.Comma]) && isName(tokens[end + 1])) end += 2;
  const last = tokens[end - 1];
  if (line.length !== 1 || last === undefined || !isOneOf(tokens[end], [t.Equals])) return false;
  const at = (offset: number, text: string) => ({ span: reporter.span(offset, offset), text });
  const edits = [at(before.startOffset, "("), at(endOf(last), ")")];
  reporter.report(
    "MC1001",
    reporter.spanOf(token),
    { expected: "`=` after one name", found: "`,`" },
    {
      help: "Several names are put in parentheses: `(a, b) = split(x, count=2, axis=-1)`.",
      fix: { title: "put the names in parentheses", edits },
    },
  );
  return true;
};

/** `for i in range(3):` */
const colonBeforeBody: Case = (stop) => {
  const { token } = stop;
  if (!isOneOf(token, [t.Colon]) || stop.expected !== "LeftBrace" || !stop.rules.includes("body")) return false;
  const help = "A body stands in braces, and not behind a colon: `for i in range(3) { x * i }`.";
  stop.reporter.report("MC1001", stop.reporter.spanOf(token), { expected: "`{`", found: "`:`" }, { help });
  return true;
};

/** Whether it stopped in the facts of a header. */
function isInFacts({ tokens, place, expected }: Stop): boolean {
  const header = tokens.slice(tokens.slice(0, place).findLastIndex((it) => isOneOf(it, [t.LeftBrace])) + 1, place);
  return expected === "LeftBrace" && header.some((it) => it.image === "where");
}

/** `where n >= 2: "n is small"`, `where n >= 2 "n is small"` */
const messageOfFact: Case = (stop) => {
  const { token, tokens, place, reporter } = stop;
  const colon = isOneOf(token, [t.Colon]) ? token : undefined;
  const message = colon === undefined ? token : tokens[place + 1];
  if (!isInFacts(stop) || token === undefined || !isOneOf(message, [t.StringToken])) return false;
  const span = reporter.spanOf(token);
  const edit = colon === undefined ? { span: reporter.span(span.start, span.start), text: ", " } : { span, text: "," };
  const parameters = { expected: "`,` before the message of a fact", found: foundAt(stop) };
  reporter.report("MC1001", span, parameters, { fix: { title: "write `,`", edits: [edit] } });
  return true;
};

/** Words and signs of other languages between the sizes of a fact, and what is written here. */
const comparisons: Readonly<Record<string, string>> = {
  "=": "A fact compares sizes by `==`, `>=`, `<` and the like: `T == 4`, `T % 4 == 0`, `4 <= T`.",
  in: "A fact compares sizes, and looks none up: a range is `4 <= T < 8`, and one of two numbers `(T - 4) * (T - 8) == 0`.",
  not: "That two sizes differ is written `T != 4`.",
  mod: "The rest of a division is written `%`: `T % 4 == 0`.",
  divides: "That 4 divides a size is written `T % 4 == 0`.",
  xor: "A `where` states what holds, each beside the others: nothing chooses between facts.",
  "|": "`or` chooses between what is known when the model is built; that 4 divides a size is written `T % 4 == 0`.",
};

/** `where T = 4`, `where T in [4, 8]`, `where T mod 4 == 0` */
const foreignComparison: Case = (stop) => {
  const { token } = stop;
  if (!isInFacts(stop) || token === undefined || !Object.hasOwn(comparisons, token.image)) return false;
  const span = stop.reporter.spanOf(token);
  const parameters = { expected: "a comparison", found: foundAt(stop) };
  const help = comparisons[token.image];
  const fix = { title: "write `==`", edits: [{ span, text: "==" }] };
  stop.reporter.report("MC1001", span, parameters, {
    ...(help !== undefined && { help }),
    ...(token.image === "=" && { fix }),
  });
  return true;
};

/** `import torch`, `import Head from "./heads.model"` */
const importedModule: Case = (stop) => {
  const { token, before } = stop;
  if (stop.rules.at(-1) !== "importDeclaration" || before?.tokenType !== t.Import || token === undefined) return false;
  const parameters = { expected: "`{` and names", found: foundAt(stop) };
  stop.reporter.report("MC1001", stop.reporter.spanOf(token), parameters, { help: importing });
  return true;
};

/** What people write who know another language, where parsing stops; {@link foreignWord} comes after what is more telling. */
export const foreignCases: readonly Case[] = [
  foreignSign,
  foreignComparison,
  foreignComment,
  prefixedString,
  pointBeforeNumber,
  questionMark,
  severalNames,
  messageOfFact,
  colonBeforeBody,
  importedModule,
];
