import type { Func, Node } from "../ir/graph.ts";
import { nodesWithin } from "../ir/visit.ts";
import { usesOf } from "../graph/rewrite.ts";
import { required } from "../support/fault.ts";
import { dependents, nodesBetween } from "./nodes-between.ts";

/** A region's nodes, each part in their order: those that gradients go through, with these, and what is around them. */
export interface GradientParts {
  readonly before: readonly Node[];
  readonly way: readonly Node[];
  /** What is made of the way, and does not lead to it. */
  readonly after: readonly Node[];
}

/** Splits a region's nodes by its gradients. What updates states keeps its place among others that do. */
export function gradientParts(nodes: readonly Node[], functions: ReadonlyMap<string, Func>): GradientParts {
  const on = new Set<Node>();
  for (const node of nodes) {
    if (node.kind !== "gradient") continue;
    on.add(node);
    for (const it of nodesBetween(nodes, node.by, node.of) ?? []) on.add(it);
  }
  close(nodes, on);
  if (touches([...on], functions, "update")) {
    const places = [...nodes.keys()].filter((at) => on.has(required(nodes[at], "node")));
    for (const node of nodes.slice(places[0], places.at(-1))) if (touches([node], functions, "update")) on.add(node);
    close(nodes, on);
  }
  const made = dependents(
    nodes,
    [...on].flatMap(({ results }) => results),
  );
  const dependsOn = (node: Node): boolean => usesOf(node).some(({ id }) => made.has(id));
  return {
    before: nodes.filter((node) => !on.has(node) && !dependsOn(node)),
    way: nodes.filter((node) => on.has(node)),
    after: nodes.filter((node) => !on.has(node) && dependsOn(node)),
  };
}

/** Adds what lies between nodes that are there. */
function close(nodes: readonly Node[], on: Set<Node>): void {
  const made = dependents(
    nodes,
    [...on].flatMap(({ results }) => results),
  );
  const needed = new Set([...on].flatMap(usesOf).map(({ id }) => id));
  for (const node of nodes.toReversed()) {
    if (!on.has(node) && !node.results.some(({ id }) => needed.has(id))) continue;
    for (const { id } of usesOf(node)) needed.add(id);
    if (usesOf(node).some(({ id }) => made.has(id))) on.add(node);
  }
}

/** Whether nodes, or those of what they call, are of a kind. */
export function touches(nodes: readonly Node[], functions: ReadonlyMap<string, Func>, kind: Node["kind"]): boolean {
  const seen = new Set<string>();
  const search = (from: readonly Node[]): boolean =>
    [...nodesWithin(from)].some((node) => {
      if (node.kind === kind) return true;
      if (node.kind !== "call" || seen.has(node.callee)) return false;
      seen.add(node.callee);
      return search(required(functions.get(node.callee), `function ${node.callee}`).body.nodes);
    });
  return search(nodes);
}
