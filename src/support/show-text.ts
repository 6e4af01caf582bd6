import { stringifyNumbers } from "./json-numbers.ts";

/** Control characters, those that show as nothing or turn the text around them, and halves of characters. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/**
 * Text that modelc did not write, for a message on one line: what a terminal would obey or hide is escaped as in a string
 * of the language (`\u{1b}`), and what is longer than `widest` is cut, with an ellipsis.
 */
export function showText(text: string, widest = Infinity): string {
  const cut = text.length <= widest ? text : `${text.slice(0, widest - 3).replace(/[\ud800-\udbff]$/, "")}...`;
  return cut.replace(hidden, escaped);
}

/** Text of several lines, each as {@link showText} shows it. */
export function showLines(text: string): string {
  return text
    .split("\n")
    .map((line) => showText(line))
    .join("\n");
}

/** The widest cell, key or name of a file that a message shows whole, in characters. */
export const widestName = 60;

/** A cell, key or name out of a file, for a message: escaped, and cut at {@link widestName}. */
export function showName(text: string): string {
  return showText(text, widestName);
}

/** JSON of {@link stringifyNumbers} in which every character shows: what {@link showText} escapes is escaped as JSON has it. */
export function toJson(value: unknown, indent?: number): string {
  return stringifyNumbers(value, indent).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}
