/** One axis of an einops pattern: the names that it is made of, outermost first, or any number of leading axes. */
export type PatternAxis = { readonly kind: "names"; readonly names: readonly string[] } | { readonly kind: "rest" };

/** The axes of one side of a pattern. `1` and `()` are axes made of no names. */
export type PatternSide = readonly PatternAxis[];

/** A pattern's side, or what is wrong with it. */
export type ParsedSide = { readonly side: PatternSide } | { readonly problem: string };

/** Parses one side of an einops pattern: `b t (h d)`, `... c 1`. */
export function parsePatternSide(text: string): ParsedSide {
  const side: PatternAxis[] = [];
  let group: string[] | undefined;
  for (const [token] of text.matchAll(/\.\.\.|[A-Za-z_][A-Za-z_0-9]*|\d+|[^\s]/g)) {
    if (token === "(") {
      if (group !== undefined) return { problem: "parentheses do not nest" };
      group = [];
    } else if (token === ")") {
      if (group === undefined) return { problem: "a parenthesis closes that none opened" };
      side.push({ kind: "names", names: group });
      group = undefined;
    } else if (token === "...") {
      if (group !== undefined) return { problem: "... cannot stand in parentheses" };
      if (side.some((it) => it.kind === "rest")) return { problem: "... stands twice" };
      side.push({ kind: "rest" });
    } else if (token === "1") {
      if (group === undefined) side.push({ kind: "names", names: [] });
    } else if (/^[A-Za-z_]/.test(token)) {
      if (group === undefined) side.push({ kind: "names", names: [token] });
      else group.push(token);
    } else return { problem: `${token} is no axis` };
  }
  return group === undefined ? { side } : { problem: "a parenthesis is not closed" };
}

/** All names of a side, in order. */
export function namesOf(side: PatternSide): readonly string[] {
  return side.flatMap((axis) => (axis.kind === "names" ? axis.names : []));
}

/** The first name that stands twice, if any. */
export function repeatedName(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

/** What to write for a pattern as NumPy has it, in which each letter is an axis of one of some ranks; `instance` is another. */
export function helpOfLetters(text: string, ranks: readonly number[], instance: string): string | undefined {
  const parts = sidesOf(text).flat();
  if (!parts.every(isOfLetters)) return undefined;
  const help = "axes have names, with spaces between them";
  const spaced = spacedLetters(text, ranks);
  if (spaced === undefined) return parts.some((it) => it.includes(" ")) ? undefined : `${help}: \`${instance}\``;
  return `${help}: write \`"${spaced}"\` in place of \`"${text}"\``;
}

/**
 * A pattern as NumPy has it, `...ij,...jk->...ik`, in which each letter is an axis, as it is written here:
 * `... i j, ... j k -> ... i k`. Where no side is behind an arrow it is what NumPy puts there: what stands once, in the order
 * of the alphabet. Undefined where letters are no axes of such ranks, or all stand apart.
 */
export function spacedLetters(text: string, ranks: readonly number[]): string | undefined {
  const sides = sidesOf(text);
  const [operands = []] = sides;
  const isGlued = sides.flat().some((it) => /[A-Za-z]{2}/.test(it));
  if (!sides.flat().every(isOfLetters) || (!isGlued && sides.length > 1)) return undefined;
  const letters = sides.map((side) => side.map((it) => it.match(/[A-Za-z]|\.{3}/g) ?? []));
  const fit = operands.every((it, at) => {
    const count = it.match(/[A-Za-z]/g)?.length ?? 0;
    const rank = ranks[at];
    return rank !== undefined && (it.includes("...") ? count <= rank : count === rank);
  });
  if (!fit || operands.length !== ranks.length) return undefined;
  const all = letters.flat(2);
  const once = [...new Set(all)].filter((it) => it !== "..." && all.indexOf(it) === all.lastIndexOf(it)).sort();
  const result = sides.length > 1 ? [] : [[[...(all.includes("...") ? ["..."] : []), ...once]]];
  return [...letters, ...result]
    .map((side) => side.map((it) => it.join(" ")).join(", "))
    .join(" -> ")
    .trim();
}

function sidesOf(text: string): readonly (readonly string[])[] {
  return text.split("->").map((side) => side.split(",").map((it) => it.trim()));
}

function isOfLetters(part: string): boolean {
  return /^[A-Za-z]*(\.{3})?[A-Za-z]*$/.test(part.replaceAll(" ", ""));
}
