import { noFacts } from "../../../src/dims/facts.ts";
import type { Func, Module } from "../../../src/ir/graph.ts";
import { constantSchedule } from "../../../src/autodiff/schedules.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import { accuracyMetric } from "../../autodiff/program-testing.ts";
import type { Examples } from "../../../src/runtime/data/dataset.ts";

const origin = { file: { path: "net.model", text: "" }, start: 0, end: 0 };
const func: Func = {
  key: "Net",
  name: "Net",
  flavor: "model",
  hyperparameters: [],
  inputNames: [],
  resultNames: [],
  parameters: [],
  states: [],
  body: { inputs: [], nodes: [], results: [] },
};
const model: Module = {
  name: "Net",
  entry: "Net",
  functions: new Map([["Net", func]]),
  facts: noFacts,
  contract: [],
  resultFacts: new Map(),
};

/** A training of nothing, by accuracy, for what the loop makes of it. */
export const program: TrainProgram = {
  name: "Net",
  model,
  data: {
    name: "Data",
    source: { kind: "none", arguments: {}, origin },
    split: { fractions: {}, seed: 0, by: "seed" },
    clean: [],
    augmented: [],
    features: [],
    preparation: { func, unrounded: func, raw: [], statistics: [] },
    origin,
  },
  steps: [
    {
      objective: func,
      objectiveInputs: [],
      updates: ["**"],
      optimizer: { kind: "sgd", rate: constantSchedule(0.1), decay: 0, settings: {} },
      every: 1,
    },
  ],
  metrics: [accuracyMetric],
  groups: [],
  initials: new Map(),
  follows: [],
  phases: [{ from: { steps: 0 }, frozen: [] }],
  length: { epochs: 4 },
  batch: 4,
  accumulate: 1,
  seed: 1,
  origin,
};

/** Examples that are their own numbers. */
export function counting(count: number): Examples {
  return {
    count,
    gather: (indices) => Promise.resolve(new Map([["x", { shape: [indices.length], data: Int32Array.from(indices) }]])),
  };
}
