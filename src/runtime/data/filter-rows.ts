/** The rows that something is true of, in their order; asked of each once. Nothing but numbers is held beside them. */
export function filterRows(rows: Int32Array, isIt: (row: number, at: number) => boolean): Int32Array {
  const found = new Int32Array(rows.length);
  let count = 0;
  for (const [at, row] of rows.entries()) {
    if (!isIt(row, at)) continue;
    found[count] = row;
    count += 1;
  }
  return count === rows.length ? found : found.slice(0, count);
}
