/** The lines of rows, of which many follow on each other: what is added is kept where the distance of the two changes. */
export interface LineRuns {
  readonly add: (line: number) => void;
  /** The line of a row; undefined where it was not added. */
  readonly at: (row: number) => number | undefined;
}

/** Lines of rows that are added one after the other. */
export function createLineRuns(): LineRuns {
  const rows: number[] = [];
  const distances: number[] = [];
  let count = 0;
  return {
    add(line) {
      if (distances.at(-1) !== line - count) {
        rows.push(count);
        distances.push(line - count);
      }
      count += 1;
    },
    at(row) {
      if (row < 0 || row >= count) return undefined;
      // The last run that begins at the row or before it.
      let [from, to] = [0, rows.length];
      while (to - from > 1) {
        const middle = (from + to) >> 1;
        if ((rows[middle] ?? 0) <= row) from = middle;
        else to = middle;
      }
      return row + (distances[from] ?? 0);
    },
  };
}
