import { success, failure } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import { asCell } from "./cells-of-rows.ts";
import { defineSource } from "./define-source.ts";
import { unreadable } from "./file-problems.ts";
import { problem, type Cell, type CellColumn } from "./raw-data.ts";
import { mayBeRead } from "./read-table.ts";

/** A table of a SQLite database, or what a query gives. */
export const sqlite = defineSource({
  name: "sqlite",
  doc:
    "A table of a SQLite database, or a view, read by the package `sql.js`: `raw.NAME` for each column. `query` is a " +
    "`select` whose rows are the examples, in the order that it gives them; a table has them in that of its rowids. " +
    "Where the database has one table alone, it need not be named. Numbers and texts are cells as those of `csv` are, " +
    "integers of 64 bits exactly; null and the empty text are [missing](#missing-cells); blobs are no cells. The database " +
    "is only read, all of it at once",
  arguments: {
    path: { kind: "string" },
    table: { kind: "string", default: "" },
    query: { kind: "string", default: "" },
  },
  wrong: ({ table, query }) =>
    table === "" || query === ""
      ? undefined
      : { argument: "query", problem: "alone: a query says itself which tables it reads" },
  fields: "table",
  load: async ({ arguments: { path, table, query }, wanted, files: { placeOf, readDatabase } }) => {
    const place = placeOf(path);
    if (readDatabase === undefined) return unreadable(place, "nothing here reads SQLite databases");
    const read = await readDatabase(place, {
      ...(table !== "" && { table }),
      ...(query !== "" && { query }),
      isWanted: (name) => wanted.some((it) => mayBeRead(it, name)),
    });
    if (!read.ok) return read;
    const { names, count, from } = read.value;
    const columns: CellColumn[] = [];
    for (const { name, values } of read.value.columns) {
      const cells: Cell[] = [];
      for (const [row, value] of values.entries()) {
        const cell = asCell(value);
        if (!cell.ok) {
          const what = `\`${showName(name)}\` ${cell.error}`;
          return failure(problem("MC6012", { place: `${from}, example ${row}`, problem: what }));
        }
        const isSmall = typeof cell.value === "bigint" && Number.isSafeInteger(Number(cell.value));
        cells.push(isSmall ? Number(cell.value) : cell.value);
      }
      columns.push({ name, cells });
    }
    return success({ kind: "table", names, columns, count, from });
  },
});
