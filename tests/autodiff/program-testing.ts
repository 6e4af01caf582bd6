import type { Func, Module } from "../../src/ir/graph.ts";
import type { OptimizerSpec, Schedule, TrainProgram } from "../../src/ir/program.ts";
import type { Span } from "../../src/support/source.ts";

/** A rate that stays. */
export function constantRate(rate: number): Schedule {
  return { kind: "constant", rate, warmup: 0 };
}

/** A training program over a module made by hand; `settings` override its plain defaults. */
export function programOf(
  model: Module,
  objective: Func,
  objectiveInputs: TrainProgram["objectiveInputs"],
  settings: Partial<TrainProgram> & { readonly optimizer: OptimizerSpec },
): TrainProgram {
  return {
    name: model.name,
    model,
    objective,
    objectiveInputs,
    data: {
      name: "Data",
      source: { kind: "csv", arguments: {}, origin },
      split: { fractions: { train: 1 }, seed: 0, by: "position" },
      clean: [],
      features: [],
      preparation: { func: objective, unrounded: objective, raw: [], statistics: [] },
      augment: [],
      origin,
    },
    metrics: [],
    groups: [],
    length: { epochs: 1 },
    batch: 2,
    seed: 1,
    origin,
    ...settings,
  };
}

const origin: Span = { file: { path: "test.model", text: "" }, start: 0, end: 0 };
