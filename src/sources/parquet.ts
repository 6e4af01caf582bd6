import { addCells } from "./cells-of-rows.ts";
import { defineSource } from "./define-source.ts";
import { unreadable } from "./file-problems.ts";
import { mayBeRead } from "./read-table.ts";

/** A table of a Parquet file. */
export const parquet = defineSource({
  name: "parquet",
  doc:
    'A table of a Parquet file, read by the package `hyparquet`: `raw.NAME` for each column, `raw["user.age"]` for a ' +
    "member of one. Columns that no feature reads are not read. Numbers, texts, truth values, dates and times are cells " +
    "as those of `csv` are, integers of 64 bits exactly; null and NaN are [missing](#missing-cells); lists are no cells. " +
    "Pages may be packed by Snappy, or not at all",
  arguments: { path: { kind: "string" } },
  fields: "table",
  load: async ({ arguments: { path }, wanted, files: { placeOf, readParquet } }) => {
    const place = placeOf(path);
    if (readParquet === undefined) return unreadable(place, "nothing here reads Parquet files");
    const isWanted = (name: string): boolean => wanted.some((it) => mayBeRead(it, name));
    const read = await readParquet(place, isWanted);
    if (!read.ok) return read;
    const { names, rows } = read.value;
    const table = addCells(
      rows.map((values) => ({ values })),
      place,
      isWanted,
    );
    if (!table.ok) return table;
    const members = table.value.names.filter((it) => !names.includes(it));
    return { ok: true, value: { ...table.value, names: [...names, ...members] } };
  },
});
