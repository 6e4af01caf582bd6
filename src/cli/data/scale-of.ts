/** The power of 2 that brings numbers between -2 and 2: divided by it, which is exact, their squares and sums stay finite. */
export function scaleOf(values: Float64Array): number {
  const largest = values.reduce((most, it) => Math.max(most, Math.abs(it)), 0);
  // The logarithm of the largest numbers is rounded up to 1024, and that power is no double.
  return largest === 0 ? 1 : 2 ** Math.min(1023, Math.floor(Math.log2(largest)));
}
