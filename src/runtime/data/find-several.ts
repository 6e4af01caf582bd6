import type { DataProgram } from "../../ir/program.ts";
import { problem, sizeOf, type DataProblem, type RawData } from "../../sources/raw-data.ts";
import { required } from "../../support/fault.ts";

/** A column that rows are ordered, split or cleaned by, and that holds several numbers for each row. */
export function findSeveral(
  { columns }: Extract<RawData, { kind: "columns" }>,
  { split, clean }: Pick<DataProgram, "split" | "clean">,
): DataProblem | undefined {
  // Classes and groups are told apart by all that a row holds.
  const ordered = split.by === "order" || split.by === "column" ? [split.column] : [];
  for (const it of [...ordered, ...clean.map(({ column }) => column)]) {
    if (it === undefined) continue;
    const { shape, from, starts } = required(columns.get(it.field.name), `a column for ${it.text}`);
    if (sizeOf(shape) === 1 && starts === undefined) continue;
    const found = starts === undefined ? shape.join(" x ") : `up to ${shape.join(" x ")}`;
    return problem("MC6005", { path: from, found, expected: "one number", field: it.text });
  }
  return undefined;
}
