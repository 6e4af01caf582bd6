import { asNumber } from "../../dims/dim.ts";
import { portOf } from "../../ir/ports.ts";
import type { DataProgram, Fill, RawField } from "../../ir/program.ts";
import { elementAt } from "../../support/element-at.ts";
import { fault, required } from "../../support/fault.ts";
import type { Examples } from "../data/dataset.ts";
import type { Vocabularies } from "../data/number-words.ts";
import { readBatches } from "../data/read-batches.ts";
import type { Tensor } from "../tensor.ts";

const batchSize = 1024;

/**
 * What fills the missing cells of a data section, in f64, under `statistic/<path>`: mean, median or mode of the cells of
 * the train split that have a value, each column by itself, or the number of a word. Of several modes it is the smallest.
 */
export async function fitFills(
  { preparation: { raw, statistics } }: DataProgram,
  train: Examples,
  vocabularies: Vocabularies,
): Promise<readonly (readonly [string, Tensor])[]> {
  const fieldOf = (name: string): RawField =>
    required(
      raw.find((it) => it.name === name),
      `the raw field ${name}`,
    );
  const fills: (readonly [string, Tensor])[] = [];
  for (const it of statistics) {
    if (it.kind !== "fill") continue;
    const shape = it.type.shape.map((size) => asNumber(size) ?? fault(`the fill ${it.path} has a free dimension`));
    const data = Float64Array.from(await fillOf(it, fieldOf(it.field), train, vocabularies));
    fills.push([portOf("statistic", it.path), { dtype: "f64", shape, data }]);
  }
  return fills;
}

async function fillOf(
  { by, field: name }: Fill,
  field: RawField,
  train: Examples,
  vocabularies: Vocabularies,
): Promise<readonly number[]> {
  if (typeof by === "object") {
    const words = required(vocabularies[name], `the words of ${name}`);
    const number = words.indexOf(by.word);
    // What is none of them is the rest, which comes last: that there is one was checked with the words.
    return [number < 0 ? (field.words ?? words.length + 1) - 1 : number];
  }
  return (await presentValues(field, train)).map((values) => figures[by](values));
}

/** The values of each column that are there, in the train split; those in windows, as often as they are in one. */
async function presentValues(
  { name, missing, rows }: RawField,
  train: Examples,
): Promise<readonly (readonly number[])[]> {
  const columns: number[][] = [];
  for await (const { raw: batch } of readBatches(train, batchSize)) {
    const { data, shape } = required(batch.get(name), name);
    // Where the field is read without being filled as well, nothing of it is missing.
    const gone = missing === undefined ? undefined : required(batch.get(missing), missing).data;
    const size = shape.slice(rows === undefined ? 1 : 2).reduce((product, it) => product * it, 1);
    for (let at = 0; at < data.length; at++) {
      const column = (columns[at % size] ??= []);
      if (gone === undefined || Number(gone[at]) === 0) column.push(Number(data[at]));
    }
  }
  return columns;
}

const figures: Readonly<Record<"mean" | "median" | "mode", (values: readonly number[]) => number>> = {
  mean: (values) => {
    const first = elementAt(values, 0);
    // Of distances from a value, so that a mean far from 0 loses nothing.
    return first + values.reduce((sum, it) => sum + (it - first), 0) / values.length;
  },
  median: (values) => {
    const sorted = Float64Array.from(values).sort();
    const half = sorted.length >> 1;
    const upper = elementAt(sorted, half);
    return sorted.length % 2 === 1 ? upper : (elementAt(sorted, half - 1) + upper) / 2;
  },
  mode: (values) => {
    const counts = new Map<number, number>();
    for (const it of values) counts.set(it, (counts.get(it) ?? 0) + 1);
    const most = Math.max(...counts.values());
    return Math.min(...[...counts].flatMap(([value, count]) => (count === most ? [value] : [])));
  },
};
