import type { Graph, GraphOutput, Module, Value } from "../ir/graph.ts";
import { accumulatorPorts, lossPort, portOf } from "../ir/ports.ts";
import { measuredIn } from "../ir/measures-of.ts";
import type { Objectives, ObjectiveStep } from "../ir/program.ts";
import { fault, required } from "../support/fault.ts";
import { assembleGraph, stateOutputs } from "../graph/assemble-graph.ts";
import { inlineModel, type InlinedModel } from "../passes/flatten.ts";
import type { InlineOptions } from "../graph/inline.ts";
import { entryOf } from "../graph/parameters-of.ts";

/** Which outputs the graph of a model with its objectives has. */
export interface ObjectiveOptions {
  readonly mode: "training" | "inference";
  /** The steps that are asked for their objectives. */
  readonly steps: readonly ObjectiveStep[];
  /** The model as it runs there. */
  readonly model: Module;
  /** Whether the model's own outputs are among them, as `output/<name>`. */
  readonly withOutputs: boolean;
  readonly placed?: InlineOptions["placed"];
}

/**
 * The flat graph of a model and the objectives of some steps: from parameters, states and the batch's features to their
 * losses, what the batch gives to metrics as `metric/<name>/<accumulator>` where a step measures them, and, in training,
 * the next states. A training step that has a name draws by keys of its own.
 */
export function inlineObjective(program: Objectives, options: ObjectiveOptions): Graph {
  const { mode, model, steps } = options;
  const [only] = steps;
  const inlined = inlineModel(model, {
    mode,
    features: "batch",
    ...(mode === "training" && only?.name !== undefined && { keyed: only.name }),
    ...(options.placed && { placed: options.placed }),
  });
  const { inliner } = inlined;
  const outputs: GraphOutput[] = [];
  for (const step of steps) {
    const [loss, ...measured] = inliner.apply(step.objective, "", objectiveOperands(step, model, inlined));
    outputs.push({ name: lossPort(step.name), role: "loss", value: required(loss, "loss") });
    accumulatorPorts(measuredIn(program, step)).forEach((name, index) => {
      outputs.push({ name, role: "metric", value: required(measured[index], name) });
    });
  }
  if (options.withOutputs) {
    entryOf(model).resultNames.forEach((name, index) => {
      const value = required(inlined.results[index], "model output");
      outputs.push({ name: portOf("output", `${name ?? index}`), role: "output", value });
    });
  }
  return assembleGraph({
    name: program.name,
    mode,
    facts: model.facts,
    inliner,
    outputs: [...outputs, ...stateOutputs(inliner)],
    order: inlined.parameterPaths,
  });
}

/** What the objective is applied to; the batch has features that the model does not take. */
function objectiveOperands(
  { objective, objectiveInputs }: ObjectiveStep,
  model: Module,
  { inliner, features, results }: InlinedModel,
): readonly Value[] {
  const entry = entryOf(model);
  return objectiveInputs.map(({ from, name }, at) => {
    if (from === "output") {
      const index = entry.resultNames.indexOf(name);
      return index < 0 ? fault(`the model has no output ${name}`) : required(results[index], "model output");
    }
    const { type } = required(objective.body.inputs[at], "objective input");
    if (from === "statistic") {
      const port = { name: portOf("statistic", name), role: "statistic", path: name } as const;
      return inliner.b.cast(inliner.input({ ...port, type: { ...type, dtype: "f64" } }), type.dtype);
    }
    return features.get(name) ?? inliner.input({ name: portOf("feature", name), role: "feature", type });
  });
}
