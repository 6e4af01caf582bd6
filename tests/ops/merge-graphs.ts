import { substitute, variable, type Dim } from "../../src/dims/dim.ts";
import { noFacts } from "../../src/dims/facts.ts";
import { mapAttributes } from "../../src/graph/map-attributes.ts";
import type { Graph, Node, Region, Value } from "../../src/ir/graph.ts";
import { fault, required } from "../../src/support/fault.ts";

/** What an input or output of the graph at a place among those merged is called in the merged one. */
export const mergedName = (place: number, name: string): string => `g${place}_${name}`;

/**
 * One graph of several, side by side: a runtime loads it in a fraction of the time that it takes for each. Values get
 * ids of their own, names and variables those of their place.
 */
export function mergeGraphs(graphs: readonly Graph[]): Graph {
  let offset = 0;
  const parts = graphs.map((graph, place): Graph => {
    const part = renamed(graph, offset, place);
    offset += graph.nextId;
    return part;
  });
  const first = required(graphs[0], "graph");
  return {
    name: first.name,
    mode: first.mode,
    inputs: parts.flatMap((it) => it.inputs),
    nodes: parts.flatMap((it) => it.nodes),
    outputs: parts.flatMap((it) => it.outputs),
    facts: noFacts,
    nextId: offset,
  };
}

function renamed(graph: Graph, offset: number, place: number): Graph {
  const dim = (it: Dim): Dim => substitute(it, (name) => variable(mergedName(place, name)));
  const value = (it: Value): Value => {
    return { ...it, id: it.id + offset, type: { ...it.type, shape: it.type.shape.map(dim) } };
  };
  const region = ({ inputs, nodes, results }: Region): Region => {
    return { inputs: inputs.map(value), nodes: nodes.map(node), results: results.map(value) };
  };
  const node = (it: Node): Node => {
    const results = it.results.map(value);
    switch (it.kind) {
      case "operator":
        return { ...it, results, operands: it.operands.map(value), attributes: mapAttributes(it.attributes, dim) };
      case "constant":
        return { ...it, results };
      case "dim":
        return { ...it, results, dim: dim(it.dim) };
      case "scan":
        return {
          ...it,
          results,
          initial: it.initial.map(value),
          sequences: it.sequences.map(value),
          length: dim(it.length),
          body: region(it.body),
        };
      default:
        return fault(`${it.kind} in the graph of a sample`);
    }
  };
  const port = <P extends Graph["inputs"][number] | Graph["outputs"][number]>(it: P): P => {
    return { ...it, name: mergedName(place, it.name), value: value(it.value) };
  };
  return { ...graph, inputs: graph.inputs.map(port), nodes: graph.nodes.map(node), outputs: graph.outputs.map(port) };
}
