/** The raw field that an argument of `idx` gives: `images="..."` is read as `raw.image`. */
export function idxField(argument: string): string {
  return argument.replace(/s$/, "");
}
