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
  partsOf: (node: Node) => readonly Node[] = () => [],
): { readonly axes: number; readonly origin: Span | undefined } | undefined {
  const functions = new Set([...module.functions.values(), ...(train?.model.functions.values() ?? [])]);
  const axesOf = (node: Node): number =>
    Math.max(0, ...node.results.map((it) => it.type.shape.length), ...[...nodesWithin(partsOf(node))].map(axesOf));
  const nodes = [...functions, ...(train?.steps.map((it) => it.objective) ?? [])].flatMap(({ body }) => body.nodes);
  const widest = [...nodesWithin(nodes)].find((node) => axesOf(node) > mostAxes);
  const entries = module.functions.get(module.entry)?.body.inputs ?? [];
  const given = Math.max(0, ...entries.map((it) => it.type.shape.length));
  if (widest === undefined && given <= mostAxes) return undefined;
  return { axes: widest === undefined ? given : axesOf(widest), origin: widest?.origin };
}
