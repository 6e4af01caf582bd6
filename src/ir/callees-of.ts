import type { Region } from "./graph.ts";
import { nodesWithin } from "./visit.ts";

/** Keys of the functions that a region calls, its nested regions included, in order, repeats and all. */
export function calleesOf(region: Region): readonly string[] {
  return [...nodesWithin(region.nodes)].flatMap((node) => (node.kind === "call" ? [node.callee] : []));
}
