import type { Graph, Node } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { loweringInput, type AttributeSchema, type Composite, type LoweringInput } from "../ops/define/operator.ts";
import { findOperator } from "../ops/registry.ts";
import { fault } from "../support/fault.ts";
import { rewriteGraph, type Walk } from "../graph/rewrite-graph.ts";

/** Which applications of composites stay whole. */
export type Keep = (composite: Composite, input: LoweringInput<AttributeSchema>) => boolean;

/** Keeps those that have a gradient of their own: what differentiation needs. */
export const keepOwnGradients: Keep = (composite) => composite.gradient !== undefined;

/** Keeps none. */
export const keepNone: Keep = () => false;

/**
 * Replaces composites by their decompositions, and the composites in these in turn, but for those that `keep` names.
 *
 * Ensures that every composite left is one that `keep` accepts.
 */
export function expandComposites(graph: Graph, keep: Keep): Graph {
  return rewriteGraph(graph, (node, b, walk) => expand(node, b, walk, keep));
}

function expand(node: Node, b: GraphBuilder, walk: Walk, keep: Keep) {
  if (node.kind !== "operator") return undefined;
  const operator = findOperator(node.op) ?? fault(`no operator is called ${node.op}`);
  if (operator.kind === "primitive") return undefined;
  const input = loweringInput(operator, node);
  if (keep(operator, input)) return undefined;
  const parts = b.region([], (inner) => operator.decompose(inner, input));
  return walk(parts.nodes, parts.results, b);
}
