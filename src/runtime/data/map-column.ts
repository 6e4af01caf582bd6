import { isStored, type Column, type ColumnNumbers, type StoredColumn } from "../../sources/raw-data.ts";

/** A column with other numbers in place of its own, each made of one: those of a stored column when they are read. */
export function mapColumn(
  column: Column | StoredColumn,
  map: (data: ColumnNumbers["data"]) => ColumnNumbers["data"],
): Column | StoredColumn {
  if (!isStored(column)) return { ...column, data: map(column.data) };
  return {
    ...column,
    read: async (rows, room) => {
      const numbers = await column.read(rows, room);
      return { ...numbers, data: map(numbers.data) };
    },
  };
}
