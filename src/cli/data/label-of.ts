import { buildPreparationGraph } from "../../autodiff/build-preparation-graph.ts";
import { entryOf } from "../../graph/parameters-of.ts";
import type { FeatureSpec, Split, TrainProgram } from "../../ir/program.ts";
import { referenceTarget } from "../../passes/pipeline.ts";
import { restrictFeatures } from "../../runtime/data/restrict-features.ts";
import { readBatches } from "../../runtime/data/read-batches.ts";
import type { Dataset } from "../../runtime/data/dataset.ts";
import { exactGroups } from "../../runtime/data/exact-groups.ts";
import { fitStatistics } from "../../runtime/train/fit-statistics.ts";
import { interpretPreparation } from "../../runtime/train/interpret-preparation.ts";
import { readingOf } from "../../sources/readings.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import { paddingName } from "./class-name.ts";

const batchSize = 512;

/** What a training is to predict, for all examples. */
export interface Label {
  readonly feature: FeatureSpec;
  /** What its classes are called, where they are words. */
  readonly words?: readonly string[];
  /** All its numbers, by split. */
  readonly values: Readonly<Record<Split, Float64Array>>;
  /** The number of each row of the source, NaN where it is in no split; none where an example has several. */
  readonly byRow?: Float64Array;
}

/** The first feature that the loss compares and the network does not see; undefined where there is none. */
export async function labelOf(program: TrainProgram, dataset: Dataset, rows: number): Promise<Label | undefined> {
  const { data, model, seed } = program;
  const inputs = new Set(entryOf(model).inputNames);
  const compared = program.steps.flatMap((it) => it.objectiveInputs).filter((it) => it.from === "feature");
  const feature = data.features.find((it) => !inputs.has(it.name) && compared.some(({ name }) => name === it.name));
  if (feature === undefined) return undefined;
  const own = { ...program, data: restrictFeatures(data, [feature.name]) };
  const graph = buildPreparationGraph(own.data, { ...referenceTarget, functions: model.functions, mode: "inference" });
  // All of them, as each is fitted with those before it at hand.
  const statistics = await fitStatistics(program, dataset.splits.train, dataset.vocabularies);
  const read = own.data.preparation.raw.map((it) => it.name);
  const only = read.length === 0 ? undefined : new Set(read);
  const byRow = new Float64Array(rows).fill(NaN);
  let isOne = true;
  const valuesOf = async (split: Split): Promise<Float64Array> => {
    const { [split]: examples } = dataset.splits;
    const found: number[] = [];
    for await (const { from, raw: batch } of readBatches(examples, batchSize, only)) {
      for (const { places, raw, of } of exactGroups(batch)) {
        const made = interpretPreparation(graph, raw, { statistics, seed, of });
        const values = required(made.get(feature.name), feature.name).data;
        for (const it of values) found.push(it);
        isOne &&= values.length === places.length;
        if (!isOne) continue;
        for (const [at, place] of places.entries())
          byRow[examples.rowOf?.(from + place) ?? from + place] = elementAt(values, at);
      }
    }
    return Float64Array.from(found);
  };
  const values = {
    train: await valuesOf("train"),
    validate: await valuesOf("validate"),
    test: await valuesOf("test"),
  };
  const words = feature.classes === undefined ? undefined : wordsOf(own, feature, dataset);
  return { feature, values, ...(words !== undefined && { words }), ...(isOne && { byRow }) };
}

/** The words of a label that is nothing but the numbers of its words. */
function wordsOf({ data }: TrainProgram, { direct, classes = 0 }: FeatureSpec, dataset: Dataset) {
  const field = data.preparation.raw.find((it) => direct?.includes(it.name) === true);
  const words = field === undefined ? undefined : dataset.vocabularies[field.name];
  if (field === undefined || words === undefined) return undefined;
  // Behind the end of a text is a class without a word.
  const named = readingOf(field.reading).kind === "sequence" ? [paddingName, ...words.slice(1)] : words;
  return named.length === classes - 1 ? [...named, "(others)"] : named;
}
