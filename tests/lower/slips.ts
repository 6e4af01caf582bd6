import { Newline, tokenize } from "../../grammar/tokens.ts";

/** A text after one slip of the hand. */
export interface Slip {
  readonly kind: "left out" | "doubled" | "swapped" | "another bracket";
  /** What was slipped on. */
  readonly image: string;
  readonly line: number;
  readonly text: string;
}

const isWord = (image: string): boolean => /^\w/.test(image);

const brackets: readonly string[] = ["(", "[", "{", ")", "]", "}"];

/** Every text that one slip of a token makes of a text: left out, doubled, swapped with its neighbour, a bracket of another kind. */
export function slipsOf(text: string): readonly Slip[] {
  const tokens = tokenize(text).tokens.filter((it) => it.tokenType !== Newline);
  return tokens.flatMap(({ image, startOffset: at, startLine: line = 0 }, index) => {
    const end = at + image.length;
    const slip = (kind: Slip["kind"], until: number, instead: string): Slip => ({
      kind,
      image,
      line,
      text: text.slice(0, at) + instead + text.slice(until),
    });
    const next = tokens[index + 1];
    const swapped = (): readonly Slip[] => {
      if (next === undefined || next.image === image || next.startLine !== line) return [];
      const between = text.slice(end, next.startOffset) || (isWord(image) || isWord(next.image) ? " " : "");
      return [slip("swapped", next.startOffset + next.image.length, next.image + between + image)];
    };
    const place = brackets.indexOf(image);
    const others = brackets.filter((_, it) => place !== -1 && it !== place && it < 3 === place < 3);
    return [
      slip("left out", end, ""),
      slip("doubled", end, isWord(image) ? `${image} ${image}` : image + image),
      ...swapped(),
      ...others.map((it) => slip("another bracket", end, it)),
    ];
  });
}
