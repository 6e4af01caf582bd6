/**
 * JSON of a value. Numbers that JSON lacks become the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, where
 * `JSON.stringify` would write `null`.
 */
export function stringifyNumbers(value: unknown, indent?: number): string {
  const named = (_: string, it: unknown): unknown => (typeof it === "number" && !Number.isFinite(it) ? String(it) : it);
  return JSON.stringify(value, named, indent);
}

/** The number that a value of JSON is, as {@link stringifyNumbers} writes it; undefined where it is none. */
export function numberOfJson(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : undefined;
}
