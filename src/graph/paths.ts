/** Joins segments of an instance path with dots; empty ones vanish. */
export function joinPath(...segments: readonly string[]): string {
  return segments.filter((it) => it !== "").join(".");
}

/**
 * Splits an absolute path into the place that a random key is hashed from and the indices that it is folded with:
 * `encoder.3.attention.kernel` gives `encoder.attention.kernel` and [3]. Only repeats give segments of digits alone.
 */
export function splitIndices(path: string): { readonly place: string; readonly indices: readonly number[] } {
  const segments = path.split(".");
  const isIndex = (segment: string): boolean => /^\d+$/.test(segment);
  return {
    place: segments.filter((it) => !isIndex(it)).join("."),
    indices: segments.filter(isIndex).map(Number),
  };
}
