import type { Graph } from "../ir/graph.ts";
import type { DataProgram, Moment } from "../ir/program.ts";
import { drawByExample } from "../passes/draw-by-example.ts";
import { expandComposites, keepNone } from "../passes/expand-composites.ts";
import { finalPasses, runPasses } from "../passes/pipeline.ts";
import { widen } from "../passes/widen.ts";
import type { BuildOptions } from "./build-training-step.ts";
import { flattenMeasured, flattenRounded, flattenUnrounded, type PreparationMode } from "./flatten-preparation.ts";

/** How a graph of a preparation is built. */
export type PreparationOptions = BuildOptions & PreparationMode;

/**
 * How a batch of raw fields becomes a batch of features: inputs `raw/<field>` and `statistic/<path>`, outputs under the
 * features' names; where something is drawn, `seed`, the `epoch` and the numbers of the `examples` in their split. Real numbers come in as f64,
 * are computed with in f64 and rounded once, to the declared type.
 */
export function buildPreparationGraph(data: DataProgram, options: PreparationOptions): Graph {
  return finish(flattenRounded(data, options), { ...options, rounded: true });
}

/**
 * The features of a batch as they are before they become what they are declared as: in f64, or in the integer type that
 * their expressions have. Inputs and outputs are named as in {@link buildPreparationGraph}.
 */
export function buildUnroundedGraph(data: DataProgram, options: PreparationOptions): Graph {
  return finish(flattenUnrounded(data, options), { ...options, rounded: false });
}

/**
 * What a statistic is fitted on: inputs `raw/<field>` of one example and the statistics fitted before, output `measured`,
 * in f64. It is what the statistic is of outside of training: noise is no property of the data.
 */
export function buildStatisticGraph(statistic: Moment, options: Omit<PreparationOptions, "mode">): Graph {
  return finish(flattenMeasured(statistic, options), { ...options, rounded: false });
}

function finish(flat: Graph, options: PreparationOptions & { readonly rounded: boolean }): Graph {
  options.after?.("flatten", flat);
  const wide = widen(drawByExample(expandComposites(flat, keepNone)), options);
  options.after?.("widen", wide);
  // Nothing is differentiated: in training as well, the passes are those of a graph that needs no gradients.
  return runPasses(wide, finalPasses(options, "inference"), options.after);
}
