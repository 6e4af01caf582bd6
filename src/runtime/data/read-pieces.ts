import type { Room } from "../../sources/number-file.ts";
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
const numbersAtATime = 2 ** 18;

/**
 * Some rows of a column, in their order, so many at a time, or all at once of a column in memory. A piece is gone when the next
 * one is asked for.
 */
export async function* readPieces(
  column: Column | StoredColumn,
  rows: Int32Array,
  given?: number,
): AsyncGenerator<Piece, void> {
  if (!isStored(column)) {
    const length = given ?? Math.max(1, rows.length);
    for (let from = 0; from < rows.length; from += length) {
      const some = rows.subarray(from, from + length);
      yield { numbers: column, rows: some, places: some };
    }
    return;
  }
  const length = given ?? Math.max(1, Math.floor(numbersAtATime / Math.max(1, sizeOf(column.shape))));
  const room: Room = {};
  const places = Int32Array.from({ length }, (_, at) => at);
  for (let from = 0; from < rows.length; from += length) {
    const some = rows.subarray(from, from + length);
    yield { numbers: await column.read(some, room), rows: some, places: places.subarray(0, some.length) };
  }
}
