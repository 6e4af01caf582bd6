/** A piece of the text form. */
export interface TextToken {
  readonly kind: "word" | "number" | "string" | "value" | "sign" | "end";
  readonly text: string;
  readonly line: number;
}

/** What does not parse, and where; thrown within the reader of the text form and caught at its entries. */
export class TextProblem extends Error {
  override readonly name = "TextProblem";
}

const pattern =
  /(?<space>[ \t]+)|(?<newline>\n)|(?<value>%(?:"(?:[^"\\]|\\.)*"\.|[A-Za-z_]\w*\.)?\d+)|(?<string>"(?:[^"\\]|\\.)*")|(?<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?<word>[A-Za-z_]\w*)|(?<sign>\/\/|==|!=|>=|[-+*%()[\]{}<>,:;=@])/gy;

/** Cuts the text form into tokens. */
export function tokenizeText(text: string): readonly TextToken[] {
  const tokens: TextToken[] = [];
  let line = 1;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) throw new TextProblem(`line ${line}: unexpected ${JSON.stringify(text[start])}`);
    if (groups["newline"] !== undefined) line += 1;
    for (const kind of ["value", "string", "number", "word", "sign"] as const) {
      const found = groups[kind];
      if (found !== undefined) tokens.push({ kind, text: found, line });
    }
  }
  tokens.push({ kind: "end", text: "the end", line });
  return tokens;
}

/** Reads tokens one after another; every method throws a {@link TextProblem} where the text is not as asked. */
export interface TextReader {
  /** The token that comes next. */
  peek(): TextToken;
  /** Whether the next token has this text and is no string. */
  sees(text: string): boolean;
  /** Takes the next token if it has this text. */
  takes(text: string): boolean;
  /** Takes the next token, which must have this text. */
  expect(text: string): void;
  take(kind: TextToken["kind"]): TextToken;
  word(): string;
  string(): string;
  /** A number with its sign, the infinities and NaN included. */
  number(): number;
  boolean(): boolean;
  /** Items with commas between them, up to a closing sign, which is taken. */
  list<T>(close: string, item: () => T): readonly T[];
  fail(problem: string): never;
}

/** A reader at the beginning of a text. */
export function createTextReader(text: string): TextReader {
  const tokens = tokenizeText(text);
  let position = 0;
  const peek = (): TextToken => tokens[position] ?? { kind: "end", text: "the end", line: 0 };
  const fail = (problem: string): never => {
    throw new TextProblem(`line ${peek().line}: ${problem}`);
  };
  const sees = (wanted: string): boolean => peek().text === wanted && peek().kind !== "string";
  const takes = (wanted: string): boolean => {
    if (!sees(wanted)) return false;
    position += 1;
    return true;
  };
  const expect = (wanted: string): void => {
    if (!takes(wanted)) fail(`${wanted} expected before ${peek().text}`);
  };
  const take = (kind: TextToken["kind"]): TextToken => {
    const token = peek();
    if (token.kind !== kind) return fail(`a ${kind} expected before ${token.text}`);
    position += 1;
    return token;
  };
  const string = (): string => {
    const { text: raw } = take("string");
    const parsed: unknown = JSON.parse(raw);
    return typeof parsed === "string" ? parsed : fail(`${raw} is no string`);
  };
  const number = (): number => {
    const sign = takes("-") ? -1 : 1;
    if (takes("Infinity")) return sign * Infinity;
    if (takes("NaN")) return NaN;
    return sign * Number(take("number").text);
  };
  return {
    peek,
    sees,
    takes,
    expect,
    take,
    word: () => take("word").text,
    string,
    number,
    boolean: () => {
      const { text: found } = take("word");
      return found === "true" || found === "false" ? found === "true" : fail(`true or false expected, not ${found}`);
    },
    list: (close, item) => {
      const items = [];
      while (!takes(close)) {
        items.push(item());
        if (!sees(close)) expect(",");
      }
      return items;
    },
    fail,
  };
}
