/** Where a text stops being JSON, by line and column. */
export function placeInJson(text: string, error: unknown): string {
  const known = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  const at = known === undefined ? firstBadCharacter(text) : Number(known);
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: this is no JSON.`;
}

/** V8 names a wrong token but not its place: the shortest beginning that has one ends in it. */
function firstBadCharacter(text: string): number {
  const isBad = (length: number): boolean => {
    try {
      JSON.parse(text.slice(0, length));
      return false;
    } catch (error) {
      return error instanceof Error && error.message.startsWith("Unexpected token");
    }
  };
  let sound = 0;
  let bad = text.length;
  while (bad - sound > 1) {
    const middle = (sound + bad) >> 1;
    if (isBad(middle)) bad = middle;
    else sound = middle;
  }
  return Math.max(0, bad - 1);
}
