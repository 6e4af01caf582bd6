import { addCells } from "./cells-of-rows.ts";
import { defineSource } from "./define-source.ts";
import { unreadable } from "./file-problems.ts";
import type { MayLack } from "./join-tables.ts";
import { mayBeRead } from "./read-table.ts";
import { filesOfTables, readTables } from "./read-tables.ts";
import type { CellTable, DataProblem } from "./raw-data.ts";
import { success, type Result } from "../support/result.ts";

const endings = [".parquet"];

/** A table of a Parquet file. */
export const parquet = defineSource({
  name: "parquet",
  doc:
    'A table of a Parquet file, read by the package `hyparquet`: `raw.NAME` for each column, `raw["user.age"]` for a ' +
    "member of one. Columns that no feature reads are not read. Numbers, texts, truth values, dates and times are cells " +
    "as those of `csv` are, integers of 64 bits exactly; null and NaN are [missing](#missing-cells); lists are no cells. " +
    `Pages may be packed by Snappy, or not at all. ${filesOfTables(endings)}`,
  arguments: { path: { kind: "string" } },
  hasFolders: true,
  fields: "table",
  load: ({ arguments: { path }, wanted, files, folders }) => {
    const isWanted = (name: string): boolean => wanted.some((it) => mayBeRead(it, name));
    const read = async (place: string): Promise<Result<CellTable, DataProblem>> => {
      if (files.readParquet === undefined) return unreadable(place, "nothing here reads Parquet files");
      const read = await files.readParquet(place, isWanted);
      if (!read.ok) return read;
      const { names, rows } = read.value;
      const table = addCells(
        rows.map((values) => ({ values })),
        place,
        isWanted,
      );
      if (!table.ok) return table;
      const members = table.value.names.filter((it) => !names.includes(it));
      return success({ ...table.value, names: [...names, ...members] });
    };
    // Where a column is null in all rows of a file, nothing tells of its members.
    const mayLack: MayLack = ({ names }, name) => names.some((it) => name.startsWith(`${it}.`));
    return readTables({ path, files, folders, endings, mayLack, read });
  },
});
