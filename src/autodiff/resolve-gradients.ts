import type { GradientNode, Graph, Node, Region, Value } from "../ir/graph.ts";
import { nodesWithin } from "../ir/visit.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { renameAll, renameBy, renameUses } from "../graph/rewrite.ts";
import { withValues } from "../graph/rewrite-graph.ts";
import { expandComposites, keepOwnGradients } from "../passes/expand-composites.ts";
import { eliminateDeadNodes } from "../passes/eliminate-dead-nodes.ts";
import { guardIndices } from "../passes/guard-indices.ts";
import { elementAt } from "../support/element-at.ts";
import { differentiate } from "./differentiate.ts";

/** A gradient that has been replaced, with what it was made of. */
export interface ReplacedGradient {
  readonly node: GradientNode;
  /** The nodes before it in its region. */
  readonly before: readonly Node[];
  /** Undefined where nothing flows: it is zeros then. */
  readonly gradient: Value | undefined;
}

/**
 * Puts in the place of every gradient the nodes of the reverse pass that compute it, so that what is differentiated
 * afterwards goes through these. The graph itself where there is none.
 *
 * Requires a flat graph, not yet differentiated, for one mode. Ensures that no gradient node is left, that places which
 * are looked up are in range (the gradients use the same), and that composites without gradients are expanded.
 */
export function resolveGradients(graph: Graph): Graph {
  if (![...nodesWithin(graph.nodes)].some(({ kind }) => kind === "gradient")) return graph;
  return replaceGradients(guardIndices(graph));
}

/** The same, whatever places are looked up; `told` hears of each gradient. That in a scan's body is of one step. */
export function replaceGradients(graph: Graph, told?: (replaced: ReplacedGradient) => void): Graph {
  const expanded = expandComposites(graph, keepOwnGradients);
  let { nextId } = expanded;
  const scope = new Map<number, Value>();
  const rename = renameBy(scope);

  const replace = (node: GradientNode, before: readonly Node[]): readonly Node[] => {
    const b = createBuilder({ firstId: nextId, facts: graph.facts });
    const seed = { value: node.of, gradient: b.broadcast(b.scalar(1, node.of.type.dtype), node.of.type.shape) };
    const { nodes: forward, gradients } = differentiate(b, before, [seed], [node.by]);
    const [gradient] = gradients;
    told?.({ node, before, gradient });
    const output = { name: "gradient", role: "output", value: gradient ?? b.zeros(node.by.type) } as const;
    const reverse: Graph = { ...expanded, nodes: b.nodes, outputs: [output], nextId: b.nextId };
    const made = expandComposites(eliminateDeadNodes(reverse), keepOwnGradients);
    nextId = made.nextId;
    scope.set(elementAt(node.results, 0).id, elementAt(made.outputs, 0).value);
    return [...forward, ...made.nodes];
  };

  const walk = (nodes: readonly Node[]): readonly Node[] => {
    let done: Node[] = [];
    for (const node of nodes) {
      const it = renameUses(node, rename);
      if (it.kind === "gradient") done = [...replace(it, done)];
      else done.push(it.kind === "scan" ? { ...it, body: region(it.body) } : it);
    }
    return done;
  };
  const region = ({ inputs, nodes, results }: Region): Region => {
    const walked = walk(nodes);
    return { inputs, nodes: walked, results: renameAll(results, rename) };
  };

  const nodes = walk(expanded.nodes);
  const values = expanded.outputs.map(({ value }) => rename(value));
  return { ...expanded, nodes, outputs: withValues(expanded.outputs, values), nextId };
}
