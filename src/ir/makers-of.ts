import type { Node } from "./graph.ts";

/** The node that makes each value, by its id. */
export function makersOf(nodes: Iterable<Node>): ReadonlyMap<number, Node> {
  const makers = new Map<number, Node>();
  for (const node of nodes) for (const { id } of node.results) makers.set(id, node);
  return makers;
}
