/** The characters of a text, as Unicode counts them. */
export const charactersIn = (text: string): readonly string[] => Array.from(text);

/** The bytes of a text in UTF-8, each as two digits of base 16. */
export const bytesIn = (text: string): readonly string[] => Array.from(new TextEncoder().encode(text), byteName);

/** All bytes, in their order. */
export const allBytes: readonly string[] = Array.from({ length: 256 }, (_, byte) => byteName(byte));

function byteName(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/**
 * The words of a text: in small letters, without the signs of ASCII that are no letters, digits or blanks, between blanks.
 * `Don't stop!` has the words `dont` and `stop`, as in Keras' `TextVectorization`.
 */
export function wordsIn(text: string): readonly string[] {
  return text
    .toLowerCase()
    .replaceAll(/[!-/:-@[-`{-~]/g, "")
    .split(/\s+/)
    .filter((it) => it !== "");
}
