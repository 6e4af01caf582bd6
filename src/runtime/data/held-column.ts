import { isStored, type Column, type RawData } from "../../sources/raw-data.ts";
import { fault } from "../../support/fault.ts";

/** A column whose numbers lie in memory: what rows are split, cleaned or ordered by does. */
export function heldColumn({ columns }: Pick<Extract<RawData, { kind: "columns" }>, "columns">, name: string): Column {
  const column = columns.get(name);
  if (column === undefined) return fault(`there is no column for raw.${name}`);
  return isStored(column) ? fault(`raw.${name} is not in memory`) : column;
}
