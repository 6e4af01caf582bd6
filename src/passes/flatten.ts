import type { Graph, GraphOutput, Module, Value } from "../ir/graph.ts";
import { portOf } from "../ir/ports.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { required } from "../support/fault.ts";
import { assembleGraph, stateOutputs } from "../graph/assemble-graph.ts";
import { createInliner, type InlineOptions, type Inliner } from "../graph/inline.ts";
import { entryOf, variablesOf } from "../graph/parameters-of.ts";

/** Which of a model's two specialisations is wanted. */
export interface FlattenOptions {
  readonly mode: "training" | "inference";
  /** Whether features come in as those of a batch, as in training, or under their plain names, as in inference. */
  readonly features?: "batch" | "plain";
  /** Whose draws these are, where several draw at one step. */
  readonly keyed?: string;
  readonly placed?: InlineOptions["placed"];
}

/**
 * The flat graph of a model for one mode: `training` nodes decided, calls inlined, repeats unrolled, paths absolute.
 * Parameters and states become inputs `param/<path>` and `state/<path>`; updates of states, in the order of the
 * program, become outputs `next/state/<path>`; keys keep their nodes, with the base key of `seed` and `step`.
 *
 * Requires a checked module. Ensures a flat graph without parameter, state, update, call, repeat and training nodes.
 * Linear in the size of the result.
 */
export function flatten(module: Module, options: FlattenOptions): Graph {
  const { mode } = options;
  const entry = entryOf(module);
  const inlined = inlineModel(module, options);
  const outputs: GraphOutput[] = entry.resultNames.map((name, index) => ({
    name: name ?? `output_${index}`,
    role: "output",
    value: required(inlined.results[index], "model output"),
  }));
  return assembleGraph({
    name: module.name,
    mode,
    facts: module.facts,
    inliner: inlined.inliner,
    outputs: [...outputs, ...stateOutputs(inlined.inliner)],
    order: inlined.parameterPaths,
  });
}

/** A model inlined, to be built upon. */
export interface InlinedModel {
  readonly inliner: Inliner;
  /** The features by the names of the model's inputs. */
  readonly features: ReadonlyMap<string, Value>;
  /** In the order of the model's results. */
  readonly results: readonly Value[];
  /** In the order of the program. */
  readonly parameterPaths: readonly string[];
}

/** Inlines a model into a fresh builder, with its inputs as features. */
export function inlineModel(
  module: Module,
  { mode, features: named = mode === "training" ? "batch" : "plain", keyed, placed }: FlattenOptions,
): InlinedModel {
  const entry = entryOf(module);
  const variables = variablesOf(module.functions, entry);
  const b = createBuilder({ firstId: 0, facts: module.facts });
  const inliner = createInliner({
    b,
    functions: module.functions,
    variables,
    mode,
    ...(keyed !== undefined && { keyed }),
    ...(placed && { placed }),
  });
  const features = new Map<string, Value>();
  entry.inputNames.forEach((name, index) => {
    const { type } = required(entry.body.inputs[index], `input ${name}`);
    const port = named === "batch" ? portOf("feature", name) : name;
    features.set(name, inliner.input({ name: port, role: "feature", type }));
  });
  const results = inliner.apply(entry, "", [...features.values()]);
  return { inliner, features, results, parameterPaths: [...variables.parameters.keys()] };
}
