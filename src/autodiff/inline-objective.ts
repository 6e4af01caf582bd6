import { asConstant, substitute, variablesOf as dimVariables, variable, sameForm, type Dim } from "../dims/dim.ts";
import type { Func, Graph, GraphOutput, Value } from "../ir/graph.ts";
import { metricPorts, portOf, ports } from "../ir/ports.ts";
import type { TrainProgram } from "../ir/program.ts";
import type { TensorType } from "../ir/types.ts";
import { fault, required } from "../support/fault.ts";
import { assembleGraph, stateOutputs } from "../graph/assemble-graph.ts";
import { inlineModel, type InlinedModel } from "../passes/flatten.ts";
import type { InlineOptions } from "../graph/inline.ts";
import type { DimMap } from "../graph/map-dims.ts";
import { entryOf } from "../graph/parameters-of.ts";

/** Which outputs the graph of a model with its objective has. */
export interface ObjectiveOptions {
  readonly mode: "training" | "inference";
  /** Whether the model's own outputs are among them, as `output/<name>`. */
  readonly withOutputs: boolean;
  readonly placed?: InlineOptions["placed"];
}

/**
 * The flat graph of a model and its objective: from parameters, states and the batch's features to `loss`, the metrics
 * as `metric/<name>/sum` and `metric/<name>/count`, and, in training, the next states.
 */
export function inlineObjective(program: TrainProgram, options: ObjectiveOptions): Graph {
  const { model, objective } = program;
  const inlined = inlineModel(model, {
    mode: options.mode,
    features: "batch",
    ...(options.placed && { placed: options.placed }),
  });
  const { inliner } = inlined;
  const operands = objectiveOperands(program, inlined);
  const [loss, ...metrics] = inliner.apply(objective, "", operands.values, operands.dims);
  const outputs: GraphOutput[] = [{ name: ports.loss, role: "loss", value: required(loss, "loss") }];
  program.metrics.forEach(({ name }, index) => {
    const [sum, count] = metrics.slice(2 * index, 2 * index + 2);
    const named = metricPorts(name);
    outputs.push({ name: named.sum, role: "metric", value: required(sum, "sum of a metric") });
    outputs.push({ name: named.count, role: "metric", value: required(count, "count of a metric") });
  });
  if (options.withOutputs) {
    entryOf(model).resultNames.forEach((name, index) => {
      const value = required(inlined.results[index], "model output");
      outputs.push({ name: portOf("output", `${name ?? index}`), role: "output", value });
    });
  }
  return assembleGraph({
    name: program.name,
    mode: options.mode,
    facts: model.facts,
    inliner,
    outputs: [...outputs, ...stateOutputs(inliner)],
    order: inlined.parameterPaths,
  });
}

/** What the objective is applied to, and what its dimensions are in the model's terms. */
function objectiveOperands(
  program: TrainProgram,
  { inliner, features, results }: InlinedModel,
): { readonly values: readonly Value[]; readonly dims: DimMap | undefined } {
  const entry = entryOf(program.model);
  const known = program.objectiveInputs.map(({ from, name }): Value | undefined => {
    if (from === "feature") return features.get(name);
    const index = entry.resultNames.indexOf(name);
    return index < 0 ? fault(`the model has no output ${name}`) : required(results[index], "model output");
  });
  const dims = unify(program.objective, known, features);
  const values = program.objectiveInputs.map(({ name }, index) => {
    const found = known[index];
    if (found !== undefined) return found;
    const { dtype, shape } = required(program.objective.body.inputs[index], "objective input").type;
    const type: TensorType = { dtype, shape: dims === undefined ? shape : shape.map(dims) };
    return inliner.input({ name: portOf("feature", name), role: "feature", type });
  });
  return { values, dims };
}

/**
 * Maps the objective's dim variables to the model's, where they have other names: by what it takes from the model, and
 * for the first axis of features that the model does not take, which is the batch, by the model's first input.
 */
function unify(
  objective: Func,
  known: readonly (Value | undefined)[],
  features: ReadonlyMap<string, Value>,
): DimMap | undefined {
  const names = new Map<string, Dim>();
  const bind = (declared: Dim, actual: Dim): void => {
    const [name] = dimVariables(declared);
    const lone = name !== undefined && sameForm(declared, variable(name));
    if (lone && !names.has(name) && !sameForm(declared, actual)) names.set(name, actual);
  };
  objective.body.inputs.forEach((input, index) => {
    known[index]?.type.shape.forEach((actual, axis) => {
      const declared = input.type.shape[axis];
      if (declared !== undefined) bind(declared, actual);
    });
  });
  const batch = [...features.values()][0]?.type.shape[0];
  objective.body.inputs.forEach((input, index) => {
    const [declared] = input.type.shape;
    if (
      known[index] === undefined &&
      declared !== undefined &&
      batch !== undefined &&
      asConstant(declared) === undefined
    ) {
      bind(declared, batch);
    }
  });
  return names.size === 0 ? undefined : (dim) => substitute(dim, (name) => names.get(name));
}
