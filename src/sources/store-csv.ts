import type { RawField } from "../ir/program.ts";
import { failure, success, type Result } from "../support/result.ts";
import { holdsNumbers } from "./choose-columns.ts";
import type { CsvForm } from "./parse-csv.ts";
import { csvPieces } from "./csv-pieces.ts";
import type { SourceFiles } from "./define-source.ts";
import { unreadable } from "./file-problems.ts";
import { DataFault, type CellColumn, type CellTable, type DataProblem, type SourceData } from "./raw-data.ts";
import { readingOf } from "./readings.ts";
import { storeTable } from "./store-table.ts";

/** So many rows of a table are read together. */
const rowsTogether = 4096;

/** No text is longer: what is read as a whole is none larger. */
const longestText = 2 ** 29 - 25;

/** What is read of a table. */
interface Request {
  readonly wanted: readonly RawField[];
  readonly judged: ReadonlySet<string>;
  readonly files: SourceFiles;
}

/** A table of text whose numbers are kept in files, where it is too large for the memory; undefined where it is not. */
export async function storeCsv(
  place: string,
  form: CsvForm,
  { wanted, judged, files: { held, sizeOf, stream, numbers } }: Request,
): Promise<Result<SourceData, DataProblem> | undefined> {
  const size = sizeOf?.(place);
  if (size === undefined || size <= held || stream === undefined || numbers === undefined) return undefined;
  const whole = wanted.find(
    (it) => it.rows !== undefined || it.carried === true || readingOf(it.reading).kind === "sequence",
  );
  if (whole !== undefined) {
    if (size <= longestText) return undefined;
    const stage =
      whole.carried === true ? "impute(previous)" : whole.rows === undefined ? whole.reading?.kind : "window";
    const gigabytes = (size / 1e9).toFixed(1);
    return unreadable(
      place,
      `it has ${gigabytes} GB, and \`${stage ?? ""}\` needs its rows together, of half a gigabyte at most`,
    );
  }
  const pieces = (columns: CsvForm) => csvPieces(stream(place), place, columns, rowsTogether);
  try {
    const isNumeric = wanted.some((it) => it.columns?.kind === "numeric") ? await findNumeric(pieces(form)) : undefined;
    if (isNumeric?.ok === false) return isNumeric;
    const columns = await storeTable(pieces(form), {
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
  const keyOf = ({ place, name }: CellColumn): number | string => place?.columns[0] ?? name;
  const some = new Set<number | string>();
  const others = new Set<number | string>();
  for await (const piece of pieces) {
    if (!piece.ok) return piece;
    for (const column of piece.value.columns) {
      if (others.has(keyOf(column)) || column.cells.every((it) => it === undefined)) continue;
      (holdsNumbers(column) ? some : others).add(keyOf(column));
    }
  }
  return success((column) => some.has(keyOf(column)) && !others.has(keyOf(column)));
}
