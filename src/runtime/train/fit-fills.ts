import { asNumber } from "../../dims/dim.ts";
import { portOf } from "../../ir/ports.ts";
import type { DataProgram, Fill, RawField } from "../../ir/program.ts";
import { sizeOf } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { fault, required } from "../../support/fault.ts";
import type { Examples } from "../data/dataset.ts";
import type { Vocabularies } from "../data/number-words.ts";
import { readBatches } from "../data/read-batches.ts";
import { selectValues, type EachValue } from "./select-values.ts";
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
    const found = await fillOf(it, fieldOf(it.field), train, vocabularies);
    // A word that is given has one number, whatever the column.
    const data = typeof found === "number" ? new Float64Array(sizeOf(shape)).fill(found) : Float64Array.from(found);
    fills.push([portOf("statistic", it.path), { dtype: "f64", shape, data }]);
  }
  return fills;
}

async function fillOf(
  { by, field: name }: Fill,
  field: RawField,
  train: Examples,
  vocabularies: Vocabularies,
): Promise<number | readonly number[]> {
  if (typeof by === "object") {
    const words = required(vocabularies[name], `the words of ${name}`);
    const number = words.indexOf(by.word);
    // What is none of them is the rest, which comes last: that there is one was checked with the words.
    return number < 0 ? (field.words ?? words.length + 1) - 1 : number;
  }
  return fits[by](presentValues(field, train), sizeOfField(field));
}

/** How many columns a field has that are filled each by itself. */
const sizeOfField = ({ name, type: { shape }, rows }: RawField): number =>
  shape
    .slice(rows === undefined ? 0 : 1)
    .reduce((product, it) => product * (asNumber(it) ?? fault(`the field ${name} has a free dimension`)), 1);

/** Tells the values of each column that are there, in the train split; those in windows, as often as they are in one. */
function presentValues({ name, missing, rows }: RawField, train: Examples): EachValue {
  const only = new Set(missing === undefined ? [name] : [name, missing]);
  return async (take) => {
    for await (const { raw: batch } of readBatches(train, batchSize, only)) {
      const { data, shape } = required(batch.get(name), name);
      // Where the field is read without being filled as well, nothing of it is missing.
      const gone = missing === undefined ? undefined : required(batch.get(missing), missing).data;
      const size = shape.slice(rows === undefined ? 1 : 2).reduce((product, it) => product * it, 1);
      for (let at = 0; at < data.length; at++)
        if (gone === undefined || Number(gone[at]) === 0) take(at % size, Number(data[at]));
    }
  };
}

const fits: Readonly<
  Record<"mean" | "median" | "mode", (each: EachValue, columns: number) => Promise<readonly number[]>>
> = {
  async mean(each, columns) {
    const sums = Array.from({ length: columns }, () => ({ first: 0, sum: 0, count: 0 }));
    await each((column, value) => {
      const it = elementAt(sums, column);
      if (it.count === 0) it.first = value;
      // Of distances from a value, so that a mean far from 0 loses nothing.
      it.sum += value - it.first;
      it.count += 1;
    });
    return sums.map(({ first, sum, count }) => first + sum / count);
  },
  async median(each, columns) {
    const counts = new Float64Array(columns);
    await each((column) => (counts[column] = elementAt(counts, column) + 1));
    const places = Array.from(counts, (it) => (it % 2 === 1 ? [(it - 1) / 2] : [it / 2 - 1, it / 2]));
    const found = await selectValues(each, places);
    return found.map(([lower = NaN, upper = lower]) => (upper === lower ? lower : (lower + upper) / 2));
  },
  async mode(each, columns) {
    const counts = Array.from({ length: columns }, () => new Map<number, number>());
    await each((column, value) => {
      const own = elementAt(counts, column);
      own.set(value, (own.get(value) ?? 0) + 1);
    });
    return counts.map((own) => {
      let [most, least] = [0, NaN];
      for (const [value, count] of own)
        if (count > most || (count === most && value < least)) [most, least] = [count, value];
      return least;
    });
  },
};
