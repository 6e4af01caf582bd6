import type { Declaration } from "../syntax/ast.ts";

const mentionsIn = new WeakMap<Declaration, ReadonlySet<string>>();

/** Every word in a declaration that may be a name, wherever it stands: what it depends on is among what these mean. */
export function mentionsOf(declaration: Declaration): ReadonlySet<string> {
  const known = mentionsIn.get(declaration);
  if (known !== undefined) return known;
  const words = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || "file" in value) return;
    if ("text" in value && typeof value.text === "string") words.add(value.text);
    for (const it of Object.values(value)) visit(it);
  };
  visit(declaration);
  mentionsIn.set(declaration, words);
  return words;
}
