import type { RawField } from "../ir/program.ts";
import { longestText } from "../support/decode-text.ts";
import { failure, success, type Result } from "../support/result.ts";
import { holdsNumbers } from "./choose-columns.ts";
import type { CsvForm } from "./parse-csv.ts";
import { csvPieces } from "./csv-pieces.ts";
import type { SourceFiles } from "./define-source.ts";
import { unreadable } from "./file-problems.ts";
import { DataFault, type CellColumn, type CellTable, type DataProblem, type SourceData } from "./raw-data.ts";
import { joinPieces } from "./join-pieces.ts";
import { readingOf } from "./readings.ts";
import { storeTable } from "./store-table.ts";

/** So many rows of a table are read together. */
const rowsTogether = 4096;

/** What is read of a table. */
interface Request {
  readonly wanted: readonly RawField[];
  readonly judged: ReadonlySet<string>;
  readonly files: SourceFiles;
}

/** A table of text in some files whose numbers are kept in files, where it is too large for the memory; undefined where it is not. */
export async function storeCsv(
  places: readonly string[],
  from: string,
  form: CsvForm,
  { wanted, judged, files: { held, sizeOf, stream, numbers } }: Request,
): Promise<Result<SourceData, DataProblem> | undefined> {
  const sizes = places.map((it) => sizeOf?.(it) ?? NaN);
  const size = sizes.reduce((sum, it) => sum + it, 0);
  // Where one cannot be read, whoever reads it says why.
  if (Number.isNaN(size) || size <= held || stream === undefined || numbers === undefined) return undefined;
  const whole = wanted.find(
    (it) => it.rows !== undefined || it.carried === true || readingOf(it.reading).kind === "sequence",
  );
  if (whole !== undefined) {
    if (sizes.every((it) => it <= longestText)) return undefined;
    const stage =
      whole.carried === true ? "impute(previous)" : whole.rows === undefined ? whole.reading?.kind : "window";
    const gigabytes = (size / 1e9).toFixed(1);
    return unreadable(
      from,
      `it has ${gigabytes} GB, and \`${stage ?? ""}\` needs its rows together, of half a gigabyte at most`,
    );
  }
  const pieces = () => joinPieces(places.map((place) => () => csvPieces(stream(place), place, form, rowsTogether)));
  try {
    const isNumeric = wanted.some((it) => it.columns?.kind === "numeric") ? await findNumeric(pieces()) : undefined;
    if (isNumeric?.ok === false) return isNumeric;
    const columns = await storeTable(pieces(), {
      from,
      fields: wanted,
      judged,
      numbers,
      ...(isNumeric !== undefined && { isNumeric: isNumeric.value }),
    });
    return columns.ok ? success({ kind: "columns", columns: columns.value }) : columns;
  } catch (error) {
    if (error instanceof DataFault) return failure(error.problem);
    throw error;
  }
}

/** Which columns of a table that is read piece by piece hold numbers, and some. */
async function findNumeric(
  pieces: AsyncIterable<Result<CellTable, DataProblem>>,
): Promise<Result<(column: CellColumn) => boolean, DataProblem>> {
  const some = new Set<string>();
  const others = new Set<string>();
  for await (const piece of pieces) {
    if (!piece.ok) return piece;
    for (const column of piece.value.columns) {
      if (others.has(column.name) || column.cells.every((it) => it === undefined)) continue;
      (holdsNumbers(column) ? some : others).add(column.name);
    }
  }
  return success((column) => some.has(column.name) && !others.has(column.name));
}
