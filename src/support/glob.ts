/** Whether a text is a pattern of paths, as `specs/*.model`, and not only a path. */
export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text);
}

/** What a pattern may hold besides `*`, `**`, `?` and `[a-z]`. */
export interface GlobOptions {
  /** `{a,b}`: one of several. */
  readonly braces: boolean;
  /** Whether `*`, `**` and `?` stand for names that begin with a dot as well. */
  readonly dots: boolean;
}

/**
 * The regular expression of a pattern of paths with `/`, without anchors: `*` stands for any part of a name, `**` as a
 * whole name for any folders or none, `?` for one character, `[a-z]` and `[!a-z]` for one of some, `\` takes the meaning
 * of what follows.
 */
export function globSource(pattern: string, { braces, dots }: GlobOptions): string {
  const visible = dots ? "" : "(?!\\.)";
  let source = "";
  let depth = 0;
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at);
    const begins = at === 0 || pattern[at - 1] === "/";
    const folders = begins ? /^\*\*(?:\/|$)/.exec(rest)?.[0] : undefined;
    const set = /^\[([!^]?)(\]?(?:\\.|\[:\w+:\]|[^\]/\\])*)\]/.exec(rest);
    const character = pattern.charAt(at);
    if (folders !== undefined) {
      const name = `${visible}[^/]+`;
      source += folders === "**" ? `(?:${name}(?:/${name})*)` : `(?:${name}/)*`;
      at += folders.length - 1;
    } else if (character === "*") {
      source += `${begins ? visible : ""}[^/]*`;
      while (pattern[at + 1] === "*") at++;
    } else if (character === "?") source += `${begins ? visible : ""}[^/]`;
    else if (set !== null) {
      const [whole, not = "", inner = ""] = set;
      source += `(?!/)[${not === "" ? "" : "^"}${setSource(inner)}]`;
      at += whole.length - 1;
    } else if (character === "\\" && at + 1 < pattern.length) source += escaped(pattern.charAt(++at));
    else if (braces && character === "{" && rest.includes("}")) {
      source += "(?:";
      depth++;
    } else if (depth > 0 && character === "}") {
      source += ")";
      depth--;
    } else source += depth > 0 && character === "," ? "|" : escaped(character);
  }
  return source + ")".repeat(depth);
}

const escaped = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");

/** Classes of POSIX within `[...]`. */
const classes: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  digit: "0-9",
  lower: "a-z",
  upper: "A-Z",
  space: "\\s",
  xdigit: "0-9a-fA-F",
};

function setSource(inner: string): string {
  return inner.replace(/\[:(\w+):\]|\\(.)|[\\^[\]]/gsu, (it, name?: string, literal?: string) => {
    if (name !== undefined) return classes[name] ?? "";
    return (literal ?? it).replace(/[\\^[\]-]/, "\\$&");
  });
}
