import { elementAt } from "../support/element-at.ts";
import type { Graph, GraphInput, Value } from "../ir/graph.ts";
import type { StepPlace, TrainProgram } from "../ir/program.ts";
import type { NodePlace } from "../graph/inline.ts";
import { freezeInstances } from "../passes/freeze-instances.ts";
import { finalPasses, passesBeforeGradients, runPasses } from "../passes/pipeline.ts";
import { operandsOf, regionsOf } from "../ir/visit.ts";
import { capturesOf } from "../graph/rewrite.ts";
import type { BuildOptions } from "./build-training-step.ts";
import { inlineObjective } from "./inline-objective.ts";
import { resolveGradients } from "./resolve-gradients.ts";

/** A value on the way to the loss, under a name by which the graph takes or gives it. */
export interface TracedValue {
  readonly name: string;
  readonly value: Value;
  /** What it is where the graph takes it. */
  readonly input?: GraphInput;
  /** What it is made by: an operator's name, `scan` or `constant`. */
  readonly made?: { readonly by: string; readonly place: NodePlace };
  /** Places of what it is made of, in the list of all. */
  readonly operands: readonly number[];
}

/** The way to the loss. */
export interface TracedGraph {
  /** Gives every traced value that it does not take as an output, and nothing else. */
  readonly graph: Graph;
  /** In the order in which they are computed. */
  readonly values: readonly TracedValue[];
  /** The place of the loss among them. */
  readonly loss: number;
}

/**
 * The forward half of a training step, with all that it computes on the way to the loss as outputs: operators as the person
 * wrote them, before any are expanded. For looking into one step, not for speed.
 */
export function buildTracedGraph(
  program: TrainProgram,
  { step, phase }: StepPlace,
  options: BuildOptions,
): TracedGraph {
  const places = new Map<number, NodePlace>();
  const flat = resolveGradients(
    inlineObjective(program, {
      mode: "training",
      steps: [step],
      model: freezeInstances(program.model, phase.frozen),
      withOutputs: false,
      placed: (results, place) => results.forEach(({ id }) => places.set(id, place)),
    }),
  );
  const values: TracedValue[] = [];
  const placeOf = new Map<number, number>();
  const add = (traced: TracedValue): void => {
    placeOf.set(traced.value.id, values.length);
    values.push(traced);
  };
  for (const input of flat.inputs) add({ name: input.name, value: input.value, input, operands: [] });
  for (const node of flat.nodes) {
    const used = [...operandsOf(node), ...regionsOf(node).flatMap((region) => capturesOf(region))];
    const operands = used.flatMap(({ id }) => placeOf.get(id) ?? []);
    for (const value of node.results) {
      const by = node.kind === "operator" ? node.op : node.kind;
      add({ name: `traced/${value.id}`, value, made: { by, place: places.get(value.id) ?? { path: "" } }, operands });
    }
  }
  const loss = flat.outputs.flatMap(({ role, value }) => (role === "loss" ? (placeOf.get(value.id) ?? []) : []));
  const outputs = values.flatMap(({ name, value, input }) =>
    input === undefined ? [{ name, role: "output" as const, value }] : [],
  );
  const passes = [...passesBeforeGradients(options), ...finalPasses(options, "training", program.precision?.half)];
  return { graph: runPasses({ ...flat, outputs }, passes, options.after), values, loss: elementAt(loss, 0) };
}
