import type { IToken } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import type { Lexed } from "../../grammar/tokens.ts";
import { valueOfNumber } from "./literals.ts";
import type { Reporter } from "./reporter.ts";

/** Characters that other languages have, and what to write here. */
const advice: readonly (readonly [pattern: RegExp, help: string])[] = [
  [/^;/, "A newline ends a statement; no semicolon is needed."],
  [/^&+/, "Write `and`."],
  [/^!/, "Write `not`."],
  [/^[≥⩾]/, "Write `>=`."],
  [/^[≤⩽]/, "Write `<=`."],
  [/^≠/, "Write `!=`."],
  [/^[×·]/, "Write `*`."],
  [/^['`\u2018\u2019\u201c\u201d]/, 'Strings stand in double quotes: "text".'],
  [/^\$/, "Names are written without `$`."],
  [/^@/, "There are no decorators, and a matrix product is written `matmul(a, b)`."],
  [/^\^/, "There is no operator for powers: write `pow(x, 2)`."],
  [/^[\p{L}\p{M}]/u, 'Names are made of the letters a to z, digits and `_`; a column of another name is `raw["..."]`.'],
  [/^\?/, "A choice is written `when condition { ... } else { ... }`."],
];

/** Characters that turn the direction of the text after them (Unicode UAX #9), as rustc reports them too. */
const directions: ReadonlyMap<string, string> = new Map([
  ["\u202a", "left-to-right embedding"],
  ["\u202b", "right-to-left embedding"],
  ["\u202c", "pop directional formatting"],
  ["\u202d", "left-to-right override"],
  ["\u202e", "right-to-left override"],
  ["\u2066", "left-to-right isolate"],
  ["\u2067", "right-to-left isolate"],
  ["\u2068", "first strong isolate"],
  ["\u2069", "pop directional isolate"],
]);

/** Reports controls of direction in comments and strings; the lexer knows them nowhere else. */
function reportDirections(lexed: Lexed, reporter: Reporter): void {
  const pattern = /[\u202a-\u202e\u2066-\u2069]/g;
  if (reporter.file.text.search(pattern) === -1) return;
  const isString = ({ tokenType }: IToken): boolean => [t.StringToken, t.BadString, t.SingleQuoted].includes(tokenType);
  for (const token of [...lexed.comments, ...lexed.tokens.filter(isString)]) {
    const place = isString(token) ? "string" : "comment";
    for (const { 0: character, index } of token.image.matchAll(pattern)) {
      const code = (character.codePointAt(0) ?? 0).toString(16);
      const start = token.startOffset + index;
      const span = reporter.span(start, start + 1);
      const text = place === "string" ? `\\u{${code}}` : "";
      const title = place === "string" ? `write it as ${text}` : "remove it";
      const parameters = { place, code: `U+${code.toUpperCase()}`, name: directions.get(character) ?? "" } as const;
      reporter.report("MC1035", span, parameters, { fix: { title, edits: [{ span, text }] } });
    }
  }
}

const shortened = (text: string): string => (text.length > 12 ? `${text.slice(0, 12)}...` : text);

/**
 * Reports what the lexer could not read: strange characters, open strings, numbers with letters on their end; and the one
 * name that nothing can have.
 */
export function reportLexical(lexed: Lexed, reporter: Reporter): void {
  const { file } = reporter;
  reportDirections(lexed, reporter);
  for (const { offset, length } of lexed.errors) {
    const text = file.text.slice(offset, offset + length);
    const help = advice.find(([pattern]) => pattern.test(text))?.[1];
    const span = reporter.span(offset, offset + length);
    reporter.report(
      "MC1009",
      span,
      { text: shortened(text) },
      {
        ...(help !== undefined && { help }),
      },
    );
  }
  // Once is enough: a name that is declared is used, too.
  const barred = lexed.tokens.find(({ image }) => image === "__proto__" || image === '"__proto__"');
  if (barred !== undefined) reporter.report("MC1036", reporter.spanOf(barred), {});
  for (const token of lexed.tokens) {
    const span = reporter.spanOf(token);
    const isNumber = token.tokenType !== t.NumberToken || Number.isFinite(valueOfNumber(token.image));
    if (token.tokenType === t.BadNumber || !isNumber) reporter.report("MC1007", span, { text: token.image });
    if (token.tokenType === t.PointedNumber) {
      const text = `${token.image}0`;
      const help = `No number ends with a point: \`${token.image.slice(0, -1)}\`, or \`${text}\` for a real one.`;
      const fix = { title: `write ${text}`, edits: [{ span, text }] };
      reporter.report("MC1007", span, { text: token.image }, { help, fix });
    }
    if (token.tokenType === t.SingleQuoted) {
      const inside = token.image.slice(1, -1);
      const quoted = `"${inside.replaceAll('"', '\\"')}"`;
      // What is a name by itself is mostly meant as one: `padding='same'`.
      const isWord = /^[A-Za-z_]\w*$/.test(inside);
      const help = isWord
        ? `Words and functions stand without quotes: \`${inside}\`. A text stands in double ones: \`${quoted}\`.`
        : `Strings stand in double quotes: \`${quoted}\`. Words, as \`same\`, and functions have none.`;
      const fix = isWord
        ? { title: `write ${inside}`, edits: [{ span, text: inside }] }
        : { title: "write double quotes", edits: [{ span, text: quoted }] };
      reporter.report("MC1009", span, { text: shortened(token.image) }, { help, fix });
    }
    if (token.tokenType === t.BadString) {
      const end = reporter.span(span.end, span.end);
      reporter.report("MC1006", span, {}, { fix: { title: 'insert `"`', edits: [{ span: end, text: '"' }] } });
    }
  }
}
