/** Where the keys of a JSON text stand, in UTF-16 units. */
export interface JsonKeys {
  /** Keys of the outermost object. */
  readonly outer: ReadonlyMap<string, number>;
  /** The first key that an object has twice, at its second place: `JSON.parse` keeps the last one without a word. */
  readonly repeated?: { readonly key: string; readonly at: number };
}

/** The keys of a text that `JSON.parse` takes. */
export function jsonKeys(text: string): JsonKeys {
  const outer = new Map<string, number>();
  let repeated: JsonKeys["repeated"];
  /** The keys of each object around, from the outside; undefined for a list. */
  const around: (Set<string> | undefined)[] = [];
  let awaitsKey = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") {
      around.push(character === "{" ? new Set() : undefined);
      awaitsKey = character === "{";
    } else if (character === "}" || character === "]") {
      around.pop();
    } else if (character === ",") {
      awaitsKey = around.at(-1) !== undefined;
    } else if (character === '"') {
      const start = at;
      at += 1;
      while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      if (!awaitsKey) continue;
      awaitsKey = false;
      const key = String(JSON.parse(text.slice(start, at + 1)));
      const keys = around.at(-1);
      if (keys?.has(key) === true) repeated ??= { key, at: start };
      keys?.add(key);
      if (around.length === 1) outer.set(key, start);
    }
  }
  return { outer, ...(repeated !== undefined && { repeated }) };
}
