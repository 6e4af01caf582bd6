import type { CleanSpec } from "../ir/program.ts";
import { typedValues, type CallSchema, type SettingValues } from "../ir/settings.ts";
import { required } from "../support/fault.ts";
import { sizeOf, type Column } from "./raw-data.ts";

/** A column as cleaning sees it: whether features fill its missing cells. */
export interface CleanColumn extends Column {
  readonly filled?: boolean;
}

/** A step of `clean` as its author writes it: `S` its arguments. */
interface Definition<S extends CallSchema> {
  /** A phrase on the rows that it leaves out. */
  readonly doc: string;
  /** In positional order. */
  readonly arguments: S;
  /** Those of the rows that stay, in their order. `columns` are the fields that features read. */
  readonly keep: (
    rows: Int32Array,
    columns: readonly CleanColumn[],
    given: { readonly arguments: SettingValues<S> },
  ) => Int32Array;
}

/** A step of `clean` as the rest of the compiler uses it. */
interface CleanStep {
  readonly doc: string;
  readonly arguments: CallSchema;
  readonly keep: (rows: Int32Array, columns: readonly CleanColumn[], spec: CleanSpec) => Int32Array;
}

function defineStep<const S extends CallSchema>({ doc, arguments: schema, keep }: Definition<S>): CleanStep {
  return {
    doc,
    arguments: schema,
    keep: (rows, columns, spec) => keep(rows, columns, { arguments: typedValues(schema, spec.arguments) }),
  };
}

/** All steps of `clean` by the names of the language. */
export const cleanSteps: Readonly<Record<string, CleanStep>> = {
  drop_missing: defineStep({
    doc: "rows with a [missing cell](#missing-cells), or NaN, that no feature fills",
    arguments: {},
    keep: (rows, columns) => rows.filter((row) => !columns.some((it) => it.filled !== true && isMissing(it, row))),
  }),

  drop_duplicates: defineStep({
    doc: "rows equal to an earlier one in all fields that are read",
    arguments: {},
    keep: (rows, columns) => {
      const seen = new Set<string>();
      return rows.filter((row) => {
        const key = columns.map((it) => elementsOf(it.integers ?? it.data, it, row).join()).join();
        const isFresh = !seen.has(key);
        seen.add(key);
        return isFresh;
      });
    },
  }),
};

/** Those of some rows that the steps of a section keep, in order. */
export function cleanedRows(
  whole: Int32Array,
  columns: readonly CleanColumn[],
  steps: readonly CleanSpec[],
): Int32Array {
  let rows = whole;
  for (const spec of steps) rows = required(cleanSteps[spec.kind], `the step ${spec.kind}`).keep(rows, columns, spec);
  return rows;
}

/** Whether one row of a column lacks a value. */
function isMissing({ data, dictionary, shape }: Column, row: number): boolean {
  const size = sizeOf(shape);
  for (let at = row * size; at < (row + 1) * size; at++)
    if (dictionary === undefined ? Number.isNaN(data[at]) : data[at] === -1) return true;
  return false;
}

/** What one row holds of a column. */
function elementsOf<D extends Column["data"] | BigInt64Array>(data: D, { shape }: Column, row: number) {
  return data.subarray(row * sizeOf(shape), (row + 1) * sizeOf(shape));
}
