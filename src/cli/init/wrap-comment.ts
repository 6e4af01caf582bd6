/** So wide are comments, with what the formatter sets in. */
const widest = 110;

/** A line of a spec; of a long comment several. */
export function wrapComment(line: string): readonly string[] {
  const sign = /^#+ (?:- )?/.exec(line)?.[0];
  if (sign === undefined || line.length <= widest) return [line];
  const lines = [sign.trimEnd()];
  for (const word of line.slice(sign.length).split(" ")) {
    const last = lines.pop() ?? "";
    if (last.length + 1 + word.length <= widest) lines.push(`${last} ${word}`);
    else lines.push(last, `${sign.replace("-", " ").trimEnd()}${sign.includes("-") ? "  " : ""} ${word}`);
  }
  return lines;
}
