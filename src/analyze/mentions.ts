const mentionsIn = new WeakMap<object, ReadonlySet<string>>();

/** Every word in a declaration or expression that may be a name, wherever it stands: what it depends on is among what these mean. */
export function mentionsOf(node: object): ReadonlySet<string> {
  const known = mentionsIn.get(node);
  if (known !== undefined) return known;
  const words = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || "file" in value) return;
    if ("text" in value && typeof value.text === "string") words.add(value.text);
    for (const it of Object.values(value)) visit(it);
  };
  visit(node);
  mentionsIn.set(node, words);
  return words;
}
