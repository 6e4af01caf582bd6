import { sizeOf, type Column, type StoredColumn } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { readPieces } from "./read-pieces.ts";

/** A number of a column: its row, its place among the numbers of the row, and what it is. */
interface FoundNumber {
  readonly row: number;
  readonly element: number;
  readonly value: number;
}

/** The first number of some rows of a column that something is true of. */
export async function findNumber(
  column: Column | StoredColumn,
  rows: Int32Array,
  isIt: (value: number, element: number, row: number) => boolean,
): Promise<FoundNumber | undefined> {
  const size = sizeOf(column.shape);
  for await (const piece of readPieces(column, rows)) {
    const { data } = piece.numbers;
    for (const [index, row] of piece.rows.entries()) {
      const from = elementAt(piece.places, index) * size;
      for (let element = 0; element < size; element++) {
        const value = elementAt(data, from + element);
        if (isIt(value, element, row)) return { row, element, value };
      }
    }
  }
  return undefined;
}
