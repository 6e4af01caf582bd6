import type { DataProgram, RawField } from "./program.ts";

/** All raw fields of a data section, each once: those of its features first, then those that rows are cleaned and split by. */
export function rowFields({
  preparation,
  split,
  clean,
}: Pick<DataProgram, "preparation" | "split" | "clean">): readonly RawField[] {
  const fields = new Map(preparation.raw.map((it) => [it.name, it]));
  for (const column of [split.column, ...clean.map((it) => it.column)])
    if (column !== undefined && !fields.has(column.field.name)) fields.set(column.field.name, column.field);
  return [...fields.values()];
}
