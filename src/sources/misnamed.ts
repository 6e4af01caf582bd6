import { showName } from "../support/show-text.ts";
import { problem, type CellColumn, type CellTable, type DataProblem } from "./raw-data.ts";

/** What is wrong with the name of columns that a field reads by it: it is empty, or several have it. */
export function misnamed(
  { from, header }: Pick<CellTable, "from" | "header">,
  name: string,
  [first, second]: readonly CellColumn[],
): DataProblem | undefined {
  const wrong = (column: number, what: string): DataProblem =>
    problem("MC6004", { path: from, line: header ?? 1, column, problem: what });
  if (name === "" && first?.place !== undefined) {
    const column = first.place.columns[0] ?? 1;
    return wrong(column, `column ${column} has no name`);
  }
  if (second === undefined) return undefined;
  const what = `two columns are named \`${showName(name)}\``;
  const at = second.place?.columns[0];
  return at === undefined ? problem("MC6012", { place: from, problem: what }) : wrong(at, what);
}
