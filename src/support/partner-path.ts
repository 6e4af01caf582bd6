/** Two patterns of paths that pair what they match: what the wildcards of one take stands in those of the other. */
export interface PathPair {
  readonly pattern: string;
  readonly of: string;
}

/** The wildcards of a pattern, in order: two patterns pair paths where these are the same. */
export function wildcardsOf(pattern: string): readonly string[] {
  return pattern.split(".").flatMap((it) => (it === "**" ? [it] : (it.match(/\*/g) ?? [])));
}

/** The path that one which fits `pattern` is paired with. */
export function partnerPath({ pattern, of }: PathPair, path: string): string {
  return `${path}.`.replace(new RegExp(capturingRegExp(pattern)), partnerTemplate(of)).slice(0, -1);
}

/** A pattern as a regular expression over the path with a dot at its end, which captures what its wildcards take. */
export function capturingRegExp(pattern: string): string {
  const segments = pattern.split(".").map((segment) => {
    if (segment === "**") return "((?:[^.]+\\.)*)";
    return `${segment.replace(/[$()+?[\\\]^{|}]/g, "\\$&").replaceAll("*", "([^.]*)")}\\.`;
  });
  return `^${segments.join("")}$`;
}

/** What `String.replace` makes a partner's path of, with a dot at its end, by what {@link capturingRegExp} captures. */
export function partnerTemplate(of: string): string {
  const plain = of
    .replaceAll("$", "$$$$")
    .split(".")
    .map((segment) => (segment === "**" ? "*" : `${segment}.`))
    .join("");
  let count = 0;
  // A digit that follows is none of the number.
  return plain.replace(/\*(\d?)/g, (_, digit: string) => {
    count += 1;
    return `$${String(count).padStart(digit === "" ? 1 : 2, "0")}${digit}`;
  });
}
