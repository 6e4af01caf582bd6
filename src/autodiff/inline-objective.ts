import { asConstant, substitute, variablesOf as dimVariables, variable, sameForm, type Dim } from "../dims/dim.ts";
import type { Func, Graph, GraphOutput, Module, Value } from "../ir/graph.ts";
import { accumulatorPorts, lossPort, portOf } from "../ir/ports.ts";
import { measuredIn } from "../ir/measures-of.ts";
import type { TrainProgram, TrainStep } from "../ir/program.ts";
import type { TensorType } from "../ir/types.ts";
import { fault, required } from "../support/fault.ts";
import { assembleGraph, stateOutputs } from "../graph/assemble-graph.ts";
import { inlineModel, type InlinedModel } from "../passes/flatten.ts";
import type { InlineOptions } from "../graph/inline.ts";
import type { DimMap } from "../graph/map-dims.ts";
import { entryOf } from "../graph/parameters-of.ts";

/** Which outputs the graph of a model with its objectives has. */
export interface ObjectiveOptions {
  readonly mode: "training" | "inference";
  /** The steps that are asked for their objectives. */
  readonly steps: readonly TrainStep[];
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
export function inlineObjective(program: TrainProgram, options: ObjectiveOptions): Graph {
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
    const operands = objectiveOperands(step, model, inlined);
    const [loss, ...measured] = inliner.apply(step.objective, "", operands.values, operands.dims);
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

/** What the objective is applied to, and what its dimensions are in the model's terms. */
function objectiveOperands(
  { objective, objectiveInputs }: TrainStep,
  model: Module,
  { inliner, features, results }: InlinedModel,
): { readonly values: readonly Value[]; readonly dims: DimMap | undefined } {
  const entry = entryOf(model);
  const known = objectiveInputs.map(({ from, name }): Value | undefined => {
    if (from === "feature") return features.get(name);
    const index = entry.resultNames.indexOf(name);
    return index < 0 ? fault(`the model has no output ${name}`) : required(results[index], "model output");
  });
  const dims = unify(objective, known, features);
  const values = objectiveInputs.map(({ name }, index) => {
    const found = known[index];
    if (found !== undefined) return found;
    const { dtype, shape } = required(objective.body.inputs[index], "objective input").type;
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
