/** A tensor that survives JSON: what Node and a page hand to each other. */
export interface PlainTensor {
  readonly dtype: "f32" | "f64" | "i32";
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

/** The fastest step: the first ones warm up, and other work on the machine slows any. */
export function stepTime({ times }: TrainingReport): string {
  return `${Math.min(...times).toFixed(1)} ms a step`;
}
