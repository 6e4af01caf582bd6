import { buildStatisticGraph } from "../../autodiff/build-preparation-graph.ts";
import { asNumber } from "../../dims/dim.ts";
import type { Func, Graph } from "../../ir/graph.ts";
import type { Statistic, TrainProgram } from "../../ir/program.ts";
import { interpretGraph } from "../../ops/interpret.ts";
import type { NdArray } from "../../ops/operator.ts";
import { fault, required } from "../../support/fault.ts";
import type { Examples, RawBatch } from "../data/dataset.ts";
import type { Tensor, Tensors } from "../tensor.ts";

const batchSize = 128;

/**
 * Fits the statistics of a data section on its train split: mean and standard deviation (of the population) in f64 over
 * all examples and leading axes, rounded to f32 at the end. They are the same for every runtime. A deviation of 0 becomes
 * 1, so that what never varies is left at 0 and nothing is divided by 0. Returned under `statistic/<path>`.
 */
export function fitStatistics({ data, model }: TrainProgram, train: Examples): Tensors {
  const fitted = new Map<string, Tensor>();
  const groups = new Map<Func, Statistic[]>();
  for (const it of data.preparation.statistics) groups.set(it.measured, [...(groups.get(it.measured) ?? []), it]);
  for (const statistics of groups.values()) {
    const [first] = statistics;
    if (first === undefined) continue;
    const size = sizeOf(first);
    const moments = measureMoments(
      buildStatisticGraph(first, { target: "reference" }, model.functions),
      train,
      fitted,
      size,
    );
    for (const { path, kind, type } of statistics) {
      const values = kind === "mean" ? moments.mean : moments.deviation;
      const shape = type.shape.map((it) => asNumber(it) ?? fault(`the statistic ${path} has a free dimension`));
      fitted.set(`statistic/${path}`, { dtype: "f32", shape, data: Float32Array.from(values) });
    }
  }
  return fitted;
}

/** Weights with the statistics of the data: their own, or where they come from elsewhere and have none, fitted ones. */
export function withStatistics(weights: Tensors, program: TrainProgram, train: Examples): Tensors {
  const theirs = [...weights.keys()].some((it) => it.startsWith("statistic/"));
  return theirs ? weights : new Map([...weights, ...fitStatistics(program, train)]);
}

function sizeOf({ path, type }: Statistic): number {
  return type.shape.reduce(
    (size, it) => size * (asNumber(it) ?? fault(`the statistic ${path} has a free dimension`)),
    1,
  );
}

interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Welford's algorithm over batches, merged as by Chan et al. (1979): stable however far the mean is from 0. */
function measureMoments(graph: Graph, train: Examples, fitted: Tensors, size: number): Moments {
  const mean = new Float64Array(size);
  const squares = new Float64Array(size);
  let seen = 0;
  for (let from = 0; from < train.count; from += batchSize) {
    const indices = Int32Array.from({ length: Math.min(batchSize, train.count - from) }, (_, i) => from + i);
    const raw = train.gather(indices);
    const inputs = new Map(
      graph.inputs.map((it): [string, NdArray] => [
        it.name,
        inputOf(it.name, it.path, it.value.type.dtype, raw, fitted),
      ]),
    );
    const { data } = required(interpretGraph(graph, inputs).get("measured"), "what is measured");
    const rows = data.length / size;
    for (let column = 0; column < size; column++) {
      let total = 0;
      for (let row = 0; row < rows; row++) total += data[row * size + column] ?? 0;
      const batchMean = total / rows;
      let spread = 0;
      for (let row = 0; row < rows; row++) spread += ((data[row * size + column] ?? 0) - batchMean) ** 2;
      const difference = batchMean - (mean[column] ?? 0);
      mean[column] = (mean[column] ?? 0) + (difference * rows) / (seen + rows);
      squares[column] = (squares[column] ?? 0) + spread + (difference ** 2 * seen * rows) / (seen + rows);
    }
    seen += rows;
  }
  return { mean, deviation: squares.map((it) => Math.sqrt(it / seen) || 1) };
}

function inputOf(
  name: string,
  path: string | undefined,
  dtype: NdArray["dtype"],
  raw: RawBatch,
  fitted: Tensors,
): NdArray {
  if (path !== undefined) {
    const { shape, data } = required(fitted.get(`statistic/${path}`), `the statistic ${path}`);
    return { dtype, shape, data: Float64Array.from(data, Number) };
  }
  const { shape, data } = required(raw.get(name.slice("raw/".length)), name);
  return { dtype, shape, data: Float64Array.from(data) };
}
