import { noFacts } from "../dims/facts.ts";
import type { Func, Graph, GraphOutput, Value } from "../ir/graph.ts";
import { portOf } from "../ir/ports.ts";
import type { DataProgram, Statistic } from "../ir/program.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { required } from "../support/fault.ts";
import { assembleGraph } from "../graph/assemble-graph.ts";
import { expandComposites, keepNone } from "../passes/expand-composites.ts";
import { createInliner } from "../graph/inline.ts";
import { variablesOf } from "../graph/parameters-of.ts";
import { variesInTraining } from "../graph/varies-in-training.ts";
import { finalPasses, runPasses } from "../passes/pipeline.ts";
import { widen } from "../passes/widen.ts";
import type { BuildOptions } from "./build-training-step.ts";

/** In which mode data are prepared, and the functions that the preparation calls. */
export interface PreparationOptions extends BuildOptions {
  /** Inference where it is left out: what validation, tests and predictions see. */
  readonly mode?: "training" | "inference";
  readonly functions?: ReadonlyMap<string, Func>;
}

/** Whether training prepares data otherwise than validation, tests and predictions do, or anew in each step. */
export function preparesAnew({ preparation }: DataProgram, functions: ReadonlyMap<string, Func> = new Map()): boolean {
  return variesInTraining(preparation.func, functions);
}

/**
 * How a batch of raw fields becomes a batch of features: inputs `raw/<field>` and `statistic/<path>`, outputs under the
 * features' names; where something is drawn, `step` and `seed` as a training graph has them. Real numbers come in as f64,
 * are computed with in f64 and rounded once, to the declared type.
 */
export function buildPreparationGraph(data: DataProgram, options: PreparationOptions): Graph {
  const names = data.features.map((it) => it.name);
  return build(nameOf(data, "prep", options), data.preparation.func, names, { ...options, rounded: true });
}

/**
 * The features of a batch as they are before they become what they are declared as: in f64, or in the integer type that
 * their expressions have. Inputs and outputs are named as in {@link buildPreparationGraph}.
 */
export function buildUnroundedGraph(data: DataProgram, options: PreparationOptions): Graph {
  const names = data.features.map((it) => it.name);
  return build(nameOf(data, "unrounded", options), data.preparation.unrounded, names, { ...options, rounded: false });
}

/**
 * What a statistic is fitted on: inputs `raw/<field>` of one example and the statistics fitted before, output `measured`,
 * in f64. It is what the statistic is of outside of training: noise is no property of the data.
 */
export function buildStatisticGraph(statistic: Statistic, options: Omit<PreparationOptions, "mode">): Graph {
  const name = `statistic ${statistic.path}`;
  return build(name, statistic.measured, ["measured"], { ...options, mode: "inference", rounded: false });
}

function nameOf(data: DataProgram, kind: string, { mode }: PreparationOptions): string {
  return `${data.name}.${kind}${mode === "training" ? ".train" : ""}`;
}

function build(
  name: string,
  func: Func,
  outputNames: readonly string[],
  options: PreparationOptions & { readonly rounded: boolean },
): Graph {
  const { mode = "inference" } = options;
  const b = createBuilder({ firstId: 0 });
  const all = new Map([...(options.functions ?? []), [func.key, func]]);
  const variables = variablesOf(all, func);
  const inliner = createInliner({
    b,
    functions: all,
    variables,
    mode,
    stateRole: "statistic",
    takesKey: options.keepsKeys === true,
  });
  const raw = func.inputNames.map((field, index): Value => {
    const { type } = required(func.body.inputs[index], `raw field ${field}`);
    return inliner.input({ name: portOf("raw", field), role: "feature", type });
  });
  const results = inliner.apply(func, "", raw);
  const outputs = outputNames.map((it, index): GraphOutput => ({
    name: it,
    role: "output",
    value: required(results[index], it),
  }));
  const order = variables.states.keys();
  const flat = assembleGraph({ name, mode, facts: noFacts, inliner, outputs, order });
  options.after?.("flatten", flat);
  const wide = widen(expandComposites(flat, keepNone), options);
  options.after?.("widen", wide);
  // Nothing is differentiated: in training as well, the passes are those of a graph that needs no gradients.
  return runPasses(wide, finalPasses(options, "inference"), options.after);
}
