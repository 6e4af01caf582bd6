import { buildPreparationGraph } from "../../autodiff/build-preparation-graph.ts";
import type { Func } from "../../ir/graph.ts";
import type { DataProgram } from "../../ir/program.ts";
import { referenceTarget } from "../../passes/pipeline.ts";
import { required } from "../../support/fault.ts";
import type { RawBatch } from "../data/dataset.ts";
import { asDouble, fromNumbers } from "../onnx/typed-array.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { interpretPreparation } from "./interpret-preparation.ts";
import { StrayPlaces } from "./stray-places.ts";
import { defaultStatistic } from "./trainer.ts";

/** Preparation of data without a runtime, in double precision, rounded once. */
export interface HostPreparation {
  /** Features of a batch of raw fields; throws {@link StrayPlaces} where they have places out of range. */
  prepare(raw: RawBatch): Tensors;
  /** The statistics, under `statistic/<path>`. */
  statistics(): Tensors;
  /** Takes over the statistics among some tensors; others stay as they are. */
  restore(tensors: Tensors): void;
}

/** The preparation of a data section by the reference interpreter; `functions` are those that it calls. */
export function createHostPreparation(data: DataProgram, functions: ReadonlyMap<string, Func>): HostPreparation {
  const graph = buildPreparationGraph(data, referenceTarget, functions);
  const statistics = new Map(
    graph.inputs.flatMap((it): [string, Tensor][] =>
      it.role === "statistic" ? [[it.name, defaultStatistic(it)]] : [],
    ),
  );
  const faults = graph.outputs.find((it) => it.role === "faults")?.name;
  return {
    prepare(raw) {
      const made = interpretPreparation(graph, raw, statistics);
      const count = faults === undefined ? 0 : required(made.get(faults)?.data[0], faults);
      if (count > 0) throw new StrayPlaces(count);
      return new Map(
        data.features.map(({ name, type: { dtype } }): [string, Tensor] => {
          const { shape, data: numbers } = required(made.get(name), `the feature ${name}`);
          return [name, { dtype, shape, data: fromNumbers(dtype, numbers, numbers.length) }];
        }),
      );
    },
    statistics: () => statistics,
    restore(tensors) {
      for (const [name, tensor] of tensors) if (statistics.has(name)) statistics.set(name, asDouble(tensor));
    },
  };
}
