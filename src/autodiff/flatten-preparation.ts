import { noFacts } from "../dims/facts.ts";
import type { Func, Graph, GraphOutput, Value } from "../ir/graph.ts";
import { portOf } from "../ir/ports.ts";
import type { DataProgram, Moment, PreparedFeatures } from "../ir/program.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { required } from "../support/fault.ts";
import { resolveGradients } from "./resolve-gradients.ts";
import { assembleGraph } from "../graph/assemble-graph.ts";
import { createInliner, type InlineOptions } from "../graph/inline.ts";
import { variablesOf } from "../graph/parameters-of.ts";
import { variesInTraining } from "../graph/varies-in-training.ts";

/** In which mode data are prepared, and the functions that the preparation calls. */
export interface PreparationMode {
  /** Inference where it is left out: what validation, tests and predictions see. */
  readonly mode?: "training" | "inference";
  readonly functions?: ReadonlyMap<string, Func>;
  /** Keys of places stay whole, for who computes them otherwise than a graph does. */
  readonly keepsKeys?: boolean;
  /** Told where each value was written. */
  readonly placed?: InlineOptions["placed"];
}

/** Whether training prepares data otherwise than validation, tests and predictions do, or anew in each step. */
export function preparesAnew(
  { preparation }: PreparedFeatures,
  functions: ReadonlyMap<string, Func> = new Map(),
): boolean {
  return variesInTraining(preparation.func, functions);
}

/** The features of a batch as a flat graph, in the types that are declared; no pass has run. */
export function flattenRounded(data: DataProgram, options: PreparationMode): Graph {
  const names = data.features.map((it) => it.name);
  return flatten(nameOf(data, "prep", options), data.preparation.func, names, options);
}

/** The features of a batch before they become what they are declared as, as a flat graph; no pass has run. */
export function flattenUnrounded(data: PreparedFeatures, options: PreparationMode): Graph {
  const names = data.features.map((it) => it.name);
  return flatten(nameOf(data, "unrounded", options), data.preparation.unrounded, names, options);
}

/** What a statistic is fitted on, outside of training, as a flat graph; no pass has run. */
export function flattenMeasured(statistic: Moment, options: Omit<PreparationMode, "mode">): Graph {
  const name = `statistic ${statistic.path}`;
  return flatten(name, statistic.measured, ["measured"], { ...options, mode: "inference" });
}

function nameOf(data: PreparedFeatures, kind: string, { mode }: PreparationMode): string {
  return `${data.name}.${kind}${mode === "training" ? ".train" : ""}`;
}

function flatten(name: string, func: Func, outputNames: readonly string[], options: PreparationMode): Graph {
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
    clock: "epoch",
    takesKey: options.keepsKeys === true,
    ...(options.placed && { placed: options.placed }),
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
  return resolveGradients(
    assembleGraph({ name, mode, facts: noFacts, inliner, outputs, order: variables.states.keys() }),
  );
}
