import { nearest } from "../support/nearest.ts";

/** The code that a misspelt one most likely meant: none for one that is well formed, as numbers that are near mean others. */
export function nearestCode(code: string, known: Iterable<string>): string | undefined {
  return /^MC\d{4}$/i.test(code) ? undefined : nearest(code, known);
}
