/** What the names of files say: a pattern as `{label}_{speaker}_{take}.wav`. */
export interface NamePattern {
  /** The names in braces, in their order. */
  readonly fields: readonly string[];
  /** What stands in the place of each; undefined where the path does not fit. */
  readonly read: (path: string) => readonly string[] | undefined;
}

/** What a pattern must be, where this one is none: its names, with `taken` what they may not be, differ and are told apart. */
export function patternWanted(pattern: string, taken: readonly string[]): string | undefined {
  const { fields } = namePattern(pattern);
  const again = fields.find((it, at) => fields.indexOf(it) !== at);
  if (again !== undefined) return `a pattern whose names differ: \`${again}\` stands in it twice`;
  const lost = fields.find((it) => taken.includes(it));
  if (lost !== undefined) return `a pattern of other names than \`${lost}\`, which \`raw.${lost}\` has already`;
  if (pattern.includes("}{")) return "a pattern with something between its names, that one ends where another begins";
  if (/[{}]/.test(pattern.replaceAll(/\{[A-Za-z_]\w*\}/g, ""))) {
    return "a pattern with names in braces, of letters, digits and `_`, as `{label}_{take}.wav`";
  }
  return undefined;
}

/** Reads a pattern: each name in braces stands for one character or more, as few as fit, and none is `/`. */
export function namePattern(pattern: string): NamePattern {
  const fields: string[] = [];
  const source = pattern
    .split(/(\{[A-Za-z_]\w*\})/)
    .map((part, at) => {
      if (at % 2 === 0) return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
      fields.push(part.slice(1, -1));
      return "([^/]+?)";
    })
    .join("");
  // A pattern of several names is that of the last ones of a path.
  const whole = new RegExp(`(?:^|/)${source}$`, "su");
  return { fields, read: (path) => whole.exec(path)?.slice(1) };
}
