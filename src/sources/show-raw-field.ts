/** A raw field as a spec reads it: `raw.age`, or `raw["fixed acidity"]` where its name is no word of the language. */
export function showRawField(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `raw.${name}` : `raw[${JSON.stringify(name)}]`;
}
