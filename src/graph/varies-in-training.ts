import type { Func } from "../ir/graph.ts";
import { nodesWithin } from "../ir/visit.ts";
import { required } from "../support/fault.ts";

/**
 * Whether a function, with those that it calls, draws random numbers or chooses by `training`: what it gives in training
 * may then differ from what it gives elsewhere, and from step to step.
 */
export function variesInTraining(func: Func, functions: ReadonlyMap<string, Func>): boolean {
  const seen = new Set<Func>();
  const varies = (it: Func): boolean => {
    if (seen.has(it)) return false;
    seen.add(it);
    return [...nodesWithin(it.body.nodes)].some(
      (node) =>
        node.kind === "key" ||
        node.kind === "training" ||
        (node.kind === "call" && varies(required(functions.get(node.callee), `function ${node.callee}`))),
    );
  };
  return varies(func);
}
