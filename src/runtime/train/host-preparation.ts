import { buildPreparationGraph } from "../../autodiff/build-preparation-graph.ts";
import { preparesAnew } from "../../autodiff/flatten-preparation.ts";
import type { Graph } from "../../ir/graph.ts";
import type { TrainProgram } from "../../ir/program.ts";
import { referenceTarget } from "../../passes/pipeline.ts";
import { required } from "../../support/fault.ts";
import type { RawBatch } from "../data/dataset.ts";
import { exactGroups } from "../data/exact-groups.ts";
import { asDouble, fromNumbers } from "../onnx/typed-array.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { interpretPreparation } from "./interpret-preparation.ts";
import { joinGroups } from "./join-groups.ts";
import { StrayPlaces } from "./stray-places.ts";
import { defaultStatistic, type PreparedFor } from "./trainer.ts";

/** Preparation of data without a runtime, in double precision, rounded once. */
export interface HostPreparation {
  /** Features of a batch of raw fields; throws {@link StrayPlaces} where they have places out of range. */
  prepare(raw: RawBatch, of?: PreparedFor): Tensors;
  /** The statistics, under `statistic/<path>`. */
  statistics(): Tensors;
  /** Takes over the statistics among some tensors; others stay as they are. */
  restore(tensors: Tensors): void;
}

/** The preparation of a training's data by the reference interpreter. */
export function createHostPreparation({
  data,
  model: { functions },
  seed,
}: Pick<TrainProgram, "data" | "model" | "seed">): HostPreparation {
  const evaluation = buildPreparationGraph(data, { ...referenceTarget, functions });
  const training = preparesAnew(data, functions)
    ? buildPreparationGraph(data, { ...referenceTarget, functions, mode: "training" })
    : evaluation;
  const statistics = new Map(
    evaluation.inputs.flatMap((it): [string, Tensor][] =>
      it.role === "statistic" ? [[it.name, defaultStatistic(it)]] : [],
    ),
  );
  const prepare = (graph: Graph, raw: RawBatch, of: PreparedFor): Tensors => {
    const made = interpretPreparation(graph, raw, { statistics, seed, of });
    const faults = graph.outputs.find((it) => it.role === "faults")?.name;
    const count = faults === undefined ? 0 : required(made.get(faults)?.data[0], faults);
    if (count > 0) throw new StrayPlaces(count);
    return new Map(
      data.features.map(({ name, type: { dtype } }): [string, Tensor] => {
        const { shape, data: numbers } = required(made.get(name), `the feature ${name}`);
        return [name, { dtype, shape, data: fromNumbers(dtype, numbers, numbers.length) }];
      }),
    );
  };
  return {
    prepare(raw, of = {}) {
      const graph = of.epoch === undefined ? evaluation : training;
      const groups = exactGroups(raw, of).map((group) => ({
        places: group.places,
        features: prepare(graph, group.raw, group.of),
      }));
      return joinGroups(groups);
    },
    statistics: () => statistics,
    restore(tensors) {
      for (const [name, tensor] of tensors) if (statistics.has(name)) statistics.set(name, asDouble(tensor));
    },
  };
}
