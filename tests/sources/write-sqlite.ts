import { createRequire } from "node:module";
import { loadSqlJs } from "../../src/runtime/data/read-sqlite.ts";

/** The bytes of a database that these statements make. */
export async function writeSqlite(sql: string): Promise<Uint8Array> {
  const { Database } = await loadSqlJs(createRequire(import.meta.url).resolve("sql.js"));
  const database = new Database();
  database.run(sql);
  const bytes = database.export();
  database.close();
  return bytes;
}
