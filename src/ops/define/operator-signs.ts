/** The operators that the signs of the language stand for. */
export const operatorOfSign = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "//": "floor_div",
  "%": "mod",
  "==": "equal",
  "!=": "not_equal",
  "<": "less",
  "<=": "less_equal",
  ">": "greater",
  ">=": "greater_equal",
} as const;

const signs: ReadonlyMap<string, string> = new Map(Object.entries(operatorOfSign).map(([sign, name]) => [name, sign]));

/** An operator as it is written: by its sign where it has one. */
export function writtenName(operator: string): string {
  const sign = signs.get(operator);
  return sign === undefined ? operator : `\`${sign}\``;
}
