import type { Graph } from "../ir/graph.ts";
import { fnv1a32 } from "../ops/random/counter.ts";
import { required } from "../support/fault.ts";
import { rewriteGraph } from "../graph/rewrite-graph.ts";

/**
 * Computes random keys in the graph: fold_key of the base key by the hash of the place's path, then by each index.
 *
 * Requires a flat graph, whose key nodes have a base. Ensures that no key node is left.
 */
export function expandKeys(graph: Graph): Graph {
  return rewriteGraph(graph, (node, b) => {
    if (node.kind !== "key") return undefined;
    return [
      [fnv1a32(node.path), ...node.indices].reduce(
        (key, word) => b.op("fold_key", [key, b.scalar(word, "u32")]),
        required(node.base, "base key"),
      ),
    ];
  });
}
