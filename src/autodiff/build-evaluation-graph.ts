import type { Graph, Module } from "../ir/graph.ts";
import type { PrecisionSpec, TrainProgram } from "../ir/program.ts";
import { finalPasses, runPasses } from "../passes/pipeline.ts";
import { flatten } from "../passes/flatten.ts";
import type { BuildOptions } from "./build-training-step.ts";
import { inlineObjective } from "./inline-objective.ts";
import { resolveGradients } from "./resolve-gradients.ts";

/**
 * The program's measures on a batch, in inference mode: from `batch/<feature>`, `param/<path>` and `state/<path>` to
 * `loss` (of several steps, `loss/<step>` of each), `metric/<name>/<accumulator>` and the model's outputs as
 * `output/<name>`.
 */
export function buildEvaluationGraph(program: TrainProgram, options: BuildOptions): Graph {
  const inlined = inlineObjective(program, {
    mode: "inference",
    steps: program.steps,
    model: program.model,
    withOutputs: true,
  });
  const flat = resolveGradients(inlined);
  options.after?.("flatten", flat);
  return runPasses(flat, finalPasses(options, "inference", program.precision?.half), options.after);
}

/**
 * The model in inference mode: features and outputs under their plain names, `param/<path>` and `state/<path>`. It computes
 * in the precision of its training, if it has one.
 */
export function buildInferenceGraph(module: Module, options: BuildOptions, precision?: PrecisionSpec): Graph {
  const flat = resolveGradients(flatten(module, { mode: "inference" }));
  options.after?.("flatten", flat);
  return runPasses(flat, finalPasses(options, "inference", precision?.half), options.after);
}
