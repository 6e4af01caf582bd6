import type { Node, Value } from "../ir/graph.ts";
import type { Context } from "./context.ts";

/** What makes a value, in the lists of nodes that stand before a place. */
export function makerOf({ nodes, before, around }: Context, { id }: Value): Node | undefined {
  const lists: readonly (readonly Node[])[] = [nodes, ...before, ...around.flat()];
  for (const list of lists) {
    const node = list.findLast((it) => it.results.some((result) => result.id === id));
    if (node !== undefined) return node;
  }
  return undefined;
}
