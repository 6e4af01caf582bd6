/** A tree without places, comments and incidental spelling: what must stay equal when only the layout changes. */
export function plainTree(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainTree);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "span" && key !== "comments")
      .map(([key, it]) => [key, plainTree(it)]),
  );
}
