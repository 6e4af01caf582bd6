import { elementAt } from "../../support/element-at.ts";
import { buildStatisticGraph } from "../../autodiff/build-preparation-graph.ts";
import { asNumber } from "../../dims/dim.ts";
import type { Func, Graph } from "../../ir/graph.ts";
import { isPort, nameIn, portOf } from "../../ir/ports.ts";
import type { Moment, TrainProgram } from "../../ir/program.ts";
import { referenceTarget } from "../../passes/pipeline.ts";
import { usesOf } from "../../graph/rewrite.ts";
import { fault, required } from "../../support/fault.ts";
import type { Dataset, Examples } from "../data/dataset.ts";
import { exactGroups } from "../data/exact-groups.ts";
import type { Vocabularies } from "../data/number-words.ts";
import { readBatches } from "../data/read-batches.ts";
import { fitFills } from "./fit-fills.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { interpretPreparation, type PreparationState } from "./interpret-preparation.ts";

const batchSize = 128;

/** Of very many examples more at a time. */
const largeBatch = 4096;

/**
 * What of a column's magnitude rounding explains: four units in the last place, for what the source was rounded to and the
 * few operations behind it. Variation below that is no property of the data, and dividing by it would blow it up.
 */
const explained = { double: 4 * 2 ** -52, single: 4 * 2 ** -23 } as const;

/**
 * Fits the statistics of a data section on its train split: what fills missing cells, then mean and standard deviation (of the population) over all
 * examples and leading axes, of unrounded values, in f64. They are the same for every runtime. A deviation that rounding
 * explains becomes 1, so that what never varies is left at 0. Returned under `statistic/<path>`.
 */
export async function fitStatistics(
  { data, model, seed }: TrainProgram,
  train: Examples,
  vocabularies: Vocabularies = {},
): Promise<Tensors> {
  const fitted = new Map<string, Tensor>(await fitFills(data, train, vocabularies));
  const groups = new Map<Func, Moment[]>();
  for (const it of data.preparation.statistics)
    if (it.kind !== "fill") groups.set(it.measured, [...(groups.get(it.measured) ?? []), it]);
  for (const statistics of groups.values()) {
    const first = elementAt(statistics, 0);
    const size = sizeOf(first);
    const graph = buildStatisticGraph(first, { ...referenceTarget, functions: model.functions });
    const moments = await measureMoments(graph, train, { statistics: fitted, seed }, size);
    for (const { path, kind, type } of statistics) {
      const values = kind === "mean" ? moments.mean : moments.deviation;
      const shape = type.shape.map((it) => asNumber(it) ?? fault(`the statistic ${path} has a free dimension`));
      fitted.set(portOf("statistic", path), { dtype: "f64", shape, data: values });
    }
  }
  return fitted;
}

/** Weights with the statistics of the data: their own, or where they come from elsewhere and have none, fitted ones. */
export async function withStatistics(weights: Tensors, program: TrainProgram, dataset: Dataset): Promise<Tensors> {
  const theirs = [...weights.keys()].some((it) => isPort("statistic", it));
  return theirs
    ? weights
    : new Map([...weights, ...(await fitStatistics(program, dataset.splits.train, dataset.vocabularies))]);
}

function sizeOf({ path, type }: Moment): number {
  return type.shape.reduce(
    (size, it) => size * (asNumber(it) ?? fault(`the statistic ${path} has a free dimension`)),
    1,
  );
}

interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/**
 * Welford's algorithm over batches, merged as by Chan et al. (1979), on distances from the first value: stable however far
 * the mean is from 0, and exact where nothing varies.
 */
async function measureMoments(graph: Graph, train: Examples, fitted: PreparationState, size: number): Promise<Moments> {
  const first = new Float64Array(size);
  const mean = new Float64Array(size);
  const squares = new Float64Array(size);
  const largest = new Float64Array(size);
  const read = readFields(graph);
  // Where nothing of an example is read, all of it tells how many there are.
  const only = read.length === 0 ? undefined : new Set(read);
  const own = {
    ...graph,
    inputs: graph.inputs.filter((it) => only?.has(nameIn("raw", it.name) ?? read[0] ?? "") !== false),
  };
  let seen = 0;
  let single = false;
  for await (const { raw } of readBatches(train, train.order === undefined ? batchSize : largeBatch, only)) {
    single ||= read.some((name) => raw.get(name)?.single === true);
    for (const group of exactGroups(raw)) {
      const { data } = required(interpretPreparation(own, group.raw, fitted).get("measured"), "what is measured");
      if (seen === 0) first.set(data.subarray(0, size));
      const rows = data.length / size;
      for (let column = 0; column < size; column++) {
        const start = elementAt(first, column);
        let total = 0;
        for (let row = 0; row < rows; row++) {
          const value = elementAt(data, row * size + column);
          total += value - start;
          largest[column] = Math.max(elementAt(largest, column), Math.abs(value));
        }
        const batchMean = total / rows;
        let spread = 0;
        for (let row = 0; row < rows; row++) spread += (elementAt(data, row * size + column) - start - batchMean) ** 2;
        const difference = batchMean - elementAt(mean, column);
        mean[column] = elementAt(mean, column) + (difference * rows) / (seen + rows);
        squares[column] = elementAt(squares, column) + spread + (difference ** 2 * seen * rows) / (seen + rows);
      }
      seen += rows;
    }
  }
  const share = single ? explained.single : explained.double;
  const deviation = squares.map((it, column) => {
    const found = Math.sqrt(it / seen);
    return found > share * elementAt(largest, column) ? found : 1;
  });
  return { mean: mean.map((it, column) => elementAt(first, column) + it), deviation };
}

/** The raw fields that something of a graph reads. */
function readFields(graph: Graph): readonly string[] {
  const used = new Set([...graph.nodes.flatMap(usesOf), ...graph.outputs.map((it) => it.value)].map((it) => it.id));
  return graph.inputs.flatMap((it) => (used.has(it.value.id) ? (nameIn("raw", it.name) ?? []) : []));
}
