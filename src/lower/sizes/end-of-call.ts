/** Where the parentheses end that open first in the text of an expression, behind the last of them; undefined where none do. */
export function endOfCall(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    else if (text[at] === ")") depth -= 1;
    else continue;
    if (depth === 0) return at + 1;
  }
  return undefined;
}
