import { failure, success, type Result } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import { placeOf, problem, type Cell, type CellTable, type DataProblem } from "./raw-data.ts";

/** A row as a file has it: values by name, and the line that it stands in. */
export interface RowValues {
  readonly line?: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * A table of rows that are objects: members of members are columns with dotted names. A value that is no cell, a list say,
 * is a fault in a column that is wanted.
 */
export function addCells(
  rows: readonly RowValues[],
  from: string,
  isWanted: (name: string) => boolean,
): Result<CellTable, DataProblem> {
  const columns = new Map<string, Cell[]>();
  const wrong = new Map<string, { readonly row: number; readonly what: string }>();
  const add = (values: RowValues["values"], prefix: string, row: number): void => {
    for (const [key, value] of Object.entries(values)) {
      const name = prefix + key;
      if (isObject(value)) {
        add(value, `${name}.`, row);
        continue;
      }
      const cells = columns.get(name) ?? [];
      columns.set(name, cells);
      const cell = asCell(value);
      if (cell.ok) cells[row] = cell.value;
      else if (!wrong.has(name)) wrong.set(name, { row, what: cell.error });
    }
  };
  for (const [row, { values }] of rows.entries()) add(values, "", row);
  const lines = rows[0]?.line === undefined ? undefined : Int32Array.from(rows, (it) => it.line ?? 0);
  const place = lines && { lines, columns: [] };
  const stray = [...wrong].find(([name]) => isWanted(name));
  if (stray !== undefined) {
    const [name, { row, what }] = stray;
    const at = placeOf({ from, ...(place !== undefined && { cells: place }) }, row);
    return failure(problem("MC6012", { place: at, problem: `\`${showName(name)}\` ${what}` }));
  }
  return success({
    kind: "table",
    names: [...columns.keys()],
    count: rows.length,
    from,
    ...(lines !== undefined && { lines }),
    columns: [...columns].flatMap(([name, cells]) =>
      isWanted(name)
        ? [
            {
              name,
              cells: Array.from({ length: rows.length }, (_, at) => cells[at]),
              ...(place !== undefined && { place }),
            },
          ]
        : [],
    ),
  });
}

/** Whether a value has members that are cells, as rows have and what lies in them may have. */
export const isObject = (it: unknown): it is RowValues["values"] =>
  typeof it === "object" && it !== null && !Array.isArray(it) && !(it instanceof Date) && !ArrayBuffer.isView(it);

/** A value as a cell, dates as ISO 8601 has them; of what is none, what is said of its column. */
export function asCell(value: unknown): Result<Cell, string> {
  if (value === null || value === undefined || value === "") return success(undefined);
  if (value instanceof Date) return success(Number.isNaN(value.getTime()) ? undefined : value.toISOString());
  if (typeof value === "number") return success(Number.isNaN(value) ? undefined : value);
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return success(value);
  const what = ArrayBuffer.isView(value) ? "holds bytes" : "is a list";
  return failure(`${what}, and a cell is a text, a number or a truth value`);
}
