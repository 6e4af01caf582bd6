import { failure, success, type Result } from "../support/result.ts";
import { absentIn } from "./join-tables.ts";
import { misnamed } from "./misnamed.ts";
import type { CellTable, DataProblem } from "./raw-data.ts";

type Pieces = AsyncIterable<Result<CellTable, DataProblem>>;

/** The pieces of tables one below the other, with the columns of the first, which go by their names, as `joinTables` has them. */
export async function* joinPieces(
  tables: readonly (() => Pieces)[],
): AsyncGenerator<Result<CellTable, DataProblem>, void> {
  let first: CellTable | undefined;
  for (const pieces of tables) {
    for await (const piece of pieces()) {
      if (!piece.ok) {
        yield piece;
        return;
      }
      const fitted = first === undefined || tables.length === 1 ? piece : fitTo(first, piece.value);
      first ??= piece.value;
      yield fitted;
      if (!fitted.ok) return;
    }
  }
}

/** A table with the columns of another one in its order. */
function fitTo(first: CellTable, table: CellTable): Result<CellTable, DataProblem> {
  const more = table.columns.find(({ name }) => first.columns.every((it) => it.name !== name));
  if (more !== undefined && first.from !== table.from) return failure(absentIn(first, more.name, table));
  const columns = [];
  for (const { name } of first.columns) {
    const own = table.columns.filter((it) => it.name === name);
    const wrong = misnamed(table, name, own);
    if (wrong !== undefined) return failure(wrong);
    const [column] = own;
    if (column === undefined) {
      if (table.count > 0) return failure(absentIn(table, name, first));
      continue;
    }
    columns.push(column);
  }
  return success({ ...table, columns });
}
