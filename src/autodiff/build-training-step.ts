import type { Graph, GraphInput, GraphOutput, Node } from "../ir/graph.ts";
import { portOf } from "../ir/ports.ts";
import { isLearned, placesIn } from "../ir/is-learned.ts";
import type { StepPlace, TrainProgram } from "../ir/program.ts";
import { createBuilder } from "../graph/create-builder.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { fault, required } from "../support/fault.ts";
import { sortInputs } from "../graph/assemble-graph.ts";
import { extendInputs, type GraphInputs } from "../graph/graph-inputs.ts";
import { finalPasses, passesBeforeGradients, runPasses, type PassTarget } from "../passes/pipeline.ts";
import { applyUpdates, type TrainedParameter } from "./apply-updates.ts";
import { differentiate } from "./differentiate.ts";
import { moveFollowers } from "./move-followers.ts";
import { lossScale, unscaled } from "./loss-scaling.ts";
import { flattenStep } from "./flatten-step.ts";
import type { Follower } from "../graph/followers-of.ts";

/** What a graph builder is told besides the program; `after` sees the graph after every pass. */
export interface BuildOptions extends PassTarget {
  readonly after?: (pass: string, graph: Graph) => void;
}

/** The only training graph of a program; a fault where it has several, of which one must be named. */
export function onlyPlace(program: TrainProgram): StepPlace {
  const [only, ...more] = placesIn(program);
  return only === undefined || more.length > 0 ? fault(`${program.name} has several training graphs`) : only;
}

/**
 * One training step as one flat graph. Inputs: `batch/<feature>`, `param/<path>`, `state/<path>`, `opt/<slot>/<path>`,
 * `step` (i64), `seed` (u32[2]) where something is random, and f32 scalars under `hyper/`: `lr_scale`, `decay_scale` where
 * something decays (both multiply what the program says; 1 leaves it), `total_steps` where the schedule needs it. Outputs:
 * `next/<input>` with `carries`, `loss` and `metric/<name>/<accumulator>`. Of several steps each has its own
 * graph, whose loss is `loss/<name>` and whose slots are called after it; `next/step` is then the driver's to know.
 */
export function buildTrainingGraph(
  program: TrainProgram,
  options: BuildOptions,
  place: StepPlace = onlyPlace(program),
): Graph {
  const gradients = differentiateProgram(program, options, place);
  const { forward, b, inputs } = gradients;
  const updates = applyUpdates(b, program, place.step, gradients.trained, inputs);
  const outputs = [...updates, ...forward.outputs];
  const behind = { program, step: place.step, inputs, outputs, target: options };
  const followers = moveFollowers(b, behind, ["parameter", "state"]);
  return finish(program, { ...gradients, inputs, outputs: [...outputs, ...followers] }, options);
}

/**
 * The first half of a training step: the same inputs but for the optimizer's, and as outputs `grad/<path>` for every
 * parameter that the step changes, `loss`, the metrics and the next states, of followers too. Gradients are neither
 * clipped nor decayed.
 */
export function buildGradientGraph(
  program: TrainProgram,
  options: BuildOptions,
  place: StepPlace = onlyPlace(program),
): Graph {
  const gradients = differentiateProgram(program, options, place);
  const { forward, b, inputs } = gradients;
  const slopes = gradients.trained.map(({ input, gradient }): GraphOutput => {
    const path = required(input.path, "path");
    return { name: portOf("gradient", path), role: "gradient", path, value: gradient };
  });
  const outputs = [...slopes, ...forward.outputs];
  const behind = { program, step: place.step, inputs, outputs, target: options };
  const followers = moveFollowers(b, behind, movedInHalves(program).first);
  return finish(program, { ...gradients, inputs, outputs: [...outputs, ...followers] }, options);
}

/**
 * The second half of a training step: from `param/<path>`, `opt/<slot>/<path>`, `grad/<path>`, `step` and `hyper/...` to
 * the next parameters, of followers too, and optimizer state; clipping and decay are here, so that gradients may be accumulated before.
 */
export function buildApplyGraph(
  program: TrainProgram,
  options: BuildOptions,
  place: StepPlace = onlyPlace(program),
): Graph {
  const forward = forwardGraph(program, options, place);
  const b = createBuilder({ firstId: forward.nextId, facts: forward.facts });
  const trainable = trainedInputs(forward, place);
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
  const updates = applyUpdates(b, program, place.step, trained, inputs);
  const behind = { program, step: place.step, inputs, outputs: updates, target: options };
  const outputs = [...updates, ...moveFollowers(b, behind, movedInHalves(program).second)];
  return finish(program, { forward: { ...forward, nodes: [] }, nodes: [], b, inputs, outputs }, options);
}

/** The followers that move in each half of a step: states behind the last of its batches. */
function movedInHalves({
  accumulate,
}: TrainProgram): Readonly<Record<"first" | "second", readonly Follower["kind"][]>> {
  return accumulate === 1 ? { first: ["state"], second: ["parameter"] } : { first: [], second: ["parameter", "state"] };
}

/** The program's forward graph with its gradients, under construction. */
interface Gradients {
  readonly forward: Graph;
  /** The forward nodes, which come before those of `b`. */
  readonly nodes: readonly Node[];
  readonly b: GraphBuilder;
  /** Those of the forward graph, and the scale of the loss where it has one. */
  readonly inputs: GraphInputs;
  readonly trained: readonly TrainedParameter[];
}

/** The step's forward graph, whose next states are those alone that the step changes. */
function forwardGraph(program: TrainProgram, options: BuildOptions, place: StepPlace): Graph {
  const flat = flattenStep(program, place);
  options.after?.("flatten", flat);
  return runPasses(flat, passesBeforeGradients(options), options.after);
}

function trainedInputs(forward: Graph, place: StepPlace): readonly GraphInput[] {
  return forward.inputs.filter((it) => it.role === "parameter" && isLearned(place, required(it.path, "path")));
}

function differentiateProgram(program: TrainProgram, options: BuildOptions, place: StepPlace): Gradients {
  const forward = forwardGraph(program, options, place);
  const b = createBuilder({ firstId: forward.nextId, facts: forward.facts });
  const inputs = extendInputs(b, forward.inputs);
  const trainable = trainedInputs(forward, place);
  const loss = required(forward.outputs.find((it) => it.role === "loss")?.value, "loss");
  const scale = lossScale(program, place.step, inputs);
  const { dtype } = loss.type;
  const { nodes, gradients } = differentiate(
    b,
    forward.nodes,
    [{ value: loss, gradient: scale === undefined ? b.scalar(1, dtype) : b.cast(scale, dtype) }],
    trainable.map((it) => it.value),
  );
  const trained = trainable.map((input, index) => {
    const gradient = gradients[index];
    if (gradient === undefined) return { input, gradient: b.zeros(input.value.type) };
    return { input, gradient: scale === undefined ? gradient : unscaled(b, gradient, scale) };
  });
  return { forward, nodes, b, inputs, trained };
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
  return runPasses(graph, finalPasses(options, "training", program.precision?.half), options.after);
}
