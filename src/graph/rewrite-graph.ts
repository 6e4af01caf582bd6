import type { Graph, GraphOutput, Node, ScanNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { createBuilder } from "./create-builder.ts";
import { required } from "../support/fault.ts";
import { renameAll, renameBy, renameUses } from "./rewrite.ts";

/** Rewrites nodes into a builder and gives the values that stand for `results`. */
export type Walk = (nodes: readonly Node[], results: readonly Value[], b: GraphBuilder) => readonly Value[];

/**
 * What a rule makes of a node whose operands are rewritten already: values that stand for its results, whose nodes it
 * has appended to `b`, or undefined to leave the node as it is.
 */
export type NodeRule = (node: Node, b: GraphBuilder, walk: Walk) => readonly Value[] | undefined;

/** The graph with a rule applied to every node in order, those of scans' bodies included. */
export function rewriteGraph(graph: Graph, rule: NodeRule): Graph {
  const b = createBuilder({ firstId: graph.nextId, facts: graph.facts });
  const values = walkWith(rule, new Map())(
    graph.nodes,
    graph.outputs.map((it) => it.value),
    b,
  );
  return { ...graph, nodes: b.nodes, outputs: withValues(graph.outputs, values), nextId: b.nextId };
}

/** Outputs with other values, in order. */
export function withValues(outputs: readonly GraphOutput[], values: readonly Value[]): readonly GraphOutput[] {
  return outputs.map((it, index) => ({ ...it, value: required(values[index], "output") }));
}

function walkWith(rule: NodeRule, scope: Map<number, Value>): Walk {
  const rename = renameBy(scope);
  const walk: Walk = (nodes, results, b) => {
    for (const node of nodes) {
      const renamed = node.kind === "scan" ? walkScan(node, b) : renameUses(node, rename);
      const replaced = rule(renamed, b, walk);
      if (replaced === undefined) b.append(renamed);
      else {
        node.results.forEach((it, index) => {
          const by = required(replaced[index], "replacement");
          if (by.id !== it.id) scope.set(it.id, by);
        });
      }
    }
    return renameAll(results, rename);
  };
  const walkScan = (node: ScanNode, b: GraphBuilder): ScanNode => ({
    ...node,
    initial: renameAll(node.initial, rename),
    sequences: renameAll(node.sequences, rename),
    body: b.region(node.body.inputs, (inner) => walk(node.body.nodes, node.body.results, inner)),
  });
  return walk;
}
