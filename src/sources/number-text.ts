import { byCodePoints } from "../support/by-code-points.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import { charactersIn } from "./split-text.ts";

/** What a text is a sequence of. */
export type TextUnit = "character" | "byte" | "word" | "token";

/** Numbers a text; what is wrong with it as the rest of a sentence. */
export type NumberText = (text: string) => Result<Int32Array, string>;

/** What stands in a vocabulary of words for all that are not in it. No word is empty. */
export const otherWords = "";

/**
 * Runs of letters, digits and `_`, with the apostrophes within them, and all other signs but blanks by themselves: a text
 * that goes on keeps what the reading `words` leaves out of a cell.
 */
const word = /[\p{L}\p{M}\p{N}_]+(?:['\u2019][\p{L}\p{M}\p{N}_]+)*|[^\s]/gu;

/** The characters of a text, or its words. */
export const unitsOf = (text: string, unit: "character" | "word"): readonly string[] =>
  unit === "character" ? charactersIn(text) : (text.match(word) ?? []);

/**
 * The distinct units of a text in the order of code points, so that they depend on the text alone; with `most` above 0 the
 * most frequent of them, and one place for all others, which is the last of so many.
 */
export function vocabularyOf(units: readonly string[], most: number): readonly string[] {
  if (most === 0) return [...new Set(units)].sort(byCodePoints);
  const counts = new Map<string, number>();
  for (const it of units) counts.set(it, (counts.get(it) ?? 0) + 1);
  const frequent = [...counts].sort(([a, m], [b, n]) => n - m || byCodePoints(a, b)).slice(0, most - 1);
  return [...frequent.map(([it]) => it).sort(byCodePoints), otherWords];
}

/** Numbers texts by a vocabulary: bytes by themselves, characters and words by their places in it. */
export function numberBy(vocabulary: readonly string[], unit: Exclude<TextUnit, "token">): NumberText {
  if (unit === "byte") return (text) => success(Int32Array.from(new TextEncoder().encode(text)));
  const numbers = new Map(vocabulary.map((it, at) => [it, at]));
  const other = numbers.get(otherWords);
  return (text) => {
    const units = unitsOf(text, unit);
    const found = new Int32Array(units.length);
    for (const [at, it] of units.entries()) {
      const number = numbers.get(it) ?? other;
      if (number === undefined)
        return failure(`has \`${showName(it)}\` at ${at}, which is no ${unit} of the text that was trained on`);
      found[at] = number;
    }
    return success(found);
  };
}
