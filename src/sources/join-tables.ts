import { nearest } from "../support/nearest.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import { misnamed } from "./misnamed.ts";
import { problem, type Cell, type CellColumn, type CellTable, type DataProblem, type Shard } from "./raw-data.ts";
import { readNumber } from "./read-number.ts";
import { showRawField } from "./show-raw-field.ts";

/** Whether a table may be without a column that another one has: its cells are missing then, and an error otherwise. */
export type MayLack = (table: CellTable, name: string) => boolean;

/** Puts tables below each other; columns are matched by their names. `from` is what the tables are together, for messages. */
export function joinTables(
  tables: readonly CellTable[],
  from: string,
  mayLack: MayLack,
): Result<CellTable, DataProblem> {
  const owners = new Map<string, CellTable>();
  for (const table of tables) {
    for (const { name } of table.columns) {
      const wrong = misnamed(
        table,
        name,
        table.columns.filter((it) => it.name === name),
      );
      if (wrong !== undefined) return failure(wrong);
      if (!owners.has(name)) owners.set(name, table);
    }
  }
  const columns: CellColumn[] = [];
  for (const [name, owner] of owners) {
    const cells: Cell[] = [];
    const shards: Shard[] = [];
    for (const table of tables) {
      const column = table.columns.find((it) => it.name === name);
      if (column === undefined && table.count > 0 && !mayLack(table, name))
        return failure(absentIn(table, name, owner));
      const start = cells.length;
      for (let row = 0; row < table.count; row++) cells.push(column?.cells[row]);
      const place = column?.place ?? (table.lines && { lines: table.lines, columns: [] });
      shards.push({ from: table.from, start, ...(place !== undefined && { cells: place }) });
    }
    columns.push({ name, cells, shards });
  }
  const names = [...new Set(tables.flatMap((it) => it.names))];
  const count = tables.reduce((sum, it) => sum + it.count, 0);
  return success({ kind: "table", names, columns, count, from });
}

/** What is wrong with a table without a column that another one has. */
export function absentIn({ from, names }: CellTable, name: string, owner: CellTable): DataProblem {
  const near = nearest(name, names);
  const help = names.every((it) => readNumber(it).ok)
    ? "Its first line holds numbers: each of the files begins with the names of its columns."
    : near !== undefined
      ? `${owner.from} has it, and this file has \`${showRawField(showName(near))}\`: columns go by their names.`
      : `${owner.from} has it: each of the files needs what is read.`;
  return problem("MC6007", { path: from, kind: "column", name: showName(name) }, help);
}
