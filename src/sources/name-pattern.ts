/** What the names of files say: a pattern as `{label}_{speaker}_{take}.wav`. */
export interface NamePattern {
  /** The names in braces, in their order. */
  readonly fields: readonly string[];
  /** What stands in the place of each; undefined where the path does not fit. */
  readonly read: (path: string) => readonly string[] | undefined;
}

/** Reads a pattern: each name in braces stands for one character or more, as few as fit, and none is `/`. */
export function namePattern(pattern: string): NamePattern {
  const fields: string[] = [];
  const source = pattern
    .split(/(\{\w+\})/)
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
