import type { Module, Node } from "../../ir/graph.ts";
import type { TrainProgram } from "../../ir/program.ts";
import { nodesWithin } from "../../ir/visit.ts";
import type { Span } from "../../support/source.ts";

/** The most axes that every backend of TensorFlow.js computes with rightly. */
export const mostAxes = 6;

/**
 * The first tensor of more axes than TensorFlow.js computes with; undefined where there is none. `partsOf` gives what a node
 * is written out as: what is made on the way counts as well.
 */
export function widestOf(
  module: Module,
  train: TrainProgram | undefined,
  partsOf?: (node: Node) => readonly Node[],
): { readonly axes: number; readonly origin: Span | undefined } | undefined {
  const wideAxes = (node: Node): number | undefined => {
    const wide = node.results.find(({ type }) => type.shape.length > mostAxes);
    if (wide !== undefined || partsOf === undefined) return wide?.type.shape.length;
    for (const part of nodesWithin(partsOf(node))) {
      const axes = wideAxes(part);
      if (axes !== undefined) return axes;
    }
    return undefined;
  };
  const given = module.functions.get(module.entry)?.body.inputs.find(({ type }) => type.shape.length > mostAxes);
  const functions = new Set([...module.functions.values(), ...(train?.model.functions.values() ?? [])]);
  const nodes = [...functions, ...(train?.steps.map((it) => it.objective) ?? [])].flatMap(({ body }) => body.nodes);
  for (const node of nodesWithin(nodes)) {
    const axes = wideAxes(node);
    if (axes !== undefined) return { axes, origin: node.origin };
  }
  return given && { axes: given.type.shape.length, origin: undefined };
}
