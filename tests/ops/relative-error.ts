import type { NdArray } from "../../src/ops/define/operator.ts";

/**
 * The largest difference of two arrays over their largest magnitude; infinite where shapes or element types differ or
 * one alone is no number.
 */
export function relativeError(actual: NdArray, expected: NdArray): number {
  if (actual.dtype !== expected.dtype || actual.shape.join() !== expected.shape.join()) return Infinity;
  let error = 0;
  let size = 1e-3;
  for (const [index, value] of actual.data.entries()) {
    const wanted = expected.data[index] ?? NaN;
    if (value === wanted || (Number.isNaN(value) && Number.isNaN(wanted))) continue;
    const difference = Math.abs(value - wanted);
    error = Math.max(error, Number.isNaN(difference) ? Infinity : difference);
    if (Number.isFinite(wanted)) size = Math.max(size, Math.abs(wanted));
  }
  return error / size;
}
