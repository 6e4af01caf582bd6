import { isGlob } from "../support/glob.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName, showText } from "../support/show-text.ts";
import type { SourceFiles } from "./define-source.ts";
import { unreadable } from "./file-problems.ts";
import { findFiles, folderOf } from "./find-files.ts";
import { joinTables, type MayLack } from "./join-tables.ts";
import { problem, type CellTable, type DataProblem, type SourceData } from "./raw-data.ts";

/** Which files a table lies in, and what a kind of file is to it. */
interface TableFiles {
  readonly path: string;
  readonly files: SourceFiles;
  /** The folders that splits are made of, or files. */
  readonly folders: readonly string[];
  /** How the names of files in a folder end that are read; behind that they may be gzipped. */
  readonly endings: readonly string[];
  readonly mayLack: MayLack;
  readonly read: (place: string) => Promise<Result<CellTable, DataProblem>>;
  /** Reads files together that are too large for the memory; undefined where they are not. `from` is what they are for messages. */
  readonly store?: (places: readonly string[], from: string) => Promise<Result<SourceData, DataProblem> | undefined>;
}

/** What is said of the files of a table in the row of a source. */
export const filesOfTables = (endings: readonly string[]): string =>
  "`path` is a file, a pattern, `parts/*`, or a folder with files that end in " +
  `${endings.map((it) => `\`${it}\``).join(" or ")}: they are one table, in the order of their paths`;

/** Reads a table that lies in a file, or one below the other in those of a pattern or a folder. */
export async function readTables(request: TableFiles): Promise<Result<SourceData, DataProblem>> {
  const { path, files, folders, endings, mayLack, read, store } = request;
  const place = files.placeOf(path);
  const ending = new RegExp(`(?:${endings.join("|").replaceAll(".", "\\.")})(?:\\.gz)?$`, "i");
  if (isOneFile(path, place, files, ending)) {
    const [folder] = folders;
    if (folder === undefined) return (await store?.([place], place)) ?? read(place);
    const help = "Splits are made of the files of a pattern or a folder.";
    return failure(
      problem("MC6050", { path: place, problem: `it is no folder, in which \`${showName(folder)}\` could be` }, help),
    );
  }
  const found = findFiles(files, path, ending);
  if (found === undefined) return unreadable(place, "there is no such folder");
  const { folder } = found;
  const lost = folders.find((it) => found.paths.every((path) => firstOf(path) !== it));
  if (lost !== undefined) {
    const what = `it has no such files in \`${showName(lost)}\`, which \`split\` names`;
    return failure(problem("MC6050", { path: folder, problem: what }));
  }
  const paths = found.paths.filter((it) => folders.length === 0 || folders.includes(firstOf(it)));
  if (paths.length === 0) {
    const wanted = isGlob(path) ? `whose names fit \`${showText(path)}\`` : `that end in ${endings.join(" or ")}`;
    return failure(problem("MC6050", { path: folder, problem: `it holds no files ${wanted}` }));
  }
  const from = isGlob(path) ? place : folder;
  // Rows that are split by their files are told apart by these in memory.
  const stored =
    folders.length > 0
      ? undefined
      : await store?.(
          paths.map((it) => `${folder}/${it}`),
          from,
        );
  if (stored !== undefined) return stored;
  const tables: CellTable[] = [];
  for (const it of paths) {
    const table = await read(`${folder}/${it}`);
    if (!table.ok) return table;
    tables.push(table.value);
  }
  const joined = joinTables(tables, from, mayLack);
  if (!joined.ok || folders.length === 0) return joined;
  const own = tables.flatMap((it, at) => Array.from({ length: it.count }, () => firstOf(paths[at] ?? "")));
  return success({ ...joined.value, folders: own });
}

/** Whether a path names one file: by its own name, whatever signs of patterns are in it, or as `--data`. */
function isOneFile(path: string, place: string, files: SourceFiles, ending: RegExp): boolean {
  const { override } = files;
  if (override !== undefined && files.list(override) === undefined) return true;
  if (files.list(place) !== undefined) return false;
  const end = place.lastIndexOf("/");
  const beside = files.list(end === -1 ? "." : place.slice(0, end) || "/");
  if (beside?.includes(place.slice(end + 1)) === true) return true;
  return !isGlob(path) && (ending.test(path) || files.list(folderOf(path, files)) === undefined);
}

const firstOf = (path: string): string => path.split("/")[0] ?? "";
