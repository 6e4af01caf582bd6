import { constantSchedule } from "../../src/autodiff/schedules.ts";
import type { Func, Graph, GraphInput, Module, Value } from "../../src/ir/graph.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { seedWords } from "../../src/ops/random/counter.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import type { TensorType } from "../../src/ir/types.ts";
import { product } from "../../src/dims/dim.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { required } from "../../src/support/fault.ts";
import type { ClipSpec, Metric, OptimizerSpec, Schedule, TrainProgram, TrainStep } from "../../src/ir/program.ts";
import type { Span } from "../../src/support/source.ts";
import { figureFunction } from "../../src/lower/figure-function.ts";
import { dataFor } from "./gradient-testing.ts";

/** A rate that stays. */
export function constantRate(rate: number): Schedule {
  return constantSchedule(rate);
}

/** A metric by hand: its accumulators, and the figure that a builder makes of them. */
export function metricOf(
  name: string,
  accumulators: Metric["accumulators"],
  finish: (b: GraphBuilder, accumulators: readonly Value[]) => Value,
): Metric {
  const b = createBuilder({ firstId: 0 });
  const inputs = accumulators.map((it) => b.value(it.type, it.name));
  const result = finish(b, inputs);
  const func = figureFunction(name, accumulators, { inputs, nodes: b.nodes, results: [result] });
  return { name, better: "higher", accumulators, finish: func };
}

const scalar: TensorType = { dtype: "f32", shape: [] };

/** `accuracy`, as a program has it. */
export const accuracyMetric: Metric = metricOf(
  "accuracy",
  [
    { name: "sum", type: scalar, merge: "sum" },
    { name: "count", type: scalar, merge: "sum" },
  ],
  (b, [sum, count]) => b.div(required(sum, "sum"), required(count, "count")),
);

/** What a batch gives to {@link accuracyMetric}: how many largest logits are those of the labels, and how many there are. */
export function hitsAndCount(b: GraphBuilder, logits: Value, labels: Value): readonly [hits: Value, count: Value] {
  const hits = b.op("equal", [b.op("argmax", [logits], { axis: 1 }), labels]);
  return [b.sum(b.cast(hits, "f32"), [0]), b.dimAs(product(labels.type.shape), "f32")];
}

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
      source: { kind: "jsonl", arguments: { path: "rows.jsonl" }, origin },
      split: { fractions: { train: 1 }, seed: 0, by: "position" },
      clean: [],
      augmented: [],
      features: [],
      preparation: { func: objective, unrounded: objective, raw: [], statistics: [] },
      origin,
    },
    metrics: [],
    groups: [],
    initials: new Map(),
    follows: [],
    phases: [{ from: { steps: 0 }, frozen: [] }],
    length: { epochs: 1 },
    batch: 2,
    accumulate: 1,
    seed: 1,
    origin,
    ...settings,
  };
}

/** What the graphs of a training step take, in stored order, at its seventh step; the same by name for all of them. */
export function stepInputs(graph: Graph, sizes: ReadonlyMap<string, number>): Map<string, NdArray> {
  return new Map(graph.inputs.map((it) => [it.name, stepInput(it, sizes)]));
}

function stepInput({ name, role, value }: GraphInput, sizes: ReadonlyMap<string, number>): NdArray {
  if (role === "seed") return { dtype: "u32", shape: [2], data: Float64Array.from(seedWords(9)) };
  if (role === "step") return { dtype: "i64", shape: [], data: Float64Array.of(6) };
  if (role === "hyper") return { dtype: "f32", shape: [], data: Float64Array.of(1) };
  const data = dataFor(name, value.type, sizes);
  // Variances, and slots of squares, are never below zero.
  return role === "optimizer" || name.endsWith("variance") ? { ...data, data: data.data.map((it) => it * it) } : data;
}

const origin: Span = { file: { path: "test.model", text: "" }, start: 0, end: 0 };
