import type { Graph, GraphInput, GraphOutput, Node } from "../ir/graph.ts";
import { portOf } from "../ir/ports.ts";
import type { TrainProgram } from "../ir/program.ts";
import { createBuilder } from "../graph/create-builder.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { required } from "../support/fault.ts";
import { sortInputs } from "../graph/assemble-graph.ts";
import { extendInputs, type GraphInputs } from "../graph/graph-inputs.ts";
import { isFrozen } from "../graph/parameters-of.ts";
import { finalPasses, passesBeforeGradients, runPasses, type PassTarget } from "../passes/pipeline.ts";
import { applyUpdates, type TrainedParameter } from "./apply-updates.ts";
import { differentiate } from "./differentiate.ts";
import { inlineObjective } from "./inline-objective.ts";

/** What a graph builder is told besides the program; `after` sees the graph after every pass. */
export interface BuildOptions extends PassTarget {
  readonly after?: (pass: string, graph: Graph) => void;
}

/**
 * One training step as one flat graph. Inputs: `batch/<feature>`, `param/<path>`, `state/<path>`, `opt/<slot>/<path>`,
 * `step` (i64), `seed` (u32[2]) where something is random, and f32 scalars under `hyper/`: `lr_scale`, `decay_scale` where
 * something decays (both multiply what the program says; 1 leaves it), `total_steps` where the schedule needs it. Outputs:
 * `next/<input>` with `carries`, `loss`, `metric/<name>/sum` and `metric/<name>/count`.
 */
export function buildTrainingGraph(program: TrainProgram, options: BuildOptions): Graph {
  const gradients = differentiateProgram(program, options);
  const { forward, b } = gradients;
  const inputs = extendInputs(b, forward.inputs);
  const updates = applyUpdates(b, program, gradients.trained, inputs);
  const outputs = [...updates, ...forward.outputs];
  return finish(program, { ...gradients, inputs, outputs }, options);
}

/**
 * The first half of a training step: the same inputs but for the optimizer's, and as outputs `grad/<path>` for every
 * parameter that is not frozen, `loss`, the metrics and the next states. Gradients are neither clipped nor decayed.
 */
export function buildGradientGraph(program: TrainProgram, options: BuildOptions): Graph {
  const gradients = differentiateProgram(program, options);
  const { forward, b } = gradients;
  const outputs = gradients.trained.map(({ input, gradient }): GraphOutput => {
    const path = required(input.path, "path");
    return { name: portOf("gradient", path), role: "gradient", path, value: gradient };
  });
  const all = { ...gradients, inputs: extendInputs(b, forward.inputs), outputs: [...outputs, ...forward.outputs] };
  return finish(program, all, options);
}

/**
 * The second half of a training step: from `param/<path>`, `opt/<slot>/<path>`, `grad/<path>`, `step` and `hyper/...` to
 * the next parameters and optimizer state; clipping and decay are here, so that gradients may be accumulated before.
 */
export function buildApplyGraph(program: TrainProgram, options: BuildOptions): Graph {
  const forward = forwardGraph(program, options);
  const b = createBuilder({ firstId: forward.nextId, facts: forward.facts });
  const trainable = trainedInputs(program, forward);
  const inputs = extendInputs(b, trainable);
  const trained = trainable.map((input): TrainedParameter => {
    const path = required(input.path, "path");
    const added = inputs.add({
      name: portOf("gradient", path),
      role: "gradient",
      path,
      type: input.value.type,
      ...(input.perm !== undefined && { perm: input.perm }),
    });
    return { input, gradient: added.value };
  });
  const outputs = applyUpdates(b, program, trained, inputs);
  return finish(program, { forward: { ...forward, nodes: [] }, nodes: [], b, inputs, outputs }, options);
}

/** The program's forward graph with its gradients, under construction. */
interface Gradients {
  readonly forward: Graph;
  /** The forward nodes, which come before those of `b`. */
  readonly nodes: readonly Node[];
  readonly b: GraphBuilder;
  readonly trained: readonly TrainedParameter[];
}

function forwardGraph(program: TrainProgram, options: BuildOptions): Graph {
  const flat = inlineObjective(program, { mode: "training", withOutputs: false });
  options.after?.("flatten", flat);
  return runPasses(flat, passesBeforeGradients(options), options.after);
}

function trainedInputs(program: TrainProgram, forward: Graph): readonly GraphInput[] {
  return forward.inputs.filter((it) => it.role === "parameter" && !isFrozen(it.path ?? "", program.groups));
}

function differentiateProgram(program: TrainProgram, options: BuildOptions): Gradients {
  const forward = forwardGraph(program, options);
  const b = createBuilder({ firstId: forward.nextId, facts: forward.facts });
  const inputs = trainedInputs(program, forward);
  const loss = required(forward.outputs.find((it) => it.role === "loss")?.value, "loss");
  const seed = { value: loss, gradient: b.scalar(1, loss.type.dtype) };
  const { nodes, gradients } = differentiate(
    b,
    forward.nodes,
    [seed],
    inputs.map((it) => it.value),
  );
  const trained = inputs.map((input, index) => ({ input, gradient: gradients[index] ?? b.zeros(input.value.type) }));
  return { forward, nodes, b, trained };
}

interface Parts {
  readonly forward: Graph;
  readonly nodes: readonly Node[];
  readonly b: GraphBuilder;
  readonly inputs: GraphInputs;
  readonly outputs: readonly GraphOutput[];
}

function finish(program: TrainProgram, parts: Parts, options: BuildOptions): Graph {
  const { forward, nodes, b, outputs } = parts;
  const order = forward.inputs.flatMap((it) => (it.role === "parameter" && it.path !== undefined ? [it.path] : []));
  const graph: Graph = {
    ...forward,
    name: program.name,
    inputs: sortInputs(parts.inputs.all(), order),
    nodes: [...nodes, ...b.nodes],
    outputs,
    nextId: b.nextId,
  };
  options.after?.("differentiate", graph);
  return runPasses(graph, finalPasses(options, "training"), options.after);
}
