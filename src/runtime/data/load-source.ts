import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { asNumber } from "../../dims/dim.ts";
import type { DataProgram, RawField } from "../../ir/program.ts";
import { rowFields } from "../../ir/row-fields.ts";
import type { SourceFiles } from "../../sources/define-source.ts";
import {
  countOf,
  problem,
  sizeOf,
  type Column,
  type DataProblem,
  type RawData,
  type StoredColumn,
} from "../../sources/raw-data.ts";
import { readTable } from "../../sources/read-table.ts";
import { sourceOf } from "../../sources/registry.ts";
import { showRawField } from "../../sources/show-raw-field.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { createNumberFiles } from "./number-files.ts";
import { readBytes, sizeOfFile, streamBytes } from "./read-file.ts";
import { withKnownColumns } from "./known-columns.ts";
import type { Vocabularies } from "./number-words.ts";
import { createParquetReader } from "./read-parquet.ts";
import { createPictureReader } from "./read-picture.ts";
import { createDatabaseReader } from "./read-sqlite.ts";
import { createTokenizerReader } from "./read-tokenizer.ts";

/** So many bytes of a field lie in memory: of a data set such as CIFAR-10 all. */
const heldBytes = 256 * 2 ** 20;

/**
 * Loads what a data section's source delivers. Relative paths start from the folder of the spec; `override` is `--data`:
 * a file to read instead, or a folder that holds the files. `packagesFrom` is a project that has the packages that sources need.
 * Several columns are those that are `known` of a training before. `held` is how many bytes of a field lie in memory at most, where its source can read it bit by bit.
 */
export async function loadSource(
  data: Pick<DataProgram, "source" | "preparation" | "split" | "clean">,
  specPath: string,
  override?: string,
  packagesFrom?: string,
  held?: number,
  known?: Vocabularies,
): Promise<Result<RawData, DataProblem>> {
  const { source, split } = data;
  const fields = withKnownColumns(rowFields(data), known);
  const files = filesOf(dirname(specPath), override, packagesFrom, held);
  const loaded = await sourceOf(source).load(
    source,
    fields,
    files,
    Object.values(split.folders ?? {}),
    judgedFields(data),
  );
  if (!loaded.ok) return loaded;
  if (loaded.value.kind === "text") return success(loaded.value);
  if (loaded.value.kind === "table") {
    const { count, folders } = loaded.value;
    const read = readTable(loaded.value, fields);
    return read.ok ? success({ ...tableOf(count, read.value), ...(folders !== undefined && { folders }) }) : read;
  }
  const columns: (Column | StoredColumn)[] = [];
  for (const column of loaded.value.columns) {
    const field = fields.find((it) => it.name === column.name);
    const shaped = field === undefined ? success(column) : shapedAs(column, field);
    if (!shaped.ok) return shaped;
    columns.push(shaped.value);
  }
  const { folders, table } = loaded.value;
  const cells = fields.filter(({ name }) => columns.every((it) => it.name !== name));
  const read = table === undefined ? success([]) : readTable(table, cells);
  if (!read.ok) return read;
  const assembly = assembled([...columns, ...read.value]);
  return assembly.ok && folders !== undefined ? success({ ...assembly.value, folders }) : assembly;
}

/** The fields that rows are split or cleaned by. */
const judgedFields = ({ split, clean }: Pick<DataProgram, "split" | "clean">): ReadonlySet<string> =>
  new Set([split.column, ...clean.map((it) => it.column)].flatMap((it) => it?.field.name ?? []));

/** Columns as one table, which need equally many examples. */
function assembled(
  columns: readonly (Column | StoredColumn)[],
): Result<Extract<RawData, { kind: "columns" }>, DataProblem> {
  const [first, ...others] = columns;
  const count = first === undefined ? 0 : countOf(first);
  const other = others.find((it) => countOf(it) !== count);
  if (first === undefined || other === undefined) return success(tableOf(count, columns));
  const counts = { firstCount: count, secondCount: countOf(other) };
  return failure(problem("MC6008", { first: first.from, second: other.from, ...counts }));
}

const tableOf = (
  count: number,
  columns: readonly (Column | StoredColumn)[],
): Extract<RawData, { kind: "columns" }> => ({
  kind: "columns",
  count,
  columns: new Map(columns.map((it) => [it.name, it])),
});

/** A column in the shape that features read it in: axes of size 1 may differ, and a free dim takes what there is. */
function shapedAs<C extends Column | StoredColumn>(
  column: C,
  { name, type, anyShape }: RawField,
): Result<C, DataProblem> {
  const found = column.shape;
  const wanted = type.shape.map(asNumber);
  const isFree = wanted.includes(undefined);
  const shape = wanted.map((size, axis) => size ?? found[axis] ?? 1);
  const fits = isFree ? found.length === shape.length && found.join() === shape.join() : long(found) === long(shape);
  if (fits || (anyShape === true && sizeOf(found) === sizeOf(shape))) return success({ ...column, shape });
  const texts = [found, wanted.map((size) => size ?? "any")].map((it) =>
    it.length === 0 ? "one number" : it.join(" x "),
  );
  const [foundText = "", expected = ""] = texts;
  return failure(problem("MC6005", { path: column.from, found: foundText, expected, field: showRawField(name) }));
}

const long = (shape: readonly number[]): string => shape.filter((it) => it !== 1).join();

/** The files of a spec in this folder. */
export function filesOf(
  folder: string,
  override: string | undefined,
  packagesFrom: string | undefined,
  held = heldBytes,
): SourceFiles {
  const inside = override === undefined ? undefined : namesIn(override);
  return {
    ...(override !== undefined && { override }),
    placeOf: (name) => {
      if (override === undefined) return shorten(resolve(folder, name));
      return inside === undefined ? override : join(override, basename(name));
    },
    placeBeside: (name) => {
      const there = inside?.includes(basename(name)) === true;
      return there && override !== undefined ? join(override, basename(name)) : shorten(resolve(folder, name));
    },
    read: (place) => Promise.resolve(readBytes(place)),
    list: namesIn,
    real: (place) => realpathSync(place),
    held,
    sizeOf: sizeOfFile,
    stream: streamBytes,
    numbers: createNumberFiles(),
    ...createPictureReader(packagesFrom),
    readParquet: createParquetReader(packagesFrom),
    readDatabase: createDatabaseReader(packagesFrom),
    readTokenizer: createTokenizerReader(packagesFrom),
  };
}

function shorten(path: string): string {
  const here = `${process.cwd()}/`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}

/** What a folder holds, nothing where it may not be opened; undefined where it is none. */
function namesIn(folder: string): readonly string[] | undefined {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return undefined;
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
