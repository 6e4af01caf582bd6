import type { Node, Region, Value } from "./graph.ts";

/** The values that a node names itself; what its regions capture is not among them. */
export function operandsOf(node: Node): readonly Value[] {
  switch (node.kind) {
    case "operator":
    case "call":
    case "repeat":
      return node.operands;
    case "constant":
    case "dim":
    case "parameter":
    case "state":
    case "training":
      return [];
    case "update":
      return [node.value];
    case "key":
      return node.base === undefined ? [] : [node.base];
    case "scan":
      return [...node.initial, ...node.sequences];
    case "gradient":
      return [node.of, node.by];
  }
}

/** The regions of a node. */
export function regionsOf(node: Node): readonly Region[] {
  if (node.kind === "scan" || node.kind === "repeat") return [node.body];
  return node.kind === "training" ? [node.then, node.otherwise] : [];
}

/** Nodes and those of their regions, each before those within it. */
export function* nodesWithin(nodes: readonly Node[]): Iterable<Node> {
  for (const node of nodes) {
    yield node;
    for (const region of regionsOf(node)) yield* nodesWithin(region.nodes);
  }
}

/** A node with other regions; itself where it has none. */
export function mapRegions(node: Node, map: (region: Region) => Region): Node {
  switch (node.kind) {
    case "scan":
    case "repeat":
      return { ...node, body: map(node.body) };
    case "training":
      return { ...node, then: map(node.then), otherwise: map(node.otherwise) };
    default:
      return node;
  }
}
