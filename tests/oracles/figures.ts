/** One figure of a comparison: how far two results are apart, and how far they may be. */
export interface Figure {
  readonly name: string;
  readonly error: number;
  /** Left out where the figure is shown and not judged. */
  readonly bound?: number;
  /** How far the other side's f32 is from its own f64: what floating point alone makes of it. */
  readonly noise?: number;
}

const scientific = (value: number | undefined): string =>
  value === undefined ? "" : value === 0 ? "0" : value.toExponential(1);

/** Whether a figure is judged and above its bound; what is no number is. */
export const isMissed = ({ error, bound }: Figure): boolean => bound !== undefined && !(error <= bound);

/** Prints figures as a table; returns how many are above their bounds. */
export function printFigures(figures: readonly Figure[], noise = "PyTorch f32 to f64"): number {
  const shown = figures.some((it) => it.noise !== undefined);
  const rows = [
    ["", "error", "bound", ...(shown ? [noise] : [])],
    ...figures.map((it) => [
      it.name,
      scientific(it.error),
      scientific(it.bound),
      ...(shown ? [scientific(it.noise)] : []),
      isMissed(it) ? "FAILED" : "",
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(0, ...rows.map((row) => row[at]?.length ?? 0)));
  for (const row of rows) {
    const line = row.map((it, at) => (at === 0 ? it.padEnd(widths[0] ?? 0) : it.padStart(widths[at] ?? 0))).join("  ");
    console.log(`  ${line}`.trimEnd());
  }
  return figures.filter(isMissed).length;
}

type Numbers = Float64Array;

/** The Euclidean norm. */
export const norm = (values: Numbers): number => Math.sqrt(values.reduce((sum, it) => sum + it * it, 0));

/** The Euclidean norm of a difference over that of `scale`, the first where none is given; that of the difference where it is 0. */
export function normError(expected: Numbers, actual: Numbers, scale: Numbers = expected): number {
  if (expected.length !== actual.length) return Infinity;
  const difference = norm(expected.map((it, i) => it - (actual[i] ?? NaN)));
  return difference === 0 ? 0 : difference / (norm(scale) || 1);
}

/** The largest difference over the largest magnitude of the first. */
export function maximumError(expected: Numbers, actual: Numbers): number {
  if (expected.length !== actual.length) return Infinity;
  const largest = (values: Numbers): number =>
    values.reduce((max, it) => (Number.isNaN(it) ? Infinity : Math.max(max, Math.abs(it))), 0);
  const difference = largest(expected.map((it, i) => it - (actual[i] ?? NaN)));
  return difference === 0 ? 0 : difference / (largest(expected) || 1);
}

/** The largest of the differences, each over its own magnitude. */
export function relativeErrors(expected: Numbers, actual: Numbers): number {
  if (expected.length !== actual.length) return Infinity;
  return expected.reduce((max, it, i) => {
    const error = Math.abs(it - (actual[i] ?? NaN)) / (Math.abs(it) || 1);
    return Number.isNaN(error) ? Infinity : Math.max(max, error);
  }, 0);
}
