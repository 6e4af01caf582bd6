import type { Facts } from "../dims/facts.ts";
import type { Graph, GraphInput, GraphOutput, Role } from "../ir/graph.ts";
import { portOf } from "../ir/ports.ts";
import type { Inliner } from "./inline.ts";

/** What is said of a graph besides what its inliner knows. */
export interface GraphParts {
  readonly name: string;
  readonly mode: "training" | "inference";
  readonly facts: Facts;
  readonly inliner: Inliner;
  readonly outputs: readonly GraphOutput[];
  /** Paths of parameters in the order in which the graph is to take them. */
  readonly order?: Iterable<string>;
}

const roleOrder: Readonly<Record<Role, number>> = {
  feature: 0,
  parameter: 1,
  state: 2,
  statistic: 3,
  optimizer: 4,
  step: 5,
  epoch: 6,
  examples: 7,
  seed: 8,
  hyper: 9,
  output: 10,
  loss: 11,
  metric: 12,
  gradient: 13,
  faults: 14,
};

/** The flat graph of what an inliner has gathered; inputs in the order of their roles, then of the program. */
export function assembleGraph({ name, mode, facts, inliner, outputs, order }: GraphParts): Graph {
  return {
    name,
    mode,
    inputs: sortInputs(inliner.inputs(), order),
    nodes: [...inliner.prelude(), ...inliner.b.nodes],
    outputs,
    facts,
    nextId: inliner.b.nextId,
  };
}

/** Inputs by role, parameters by their place in `order`, otherwise as they come. */
export function sortInputs(inputs: readonly GraphInput[], order: Iterable<string> = []): readonly GraphInput[] {
  const places = new Map([...order].map((path, index) => [path, index]));
  const placeOf = (it: GraphInput): number => places.get(it.path ?? "") ?? places.size;
  return [...inputs].sort((a, b) => roleOrder[a.role] - roleOrder[b.role] || placeOf(a) - placeOf(b));
}

/** Outputs that carry the next values of updated states. */
export function stateOutputs(inliner: Inliner): readonly GraphOutput[] {
  return [...inliner.updates()].map(([path, value]) => ({
    name: portOf("next", portOf("state", path)),
    role: "state",
    path,
    value,
    carries: portOf("state", path),
  }));
}
