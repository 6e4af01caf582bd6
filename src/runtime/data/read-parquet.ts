import { pathToFileURL } from "node:url";
import type * as Hyparquet from "hyparquet";
import { unreadable } from "../../sources/file-problems.ts";
import type { DataProblem } from "../../sources/raw-data.ts";
import { success, type Result } from "../../support/result.ts";
import { showText } from "../../support/show-text.ts";
import { importModule } from "../import-module.ts";
import { missingPackages, resolvePackage } from "../resolve-package.ts";
import { readBytes } from "./read-file.ts";

/** The rows of a Parquet file, with those of its columns that are wanted, and the names of all. */
export interface ParquetRows {
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Reads Parquet files; the columns that are wanted alone. */
export type ParquetReader = (
  place: string,
  isWanted: (name: string) => boolean,
) => Promise<Result<ParquetRows, DataProblem>>;

/** What reads Parquet files: by `hyparquet`, an optional peer of modelc, from beside modelc or from a project. */
export function createParquetReader(project?: string): ParquetReader {
  return async (place, isWanted) => {
    const bytes = readBytes(place);
    if (!bytes.ok) return bytes;
    const entry = resolvePackage("hyparquet", project);
    if (entry === undefined) return unreadable(place, missingPackages("reading Parquet", ["hyparquet"], project));
    const { parquetMetadata, parquetReadObjects } = (await importModule(pathToFileURL(entry).href)) as typeof Hyparquet;
    const file = Uint8Array.from(bytes.value).buffer;
    try {
      const metadata = parquetMetadata(file);
      // The first element is the whole; those of the next level are columns, whatever is within them.
      const names = columnsOf(metadata.schema);
      // A member of a column, `user.age`, is read with the column.
      const columns = names.filter(
        (name) => isWanted(name) || metadata.schema.some((it) => isWanted(`${name}.${it.name}`)),
      );
      const rows =
        columns.length === 0
          ? emptyRows(Number(metadata.num_rows))
          : await parquetReadObjects({ file, metadata, columns });
      return success({ names, rows });
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return unreadable(
        place,
        `it is no Parquet file that can be read: ${showText(said.replace(/^parquet /, ""), 160)}`,
      );
    }
  };
}

const emptyRows = (count: number): readonly Readonly<Record<string, unknown>>[] =>
  Array.from({ length: count }, () => ({}));

/** The names of the columns at the top of a schema, which lists an element before its children. */
function columnsOf(schema: readonly { readonly name: string; readonly num_children?: number }[]): readonly string[] {
  const names: string[] = [];
  let at = 1;
  const skip = (): void => {
    const children = schema[at]?.num_children ?? 0;
    at += 1;
    for (let child = 0; child < children; child++) skip();
  };
  while (at < schema.length) {
    names.push(schema[at]?.name ?? "");
    skip();
  }
  return names;
}
