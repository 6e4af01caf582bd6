import { BadNumber, BadString, type Lexed } from "../../grammar/tokens.ts";
import { endOf } from "./cst.ts";
import type { Reporter } from "./reporter.ts";

/** Characters that other languages have, and what to write here. */
const advice: readonly (readonly [pattern: RegExp, help: string])[] = [
  [/^;/, "A newline ends a statement; no semicolon is needed."],
  [/^&+/, "Write `and`."],
  [/^!/, "Write `not`."],
  [/^['`\u2018\u2019\u201c\u201d]/, 'Strings stand in double quotes: "text".'],
  [/^\$/, "Names are written without `$`."],
  [/^@/, "There are no decorators, and a matrix product is written `matmul(a, b)`."],
  [/^\^/, "There is no operator for powers: write `pow(x, 2)`."],
  [/^\?/, "A choice is written `when condition { ... } else { ... }`."],
];

/** Reports what the lexer could not read: strange characters, open strings, numbers with letters on their end. */
export function reportLexical(lexed: Lexed, reporter: Reporter): void {
  const { file } = reporter;
  for (const { offset, length } of lexed.errors) {
    const text = file.text.slice(offset, offset + length);
    const help = advice.find(([pattern]) => pattern.test(text))?.[1];
    const span = reporter.span(offset, offset + length);
    reporter.report(
      "MC1009",
      span,
      { text: text.length > 12 ? `${text.slice(0, 12)}...` : text },
      {
        ...(help !== undefined && { help }),
      },
    );
  }
  for (const token of lexed.tokens) {
    const span = reporter.span(token.startOffset, endOf(token));
    if (token.tokenType === BadNumber) reporter.report("MC1007", span, { text: token.image });
    if (token.tokenType === BadString) {
      const end = reporter.span(span.end, span.end);
      reporter.report("MC1006", span, {}, { fix: { title: 'insert `"`', edits: [{ span: end, text: '"' }] } });
    }
  }
}
