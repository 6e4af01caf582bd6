import { existsSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { DatabaseRequest, DatabaseRows } from "../../sources/define-source.ts";
import { unreadable } from "../../sources/file-problems.ts";
import { problem, type DataProblem } from "../../sources/raw-data.ts";
import { nearest } from "../../support/nearest.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { showName, showText } from "../../support/show-text.ts";
import { importModule } from "../import-module.ts";
import { missingPackages, resolvePackage } from "../resolve-package.ts";
import { readBytes } from "./read-file.ts";

/** What is used of `sql.js`: SQLite as WebAssembly, over a database in memory. */
export interface SqlJs {
  readonly Database: new (bytes?: Uint8Array) => SqlDatabase;
}

interface SqlDatabase {
  run(sql: string): unknown;
  iterateStatements(sql: string): { next(): { readonly done: boolean; readonly value: SqlStatement } };
  export(): Uint8Array;
  close(): void;
}

interface SqlStatement {
  getColumnNames(): readonly string[];
  step(): boolean;
  get(parameters: null, options: { readonly useBigInt: true }): readonly unknown[];
}

/** Loads the package whose entry lies here. */
export async function loadSqlJs(entry: string): Promise<SqlJs> {
  const { default: start } = (await importModule(pathToFileURL(entry).href)) as { default: () => Promise<SqlJs> };
  return start();
}

/** Reads tables and queries of SQLite databases; the columns that are wanted alone. */
export type DatabaseReader = (place: string, request: DatabaseRequest) => Promise<Result<DatabaseRows, DataProblem>>;

/**
 * What reads SQLite databases: by `sql.js`, an optional peer of modelc, from beside modelc or from a project. It gets a copy
 * of the file in memory, so that nothing can be written.
 */
export function createDatabaseReader(project?: string): DatabaseReader {
  return async (place, request) => {
    const bytes = readBytes(place);
    if (!bytes.ok) return bytes;
    const unfinished = ["-wal", "-journal"]
      .map((it) => place + it)
      .find((it) => existsSync(it) && statSync(it).size > 0);
    if (unfinished !== undefined) {
      const help = "Close the program that writes to it, or open it once with `sqlite3` and close it.";
      return unreadable(place, `not all that was written to it is in it yet: some is in ${unfinished}`, help);
    }
    const entry = resolvePackage("sql.js", project);
    if (entry === undefined) return unreadable(place, missingPackages("reading SQLite", ["sql.js"], project));
    const { Database } = await loadSqlJs(entry);
    let database: SqlDatabase | undefined;
    try {
      database = new Database(bytes.value);
      database.run("PRAGMA query_only = ON");
      return readRows(database, place, request);
    } catch (error) {
      const said = messageOf(error);
      const isNone = said === "file is not a database";
      return unreadable(place, isNone ? "it is no SQLite database, or it is encrypted" : `SQLite says: ${said}`);
    } finally {
      database?.close();
    }
  };
}

function readRows(
  database: SqlDatabase,
  place: string,
  { table, query, isWanted }: DatabaseRequest,
): Result<DatabaseRows, DataProblem> {
  const tables = tablesOf(database);
  if (query !== undefined) {
    try {
      const rows = rowsOf(database, query, isWanted);
      return typeof rows === "string" ? unreadable(place, rows) : success({ ...rows, from: place });
    } catch (error) {
      const said = messageOf(error);
      const help = said.startsWith("no such table") ? helpForTable("", tables) : undefined;
      if (said === "attempt to write a readonly database")
        return unreadable(place, "its query writes, and data are only read");
      return unreadable(place, `SQLite says of the query: ${said}`, help);
    }
  }
  const name = table ?? (tables.length === 1 ? tables[0] : undefined);
  if (name === undefined) {
    const [first] = tables;
    if (first === undefined) return unreadable(place, "it has no tables");
    const help = `Name one: \`table=${JSON.stringify(first)}\`. ${helpForTable("", tables)}`;
    return unreadable(place, `it has ${tables.length} tables`, help);
  }
  // SQLite takes names in any case.
  const found = tables.find((it) => it.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    const help = helpForTable(name, tables);
    return failure(problem("MC6007", { path: place, kind: "table", name: showName(name) }, help));
  }
  const names = database
    .iterateStatements(`SELECT * FROM ${quoted(found)}`)
    .next()
    .value.getColumnNames();
  const wanted = names.filter(isWanted);
  const columns = wanted.length === 0 ? "NULL" : wanted.map(quoted).join(", ");
  // By an index, rows would stand in another order, which would go by the columns that are read.
  const rows = rowsOf(database, `SELECT ${columns} FROM ${quoted(found)} NOT INDEXED`, isWanted);
  return typeof rows === "string"
    ? unreadable(place, rows)
    : success({ ...rows, names, from: `${showName(found)} of ${place}` });
}

/** The names of tables and views, in the order in which they were made. */
function tablesOf(database: SqlDatabase): readonly string[] {
  const sql =
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
  const { value: statement } = database.iterateStatements(sql).next();
  const names: string[] = [];
  while (statement.step()) names.push(String(statement.get(null, { useBigInt: true })[0]));
  return names;
}

/** The rows that a query gives, with those of its columns that are wanted; what is wrong with it as the rest of a sentence. */
function rowsOf(
  database: SqlDatabase,
  query: string,
  isWanted: (name: string) => boolean,
): Omit<DatabaseRows, "from"> | string {
  const statements = database.iterateStatements(query);
  const first = statements.next();
  if (first.done) return "its query is empty";
  const names = first.value.getColumnNames();
  if (names.length === 0) return "its query gives no columns: data are only read, by `select ...`";
  const columns = names.flatMap((name, at) => (isWanted(name) ? [{ at, name, values: [] as unknown[] }] : []));
  let count = 0;
  for (; first.value.step(); count++) {
    const row = first.value.get(null, { useBigInt: true });
    for (const { at, values } of columns) values.push(row[at]);
  }
  return statements.next().done ? { names, columns, count } : "its query is several: one gives the rows";
}

function helpForTable(name: string, tables: readonly string[]): string {
  const near = nearest(name, tables);
  if (near !== undefined) return `Did you mean \`${showName(near)}\`?`;
  if (tables.length === 0) return "It has no tables.";
  const shown = tables.slice(0, 12).map((it) => `\`${showName(it)}\``);
  return `It has ${shown.join(", ")}${tables.length > 12 ? ` and ${tables.length - 12} more` : ""}.`;
}

/** A name as SQL has it whatever signs are in it. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const messageOf = (error: unknown): string => showText(error instanceof Error ? error.message : String(error), 200);
