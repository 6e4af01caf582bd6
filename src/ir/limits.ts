/** The numbers that an argument takes; what is left out is no limit. */
export interface Limits {
  readonly min?: number;
  /** The argument must be greater. */
  readonly above?: number;
  readonly max?: number;
  /** The argument must be less. */
  readonly below?: number;
}

/** What a number should be, as the end of "must be": `at least 0`. Undefined where it keeps to the limits. */
export function brokenLimit({ min, above, max, below }: Limits, value: number): string | undefined {
  if (min !== undefined && !(value >= min)) return `at least ${String(min)}`;
  if (above !== undefined && !(value > above)) return `above ${String(above)}`;
  if (max !== undefined && !(value <= max)) return `at most ${String(max)}`;
  if (below !== undefined && !(value < below)) return `below ${String(below)}`;
  return Number.isNaN(value) ? "a number" : undefined;
}
