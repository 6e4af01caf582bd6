/** Code points that a terminal draws two columns wide: East Asian wide and fullwidth forms, and emoji. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** How many columns a terminal gives a character: 0 for combining marks and joiners, 2 for wide ones, else 1. */
function characterWidth(character: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character)) return 0;
  const point = character.codePointAt(0) ?? 0;
  return wide.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
}

/** How many columns a terminal gives a text without tabs and newlines. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** A line with its tabs replaced by spaces up to the next multiple of four, as its printed place needs no terminal. */
export function expandTabs(line: string): string {
  if (!line.includes("\t")) return line;
  let out = "";
  let width = 0;
  for (const character of line) {
    const piece = character === "\t" ? " ".repeat(4 - (width % 4)) : character;
    out += piece;
    width += character === "\t" ? piece.length : characterWidth(character);
  }
  return out;
}
