import type { OnnxGraph, OnnxNode } from "./model.ts";

/** Operators whose later outputs are optional: one that nothing reads is not computed. */
const optionalOutputs: ReadonlySet<string> = new Set([
  "MaxPool",
  "LayerNormalization",
  "LSTM",
  "GRU",
  "RNN",
  "Dropout",
]);

/**
 * Drops nodes, initializers and optional outputs that nothing reads, and the types of what is gone. Requires nodes in
 * order of their definition; a body's reads count as its node's.
 */
export function pruneGraph(graph: OnnxGraph): OnnxGraph {
  const read = new Set(graph.outputs.map((it) => it.name));
  const nodes = pruneNodes(graph.nodes, read);
  const defined = new Set(nodes.flatMap((it) => it.outputs));
  return {
    ...graph,
    nodes,
    values: graph.values.filter((it) => defined.has(it.name)),
    initializers: graph.initializers.filter((it) => read.has(it.name)),
  };
}

function pruneNodes(nodes: readonly OnnxNode[], read: Set<string>): readonly OnnxNode[] {
  const kept: OnnxNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((it) => it !== "" && read.has(it))) continue;
    for (const input of node.inputs) read.add(input);
    const attributes = node.attributes.map(([name, value]) => {
      if (!("graph" in value)) return [name, value] as const;
      for (const output of value.graph.outputs) read.add(output.name);
      const inner = pruneNodes(value.graph.nodes, read);
      const defined = new Set(inner.flatMap((it) => it.outputs));
      const values = value.graph.values.filter((it) => defined.has(it.name));
      return [name, { graph: { ...value.graph, nodes: inner, values } }] as const;
    });
    kept.push({
      ...node,
      attributes,
      outputs: optionalOutputs.has(node.type) ? trim(node.outputs, read) : node.outputs,
    });
  }
  return kept.reverse();
}

function trim(outputs: readonly string[], read: ReadonlySet<string>): readonly string[] {
  // The first output stays: MaxPool, LayerNormalization and Dropout require it even where only a later one is read.
  const used = outputs.map((it, index) => (index === 0 || read.has(it) ? it : ""));
  return used.slice(0, used.findLastIndex((it) => it !== "") + 1);
}
