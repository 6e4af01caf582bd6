/** A tensor that survives JSON: what Node and a page hand to each other. */
export interface PlainTensor {
  readonly dtype: "f32" | "i32";
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Tensors by the names of features or of raw fields. */
export type PlainBatch = Readonly<Record<string, PlainTensor>>;

/** What training reports. */
export interface TrainingReport {
  readonly losses: readonly number[];
  /** Milliseconds of each step. */
  readonly times: readonly number[];
}

/** The median time of the steps but the first, which warms up. */
export function stepTime({ times }: TrainingReport): string {
  const sorted = times.slice(1).sort((a, b) => a - b);
  return `${(sorted[sorted.length >> 1] ?? NaN).toFixed(1)} ms a step`;
}
