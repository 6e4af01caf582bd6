import type { RawField } from "../../ir/program.ts";
import { extentOf, lengthOf, type Column } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import { associate } from "./association.ts";
import { countWords, nameOf, type ColumnReport } from "./describe-column.ts";
import { describeNumbers } from "./describe-numbers.ts";
import { mostNumbers, type Looked } from "./sample-rows.ts";

/** A column whose examples are of different lengths: what is in them, and how long they are. */
export function describeRagged(field: RawField, { column, rows, label }: Looked): readonly ColumnReport[] {
  const name = nameOf(field);
  const gaps = Object.fromEntries(
    [...rows].map(([split, some]) => [
      split,
      { missing: some.filter((row) => lengthOf(column, row) === 0).length, of: some.length },
    ]),
  );
  const all = required(rows.get("all"), "all rows");
  const values = elementsOf(column, all);
  const numbers = column.dictionary === undefined ? describeNumbers(values) : undefined;
  const lengths = describeNumbers(Float64Array.from(all, (row) => lengthOf(column, row)));
  const every = Float64Array.from({ length: column.starts === undefined ? 0 : column.starts.length - 1 }, (_, row) =>
    lengthOf(column, row),
  );
  const told = label === undefined ? undefined : associate({ kind: "numbers", values: every }, label);
  return [
    {
      name,
      reading: field.reading?.kind ?? "numbers",
      shape: column.shape,
      varies: true,
      gaps,
      ...(numbers !== undefined && { numbers }),
      ...(column.dictionary !== undefined && { words: countWords(values, column.dictionary) }),
    },
    {
      name,
      reading: "length",
      shape: [],
      gaps: {},
      ...(lengths !== undefined && { numbers: lengths }),
      ...(told !== undefined && { label: told }),
    },
  ];
}

/** The elements of some rows, of very many those of every so many rows. */
function elementsOf(column: Column, rows: Int32Array): Float64Array {
  const count = rows.reduce((sum, row) => sum + lengthIn(column, row), 0);
  const step = Math.ceil(count / mostNumbers) || 1;
  const chosen = step === 1 ? rows : rows.filter((_, at) => at % step === 0);
  const values = new Float64Array(chosen.reduce((sum, row) => sum + lengthIn(column, row), 0));
  let at = 0;
  for (const row of chosen) {
    const [from, to] = extentOf(column, row);
    for (let place = from; place < to; place++) values[at++] = elementAt(column.data, place);
  }
  return values;
}

function lengthIn(column: Column, row: number): number {
  const [from, to] = extentOf(column, row);
  return to - from;
}
