import { noFacts } from "../dims/facts.ts";
import { assembleGraph } from "../graph/assemble-graph.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { createInliner } from "../graph/inline.ts";
import type { Graph, GraphOutput, Value } from "../ir/graph.ts";
import { portOf } from "../ir/ports.ts";
import type { Predicted } from "../ir/prediction.ts";
import type { TrainProgram } from "../ir/program.ts";
import { expandComposites, keepNone } from "../passes/expand-composites.ts";
import { finalPasses, runPasses } from "../passes/pipeline.ts";
import { widen } from "../passes/widen.ts";
import { required } from "../support/fault.ts";
import type { BuildOptions } from "./build-training-step.ts";
import { resolveGradients } from "./resolve-gradients.ts";

/** How a graph of predictions is built. */
export interface PredictionOptions extends BuildOptions {
  /**
   * Whether it takes outputs and features as they are given, and gives entries in the types that they have; else all that
   * is real is f64.
   */
  readonly rounded: boolean;
}

/**
 * What a prediction consists of: from `output/<name>`, `batch/<feature>` and `statistic/<path>` to the entries under their
 * names. Real numbers are computed with in f64 and rounded once.
 */
export function buildPredictionGraph(
  { name, model }: Pick<TrainProgram, "name" | "model">,
  predicted: Predicted,
  options: PredictionOptions,
): Graph {
  const flat = flattenPrediction(name, model, predicted);
  options.after?.("flatten", flat);
  const wide = widen(expandComposites(flat, keepNone), options);
  const graph = options.rounded ? withGivenInputs(wide, flat) : wide;
  options.after?.("widen", graph);
  return runPasses(graph, finalPasses(options, "inference"), options.after);
}

/** What a prediction consists of, as a flat graph; no pass has run. */
export function flattenPrediction(
  name: string,
  model: Pick<TrainProgram["model"], "facts" | "functions">,
  { func, inputs, entries }: Predicted,
): Graph {
  const b = createBuilder({ firstId: 0, facts: model.facts });
  const nothing = { parameters: new Map(), states: new Map() };
  const functions = new Map([...model.functions, [func.key, func]]);
  const inliner = createInliner({ b, functions, variables: nothing, mode: "inference" });
  const operands = inputs.map(({ from, name: of }, at): Value => {
    const { type } = required(func.body.inputs[at], `the input ${of}`);
    if (from === "statistic")
      return inliner.input({ name: portOf("statistic", of), role: "statistic", path: of, type });
    return inliner.input({ name: portOf(from, of), role: from, type });
  });
  const results = inliner.apply(func, "", operands);
  const outputs = entries.map((it, at): GraphOutput => ({
    name: it.name,
    role: "output",
    value: required(results[at], `the prediction ${it.name}`),
  }));
  return resolveGradients(
    assembleGraph({ name: `${name}.predict`, mode: "inference", facts: noFacts, inliner, outputs }),
  );
}

/** The graph with outputs of the model in the types that these have, widened where they come in. */
function withGivenInputs(wide: Graph, { inputs: given }: Graph): Graph {
  const b = createBuilder({ firstId: wide.nextId, facts: wide.facts });
  const inputs = wide.inputs.map((input, at) => {
    const { type } = required(given[at], input.name).value;
    if (input.role === "statistic" || type.dtype === input.value.type.dtype) return input;
    const value = b.value(type, input.value.name);
    const attributes = { dtype: { kind: "string", value: input.value.type.dtype } } as const;
    b.append({ kind: "operator", op: "cast", operands: [value], attributes, results: [input.value] });
    return { ...input, value };
  });
  return { ...wide, inputs, nodes: [...b.nodes, ...wide.nodes], nextId: b.nextId };
}
