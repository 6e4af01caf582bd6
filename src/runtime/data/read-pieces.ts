import { isStored, sizeOf, type Column, type ColumnNumbers, type StoredColumn } from "../../sources/raw-data.ts";

/** Some rows of a column, whose numbers lie in memory. */
export interface Piece {
  readonly numbers: ColumnNumbers;
  /** The rows, as the source counts them. */
  readonly rows: Int32Array;
  /** Where each of them stands among the numbers. */
  readonly places: Int32Array;
}

/** So many numbers are read at a time. */
const numbersAtATime = 2 ** 20;

/** Some rows of a column, in their order: those of a column in memory in one piece. */
export async function* readPieces(column: Column | StoredColumn, rows: Int32Array): AsyncGenerator<Piece, void> {
  if (!isStored(column)) {
    yield { numbers: column, rows, places: rows };
    return;
  }
  const length = Math.max(1, Math.floor(numbersAtATime / Math.max(1, sizeOf(column.shape))));
  const places = Int32Array.from({ length }, (_, at) => at);
  for (let from = 0; from < rows.length; from += length) {
    const some = rows.subarray(from, from + length);
    yield { numbers: await column.read(some), rows: some, places: places.subarray(0, some.length) };
  }
}
