import { constantSchedule } from "../../src/autodiff/schedules.ts";
import type { Func, Module } from "../../src/ir/graph.ts";
import { accuracy } from "../../src/ops/metrics.ts";
import type { TensorType } from "../../src/ir/types.ts";
import { metricOf } from "../../src/graph/metric-of.ts";
import { required } from "../../src/support/fault.ts";
import type { ClipSpec, Metric, OptimizerSpec, Schedule, TrainProgram, TrainStep } from "../../src/ir/program.ts";
import type { Span } from "../../src/support/source.ts";

/** A rate that stays. */
export function constantRate(rate: number): Schedule {
  return constantSchedule(rate);
}

const scalar: TensorType = { dtype: "f32", shape: [] };

/** `accuracy`, as a program has it. */
export const accuracyMetric: Metric = metricOf("accuracy", required(accuracy.metric, "accuracy"), [scalar, scalar]);

/** A training program over a module made by hand; `settings` override its plain defaults. */
export function programOf(
  model: Module,
  objective: Func,
  objectiveInputs: TrainStep["objectiveInputs"],
  {
    optimizer,
    clip,
    ...settings
  }: Partial<TrainProgram> & { readonly optimizer: OptimizerSpec; readonly clip?: ClipSpec | undefined },
): TrainProgram {
  return {
    name: model.name,
    model,
    steps: [{ objective, objectiveInputs, updates: ["**"], optimizer, ...(clip !== undefined && { clip }), every: 1 }],
    data: {
      name: "Data",
      source: { kind: "csv", arguments: { path: "rows.csv" }, origin },
      split: { fractions: { train: 1 }, seed: 0, by: "position" },
      clean: [],
      features: [],
      preparation: { func: objective, unrounded: objective, raw: [], statistics: [] },
      origin,
    },
    metrics: [],
    groups: [],
    phases: [{ from: { steps: 0 }, frozen: [] }],
    length: { epochs: 1 },
    batch: 2,
    seed: 1,
    origin,
    ...settings,
  };
}

const origin: Span = { file: { path: "test.model", text: "" }, start: 0, end: 0 };
