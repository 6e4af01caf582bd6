/** The text of a call with one argument more, behind the others: `sum(x, axis=1, keep=true)`. */
export function withFurther(call: string, argument: string): string {
  const before = call.slice(0, -1).trimEnd().replace(/,$/, "");
  return `${before}${before.endsWith("(") ? "" : ", "}${argument})`;
}
