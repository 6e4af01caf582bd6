import type { Func, GradientNode, Node, Value } from "../ir/graph.ts";
import { dependents, nodesBetween } from "./nodes-between.ts";

/**
 * Whether a gradient in a loss goes through the model: whether something that `of` is made of, and that the model gives,
 * is made of `by` there. `nodes` are those of the loss before the gradient; `values` says what the model calls the values
 * that the loss takes from it, by their ids.
 */
export function crossesModel(
  entry: Func,
  nodes: readonly Node[],
  { of, by }: Pick<GradientNode, "of" | "by">,
  values: ReadonlyMap<number, Value>,
): boolean {
  const inModel = values.get(by.id);
  if (inModel === undefined) return false;
  const made = dependents(entry.body.nodes, [inModel]);
  const crossing = [...values].filter(([id, value]) => id !== by.id && made.has(value.id));
  return crossing.some(([id]) => id === of.id || nodesBetween(nodes, { id, type: by.type }, of) !== undefined);
}
