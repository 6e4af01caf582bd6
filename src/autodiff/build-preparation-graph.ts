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
import { finalPasses, runPasses } from "../passes/pipeline.ts";
import { widen } from "../passes/widen.ts";
import type { BuildOptions } from "./build-training-step.ts";

/**
 * How a batch of raw fields becomes a batch of features: inputs `raw/<field>` and `statistic/<path>`, outputs under the
 * features' names. Real numbers come in as f64, are computed with in f64 and rounded once, to the declared type.
 * `functions` are those that the preparation calls.
 */
export function buildPreparationGraph(
  data: DataProgram,
  options: BuildOptions,
  functions: ReadonlyMap<string, Func> = new Map(),
): Graph {
  const names = data.features.map((it) => it.name);
  return build(`${data.name}.prep`, data.preparation.func, functions, names, { ...options, rounded: true });
}

/**
 * The features of a batch as they are before they become what they are declared as: in f64, or in the integer type that
 * their expressions have. Inputs and outputs are named as in {@link buildPreparationGraph}.
 */
export function buildUnroundedGraph(
  data: DataProgram,
  options: BuildOptions,
  functions: ReadonlyMap<string, Func> = new Map(),
): Graph {
  const names = data.features.map((it) => it.name);
  return build(`${data.name}.unrounded`, data.preparation.unrounded, functions, names, { ...options, rounded: false });
}

/**
 * What a statistic is fitted on: inputs `raw/<field>` of one example and the statistics fitted before, output `measured`,
 * in f64.
 */
export function buildStatisticGraph(
  statistic: Statistic,
  options: BuildOptions,
  functions: ReadonlyMap<string, Func> = new Map(),
): Graph {
  const graph = { ...options, rounded: false };
  return build(`statistic ${statistic.path}`, statistic.measured, functions, ["measured"], graph);
}

function build(
  name: string,
  func: Func,
  functions: ReadonlyMap<string, Func>,
  outputNames: readonly string[],
  options: BuildOptions & { readonly rounded: boolean },
): Graph {
  const b = createBuilder({ firstId: 0 });
  const all = new Map([...functions, [func.key, func]]);
  const variables = variablesOf(all, func);
  const inliner = createInliner({ b, functions: all, variables, mode: "inference", stateRole: "statistic" });
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
  const flat = assembleGraph({ name, mode: "inference", facts: noFacts, inliner, outputs, order });
  options.after?.("flatten", flat);
  const wide = widen(expandComposites(flat, keepNone), options);
  options.after?.("widen", wide);
  return runPasses(wide, finalPasses(options, "inference"), options.after);
}
