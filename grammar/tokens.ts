import { createToken, Lexer, type ILexingError, type IToken, type ITokenConfig, type TokenType } from "chevrotain";

/**
 * The tokens of a `.model` file. Words are lexed as {@link Identifier} and then looked up: the reserved ones become
 * tokens of their own, the contextual ones tokens of the category Identifier, so that they remain ordinary names
 * wherever the grammar asks for a name.
 */

export const Newline = createToken({
  name: "Newline",
  pattern: /\r?\n/,
  start_chars_hint: ["\r", "\n"],
  line_breaks: true,
  label: "end of line",
});
const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"];
const digits = [..."0123456789"];
/** What chevrotain would find by taking a pattern apart, which costs start-up time: where it starts, and within a line. */
const startsWith = (start_chars_hint: string[]): Pick<ITokenConfig, "start_chars_hint" | "line_breaks"> => ({
  start_chars_hint,
  line_breaks: false,
});

const Blank = createToken({
  name: "Blank",
  pattern: /[ \t\r\f\v\u00a0\ufeff]+/,
  group: Lexer.SKIPPED,
  ...startsWith([..." \t\r\f\v\u00a0\ufeff"]),
});
const Doc = createToken({ name: "Doc", pattern: /##[^\r\n]*/, group: "comments", ...startsWith(["#"]) });
const Comment = createToken({ name: "Comment", pattern: /#[^\r\n]*/, group: "comments", ...startsWith(["#"]) });

export const Identifier = createToken({
  name: "Identifier",
  pattern: /[A-Za-z_][A-Za-z0-9_]*/,
  label: "name",
  ...startsWith(letters),
});
export const NumberToken = createToken({
  name: "Number",
  pattern: /\d+(_\d+)*(\.\d+(_\d+)*)?([eE][+-]?\d+)?[kMGT]?(?![A-Za-z0-9_])/,
  label: "number",
  ...startsWith(digits),
});
export const StringToken = createToken({
  name: "String",
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/,
  label: "string",
  ...startsWith(['"']),
});
/** A number with letters on its end: an error that the parser takes for the number it was meant to be. */
export const BadNumber = createToken({
  name: "BadNumber",
  pattern: /\d[\d_]*(\.\d[\d_]*)?[eE][+-]\d[A-Za-z0-9_]*|\d[A-Za-z0-9_]*(\.\d[A-Za-z0-9_]*)?/,
  categories: [NumberToken],
  ...startsWith(digits),
});
/** A number that ends with a point, as Python has them: an error that the parser takes for the number. */
export const PointedNumber = createToken({
  name: "PointedNumber",
  pattern: /\d+(_\d+)*\.(?![A-Za-z0-9_.])/,
  categories: [NumberToken],
  ...startsWith(digits),
});
/** A string in single quotes: an error that the parser takes for the string. */
export const SingleQuoted = createToken({
  name: "SingleQuoted",
  pattern: /'(?:[^'\\\r\n]|\\[^\r\n])*'/,
  categories: [StringToken],
  ...startsWith(["'"]),
});
/** A string without its closing quote, to the end of its line. */
export const BadString = createToken({
  name: "BadString",
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*/,
  categories: [StringToken],
  ...startsWith(['"']),
});

const symbol = (name: string, text: string): TokenType =>
  createToken({ name, pattern: text, label: `"${text}"`, line_breaks: false });

export const Ellipsis = symbol("Ellipsis", "...");
export const Arrow = symbol("Arrow", "->");
export const UpdateArrow = symbol("UpdateArrow", "<-");
export const LessEqual = symbol("LessEqual", "<=");
export const GreaterEqual = symbol("GreaterEqual", ">=");
export const EqualEqual = symbol("EqualEqual", "==");
export const NotEqual = symbol("NotEqual", "!=");
export const Less = symbol("Less", "<");
export const Greater = symbol("Greater", ">");
export const Equals = symbol("Equals", "=");
export const Plus = symbol("Plus", "+");
export const Minus = symbol("Minus", "-");
export const Star = symbol("Star", "*");
export const FloorDivide = symbol("FloorDivide", "//");
export const Divide = symbol("Divide", "/");
export const Percent = symbol("Percent", "%");
export const LeftParen = symbol("LeftParen", "(");
export const RightParen = symbol("RightParen", ")");
export const LeftBracket = symbol("LeftBracket", "[");
export const RightBracket = symbol("RightBracket", "]");
export const LeftBrace = symbol("LeftBrace", "{");
export const RightBrace = symbol("RightBrace", "}");
export const Comma = symbol("Comma", ",");
export const Colon = symbol("Colon", ":");
export const Dot = symbol("Dot", ".");
export const Bar = symbol("Bar", "|");
export const Question = symbol("Question", "?");

const word = (text: string, categories: TokenType[]): TokenType =>
  createToken({
    name: `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`,
    pattern: Lexer.NA,
    label: `"${text}"`,
    categories,
  });
const reserved = (text: string): TokenType => word(text, []);
const contextual = (text: string): TokenType => word(text, [Identifier]);

export const True = reserved("true");
export const False = reserved("false");
export const And = reserved("and");
export const Or = reserved("or");
export const Not = reserved("not");
export const For = reserved("for");
export const When = reserved("when");
export const Scan = reserved("scan");

export const Spec = contextual("spec");
export const Import = contextual("import");
export const From = contextual("from");
export const Const = contextual("const");
export const Model = contextual("model");
export const Block = contextual("block");
export const Fn = contextual("fn");
export const Metric = contextual("metric");
export const Data = contextual("data");
export const Train = contextual("train");
export const Tune = contextual("tune");
export const Test = contextual("test");
export const Budget = contextual("budget");
export const Where = contextual("where");
export const On = contextual("on");
export const Step = contextual("step");
export const Predict = contextual("predict");
export const Expect = contextual("expect");
export const At = contextual("at");
export const Param = contextual("param");
export const State = contextual("state");
export const Total = contextual("total");
export const Largest = contextual("largest");
export const Smallest = contextual("smallest");
export const Finish = contextual("finish");
export const As = contextual("as");
export const Emit = contextual("emit");
export const Last = contextual("last");
export const Else = contextual("else");
export const Repeat = contextual("repeat");
export const Shared = contextual("shared");
export const In = contextual("in");
export const Over = contextual("over");
export const Of = contextual("of");
export const Until = contextual("until");
export const Reverse = contextual("reverse");
export const With = contextual("with");
export const None = contextual("None");

const reservedTokens = [True, False, And, Or, Not, For, When, Scan];
/** The words that open a declaration of something with a body. */
export const callableTokens: readonly TokenType[] = [Fn, Block, Model, Metric];
/** The words that open a section of entries. */
export const sectionTokens: readonly TokenType[] = [Data, Train, Tune, Test, Budget];
/** The words that open a declaration, in the order in which the reference presents them. */
export const declarationTokens: readonly TokenType[] = [Import, Const, ...callableTokens, ...sectionTokens];
const contextualTokens = [
  Spec,
  ...declarationTokens,
  ...[Total, Largest, Smallest, Finish],
  ...[
    From,
    Where,
    On,
    Step,
    Predict,
    Expect,
    At,
    Param,
    State,
    As,
    Emit,
    Last,
    Else,
    Repeat,
    Shared,
    In,
    Over,
    Of,
    Until,
    Reverse,
    With,
  ],
  None,
];

/** What a sign or a word is written as, by its type. */
export const imageOf = (type: TokenType): string => (type.LABEL ?? "").slice(1, -1);

/** The words that can never be names. */
export const reservedWords: readonly string[] = reservedTokens.map(imageOf);
/** The words that mean something in their place and are ordinary names elsewhere. */
export const contextualWords: readonly string[] = contextualTokens.map(imageOf);
/** The words that open a declaration. */
export const declarationWords: readonly string[] = declarationTokens.map(imageOf);
/** The element types of tensors. */
export const elementWords: readonly string[] = ["f16", "bf16", "f32", "f64", "i8", "i32", "i64", "u8", "bool"];

const wordTokens = new Map<string, TokenType>(
  [...reservedTokens, ...contextualTokens].map((token) => [imageOf(token), token]),
);

const lexed: TokenType[] = [
  Newline,
  Blank,
  Doc,
  Comment,
  PointedNumber,
  NumberToken,
  BadNumber,
  StringToken,
  BadString,
  SingleQuoted,
  Identifier,
  ...[Ellipsis, Arrow, UpdateArrow, LessEqual, GreaterEqual, EqualEqual, NotEqual, Less, Greater, Equals],
  ...[Plus, Minus, Star, FloorDivide, Divide, Percent, Comma, Colon, Dot, Bar, Question],
  ...[LeftParen, RightParen, LeftBracket, RightBracket, LeftBrace, RightBrace],
];

/** Every token type: the lexer's and the words, for the parser's vocabulary. */
export const allTokens: readonly TokenType[] = [...lexed, ...reservedTokens, ...contextualTokens];

/** Makes a token another type, as where a word turns out to be a misspelt keyword. */
export function retag(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx ?? 0;
}

/** Gives the token of a word the type that its spelling asks for. */
export function tagWord(token: IToken): void {
  const type = wordTokens.get(token.image);
  if (type !== undefined) retag(token, type);
}

/** What lexing yields: tokens with their newlines, comments apart, and runs of characters that fit nothing. */
export interface Lexed {
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
  readonly errors: readonly ILexingError[];
}

let lexer: Lexer | undefined;

/** Splits a text into tokens; never throws. */
export function tokenize(text: string, skipValidations = true): Lexed {
  // Validating the token patterns costs start-up time on every run; a test does it instead.
  lexer ??= new Lexer(lexed, { skipValidations, positionTracking: "full", recoveryEnabled: true });
  const result = lexer.tokenize(text);
  for (const token of result.tokens) {
    if (token.tokenType === Identifier) tagWord(token);
  }
  return { tokens: result.tokens, comments: result.groups["comments"] ?? [], errors: result.errors };
}

/** Builds a lexer with all of chevrotain's checks of the token patterns; throws where one fails. */
export function validateTokens(): void {
  new Lexer(lexed, { positionTracking: "full" });
}
