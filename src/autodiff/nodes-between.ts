import type { Node, Value } from "../ir/graph.ts";
import { usesOf } from "../graph/rewrite.ts";

/** The nodes that lie between two values of a region, in order; undefined where the second is not made of the first. */
export function nodesBetween(nodes: readonly Node[], from: Value, to: Value): readonly Node[] | undefined {
  if (from.id === to.id) return [];
  const made = dependents(nodes, [from]);
  if (!made.has(to.id)) return undefined;
  const needed = new Set([to.id]);
  const found: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.results.some(({ id }) => needed.has(id) && made.has(id))) continue;
    for (const { id } of usesOf(node)) needed.add(id);
    found.push(node);
  }
  return found.reverse();
}

/** Ids of the values that are made of some, these among them. */
export function dependents(nodes: readonly Node[], from: readonly Pick<Value, "id">[]): ReadonlySet<number> {
  const made = new Set(from.map(({ id }) => id));
  for (const node of nodes) {
    if (usesOf(node).some(({ id }) => made.has(id))) for (const { id } of node.results) made.add(id);
  }
  return made;
}
