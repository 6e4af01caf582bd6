import { dimKey } from "../dims/dim.ts";
import type { Graph, Node, Region, Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { attributesKey } from "../ir/attributes-key.ts";
import { operandsOf } from "../ir/visit.ts";
import { elementAt } from "../support/element-at.ts";
import { withValues } from "../graph/rewrite-graph.ts";
import { renameAll, renameBy, renameUses } from "../graph/rewrite.ts";

/**
 * Computes once what is computed twice from the same operands: operators, constants, dimensions and keys. Operators are
 * functions of their operands, random ones of their keys, so that this changes nothing. A scan's body sees what is
 * computed before it.
 */
export function commonSubexpressions(graph: Graph): Graph {
  const scope = new Map<number, Value>();
  const nodes = shareNodes(graph.nodes, scope, new Map(), []);
  const outputs = renameAll(
    graph.outputs.map((it) => it.value),
    renameBy(scope),
  );
  return { ...graph, nodes, outputs: withValues(graph.outputs, outputs) };
}

type Known = Map<string, readonly Value[]>;

/** The nodes without those that compute what `known` or `outer` has: what is computed here so far, and around it. */
function shareNodes(
  nodes: readonly Node[],
  scope: Map<number, Value>,
  known: Known,
  outer: readonly Known[],
): readonly Node[] {
  const rename = renameBy(scope);
  return nodes.flatMap((node): readonly Node[] => {
    if (node.kind === "scan") {
      const shell = { ...node, initial: renameAll(node.initial, rename), sequences: renameAll(node.sequences, rename) };
      const inner = shareNodes(node.body.nodes, scope, new Map(), [known, ...outer]);
      const body: Region = { inputs: node.body.inputs, nodes: inner, results: renameAll(node.body.results, rename) };
      return [{ ...shell, body }];
    }
    const renamed = renameUses(node, rename);
    const key = keyOf(renamed);
    if (key === undefined) return [renamed];
    const before = [known, ...outer].map((it) => it.get(key)).find((it) => it !== undefined);
    if (before === undefined) {
      known.set(key, renamed.results);
      return [renamed];
    }
    renamed.results.forEach((it, index) => scope.set(it.id, elementAt(before, index)));
    return [];
  });
}

/** A text that two nodes share where they compute the same; undefined for nodes that are never shared. */
function keyOf(node: Node): string | undefined {
  switch (node.kind) {
    case "operator":
      return `${node.op}(${ids(node.operands)})${attributesKey(node.attributes)}`;
    case "constant":
      return `constant ${node.results.map((it) => typeKey(it.type)).join()} ${dataKey(node.data)}`;
    case "dim":
      return `dim ${dimKey(node.dim)}`;
    case "key":
      return `key ${node.path} ${node.indices.join()} ${ids(operandsOf(node))}`;
    default:
      return undefined;
  }
}

function ids(values: readonly Value[]): string {
  return values.map((it) => it.id).join();
}

function typeKey(type: TensorType): string {
  return `${type.dtype}[${type.shape.map(dimKey).join()}]`;
}

function dataKey(data: number | readonly number[]): string {
  return [data]
    .flat()
    .map((it) => (Object.is(it, -0) ? "-0" : `${it}`))
    .join();
}
